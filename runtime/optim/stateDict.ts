/** The state of an optimizer as plain data, as PyTorch saves it: what is remembered of each parameter under its number, and the settings of each group. */
import { describe } from "../binding.ts";
import { KeyError } from "../errors/keyError.ts";
import { ValueError } from "../errors/valueError.ts";
import { full } from "../create.ts";
import { get_default_dtype, float32, float64 } from "../dtype.ts";
import { Tensor } from "../tensor.ts";
import type { ParameterGroup } from "./groups.ts";

/** What `state_dict` gives and `load_state_dict` takes. Tensors in it share their elements with the optimizer's. */
export interface OptimizerState {
  /** What is remembered of each parameter: the parameters of all groups are counted from 0. */
  state: Map<number, Record<string, unknown>>;
  /** The settings of each group; `params` has the numbers of its parameters. */
  param_groups: Record<string, unknown>[];
}

/** What an optimizer remembers, under PyTorch's names. */
type Remembered = Readonly<Record<string, unknown>>;

/** Which numbers PyTorch keeps as tensors without dimensions. */
type Counts = readonly string[];

/** Rounds a number as the tensor does in which PyTorch keeps it. */
export function rounded(value: number): number {
  return get_default_dtype() === float64 ? value : Math.fround(value);
}

/** The state of parameters and groups as plain data. */
export function packState(
  state: ReadonlyMap<Tensor, Remembered>,
  groups: readonly ParameterGroup<object>[],
  counts: Counts,
): OptimizerState {
  const positions = new Map<Tensor, number>();
  let start = 0;
  const param_groups = groups.map(({ params, ...settings }) => {
    for (const [i, parameter] of params.entries())
      if (!positions.has(parameter)) positions.set(parameter, start + i);
    start += params.length;
    return { ...settings, params: params.map((parameter) => positions.get(parameter)!) }; // put there just now
  });
  const packed = new Map<number, Record<string, unknown>>();
  for (const [parameter, remembered] of state) {
    const position = positions.get(parameter);
    if (position !== undefined) packed.set(position, withTensors(remembered, counts));
  }
  return { state: packed, param_groups };
}

function withTensors(remembered: Remembered, counts: Counts): Record<string, unknown> {
  const dtype = get_default_dtype() === float64 ? float64 : float32;
  return Object.fromEntries(
    Object.entries(remembered).map(([name, value]) => [
      name,
      counts.includes(name) && typeof value === "number" ? full([], value, { dtype, device: "cpu" }) : value,
    ]),
  );
}

/** Saved groups that fit to `groups`. @throws KeyError when there are none, ValueError when their number or their sizes differ. */
export function matchingGroups(
  saved: OptimizerState,
  groups: readonly ParameterGroup<object>[],
): readonly Record<string, unknown>[] {
  const list: unknown = saved.param_groups;
  if (!Array.isArray(list))
    throw new KeyError(
      "'param_groups' is not in the state: pass what optimizer.state_dict() gave, with state and param_groups.",
    );
  if (list.length !== groups.length)
    throw new ValueError(
      `loaded state dict has a different number of parameter groups: ${list.length} and not ${groups.length}. Make the optimizer with the groups that it had.`,
    );
  for (const [i, { params }] of groups.entries()) {
    const count = numbersOf(list[i]).length;
    if (count !== params.length)
      throw new ValueError(
        `loaded state dict contains a parameter group that doesn't match the size of optimizer's group: ${count} parameters and not ${params.length} in group ${i}.`,
      );
  }
  return list as readonly Record<string, unknown>[]; // each has `params`
}

/** The numbers of a saved group's parameters. */
function numbersOf(group: unknown): readonly unknown[] {
  const params: unknown =
    typeof group === "object" && group !== null && "params" in group ? group.params : null;
  if (!Array.isArray(params))
    throw new KeyError(
      `'params' is not in a saved group: it is ${describe(group)}. Each group lists the numbers of its parameters.`,
    );
  return params;
}

/** What was saved of each parameter, cast to the parameter's dtype and moved to its device. */
export function unpackState(
  saved: OptimizerState,
  groups: readonly ParameterGroup<object>[],
  counts: Counts,
): Map<Tensor, Record<string, unknown>> {
  const numbers = saved.param_groups.flatMap(numbersOf);
  const parameters = groups.flatMap(({ params }) => params);
  const byNumber = new Map(numbers.map((number, i) => [String(number), parameters[i]!])); // as many, see matchingGroups
  const state = new Map<Tensor, Record<string, unknown>>();
  for (const [number, remembered] of entriesOf(saved.state)) {
    const parameter = byNumber.get(String(number));
    if (parameter !== undefined) state.set(parameter, castAll(parameter, remembered, counts));
  }
  return state;
}

/** A dict with whole numbers as keys is a `Map`; an empty one, and one from JSON, an object. */
function entriesOf(state: unknown): Iterable<readonly [unknown, unknown]> {
  if (state instanceof Map) return state as Map<unknown, unknown>;
  if (typeof state === "object" && state !== null) return Object.entries(state);
  throw new KeyError(
    "'state' is not in the state: pass what optimizer.state_dict() gave, with state and param_groups.",
  );
}

function castAll(parameter: Tensor, remembered: unknown, counts: Counts): Record<string, unknown> {
  const entries =
    remembered instanceof Map
      ? [...(remembered as Map<string, unknown>)]
      : Object.entries(remembered as object);
  return Object.fromEntries(
    entries.map(([name, value]) => [
      name,
      counts.includes(name) ? plainNumber(value) : name === "step" ? value : cast(parameter, value),
    ]),
  );
}

function plainNumber(value: unknown): unknown {
  return value instanceof Tensor ? Number(value.item()) : value;
}

function cast(parameter: Tensor, value: unknown): unknown {
  if (value instanceof Tensor) return value.to({ device: parameter.device, dtype: parameter.dtype });
  return Array.isArray(value) ? value.map((item) => cast(parameter, item)) : value;
}
