/** Groups of parameters: what an optimizer takes, and what is checked of it. */
import { describe } from "../binding.ts";
import { ValueError } from "../errors/valueError.ts";
import { Tensor } from "../tensor.ts";
import { warnOnce } from "../warn.ts";

/** Parameters that share settings. */
export type ParameterGroup<Settings> = Settings & {
  params: Tensor[];
  /** The names of the parameters, where the optimizer was given some. */
  param_names?: string[];
};

/** Parameters, or pairs of a name and a parameter as `model.named_parameters()` gives them. */
type GivenParameters = Iterable<Tensor> | Iterable<readonly [name: string, parameter: Tensor]>;

/** A group as programs write it: its parameters, and the settings in which it differs from the others. */
export type GivenGroup<Settings> = Partial<Settings> & { readonly params: GivenParameters | Tensor };

/** What an optimizer takes: parameters, or groups of them with settings of their own. */
export type ParametersOrGroups<Settings> = GivenParameters | readonly GivenGroup<Settings>[];

/** Whether something is written as a group. */
function isGroup(value: unknown): value is GivenGroup<object> {
  return (
    typeof value === "object" &&
    value !== null &&
    !(value instanceof Tensor) &&
    !Array.isArray(value) &&
    "params" in value
  );
}

/** The groups that an optimizer was given. @throws ValueError when there are no parameters, TypeError for a tensor that nobody put into a list. */
export function groupsIn<Settings extends object>(
  params: ParametersOrGroups<Settings>,
): GivenGroup<Settings>[] {
  if ((params as unknown) instanceof Tensor)
    throw new TypeError(
      "params argument given to the optimizer should be an iterable of Tensors or dicts, but got torch.FloatTensor. Pass an array: [parameter].",
    );
  const list: readonly unknown[] = [...params];
  if (list.length === 0)
    throw new ValueError(
      "optimizer got an empty parameter list. Pass model.parameters(), and make sure that the model has layers.",
    );
  // What is not a group among groups, `makeGroup` refuses; what is no parameter, too.
  return (isGroup(list[0]) ? list : [{ params: list }]) as GivenGroup<Settings>[];
}

/**
 * A group with all its settings.
 *
 * @throws TypeError when something in it is not a tensor, ValueError for a tensor that was computed, and when some parameters have names and others have none.
 */
export function makeGroup<Settings extends object>(
  given: GivenGroup<Settings>,
  defaults: Settings,
): ParameterGroup<Settings> {
  if (!isGroup(given))
    throw new TypeError(
      `param_group must be a dict, but got ${describe(given)}. Write {params: […], lr: …}.`,
    );
  const { params, names } = parametersIn(given.params);
  if (new Set(params).size < params.length)
    warnOnce(
      "optimizer contains a parameter group with duplicate parameters; in future, this will cause an error; see github.com/pytorch/pytorch/issues/40967 for more information",
    );
  // The defaults, overridden by what the group says itself.
  return {
    ...defaults,
    ...given,
    params,
    ...(names === null ? {} : { param_names: names }),
  } as ParameterGroup<Settings>;
}

function parametersIn(given: GivenParameters | Tensor): { params: Tensor[]; names: string[] | null } {
  const list: readonly unknown[] = given instanceof Tensor ? [given] : [...given];
  const names = list.filter(isNamed).map(([name]) => name);
  if (names.length > 0 && names.length < list.length)
    throw new ValueError(
      `all optimizer params should be with/without names. Some param names are missing: ${names.length} of ${list.length} have one.`,
    );
  const params = list.map((item) => checkParameter(isNamed(item) ? item[1] : item));
  return { params, names: names.length === 0 ? null : names };
}

function isNamed(value: unknown): value is readonly [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "string";
}

function checkParameter(value: unknown): Tensor {
  if (!(value instanceof Tensor))
    throw new TypeError(
      `optimizer can only optimize Tensors, but one of the params is ${describe(value)}. Pass model.parameters().`,
    );
  if (!value.is_leaf && !value.retains_grad)
    throw new ValueError(
      "can't optimize a non-leaf Tensor: it is the result of a computation. Pass the tensors that you made yourself.",
    );
  return value;
}

/** @throws ValueError when a group does not fit to those that are there: it has names and they have none, or has one of their parameters. */
export function checkAgainst(group: ParameterGroup<object>, others: readonly ParameterGroup<object>[]): void {
  const named = group.param_names !== undefined;
  for (const other of others)
    if ((other.param_names !== undefined) !== named)
      throw new ValueError(
        `all optimizer param groups should be with/without names. cannot add param group ${named ? "with names" : "without names"} to the optimizer`,
      );
  const known = new Set(others.flatMap(({ params }) => params));
  if (group.params.some((parameter) => known.has(parameter)))
    throw new ValueError("some parameters appear in more than one parameter group. List each once.");
}
