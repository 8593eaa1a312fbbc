/** Optimizers whose step is arithmetic on each element: the new parameter, and what is remembered of it, from the old ones in one pass. */
import { RuntimeError } from "../errors/runtimeError.ts";
import { parameter as plainNumber, input, E, type Expression } from "../expression.ts";
import { placedOn } from "../placement.ts";
import { allocateZeros, replaceTogether } from "../settle.ts";
import { formatShape, numel, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { ParameterGroup, ParametersOrGroups } from "./groups.ts";
import { Optimizer } from "./optimizer.ts";
import { checkCapturable, followParameter, type Given } from "./settings.ts";

type NamesOf<State, Kind> = {
  [K in keyof State]-?: NonNullable<State[K]> extends Kind ? K : never;
}[keyof State] &
  string;

/** Names of the tensors in a state; they have the parameter's shape. */
type Buffers<State> = NamesOf<State, Tensor>;

/** The numbers in a state. */
type Counts<State> = { [K in NamesOf<State, number>]: number };

/** What a formula is made of. */
interface Terms<State, Quantity extends string> {
  readonly parameter: Expression;
  readonly gradient: Expression;
  /** What was remembered. */
  readonly old: Readonly<Record<Buffers<State>, Expression>>;
  /** The numbers of this step. */
  readonly n: Readonly<Record<Quantity, Expression>>;
}

/** The new values: of the parameter, and of everything that is remembered in this form. */
type NewValues<State> = { readonly parameter: Expression } & { readonly [B in Buffers<State>]?: Expression };

/** How an optimizer changes a parameter. */
interface StepRule<Settings, State, Form, Quantity extends string> {
  /** The numbers that are remembered of each parameter, before its first step. One that is named `step` counts the steps by itself. */
  readonly counts: (settings: Settings) => Counts<State>;
  /** With what tensors begin, where that is not zero. */
  readonly beginning?: (settings: Settings) => { readonly [B in Buffers<State>]?: number };
  /** Changes the other numbers before a step. */
  readonly before?: (counts: Counts<State>, settings: Settings) => void;
  /** Changes the other numbers after a step. */
  readonly after?: (counts: Counts<State>, settings: Settings) => void;
  /** The flags on which the formula depends. */
  readonly form: (settings: Settings, counts: Counts<State>) => Form;
  /** The tensors that are remembered in a form, in PyTorch's order. */
  readonly buffers: (form: Form) => readonly Buffers<State>[];
  /** The numbers of the formula, under the same names each time. It is a parameter's first step when `first` is true: the tensors have been made just now. */
  readonly numbers: (
    settings: Settings,
    counts: Counts<State>,
    first: boolean,
  ) => Readonly<Record<Quantity, number>>;
  readonly formula: (terms: Terms<State, Quantity>, form: Form) => NewValues<State>;
}

/** Writes a rule down: `stepRule<Settings, State>()({…})`, where the compiler finds the other types by itself. */
export function stepRule<Settings, State>(): <
  Form extends Readonly<Record<string, boolean>>,
  Quantity extends string,
>(
  rule: StepRule<Settings, State, Form, Quantity>,
) => Rule<Settings> {
  return (rule) => rule as unknown as Rule<Settings>; // its functions get what they give each other
}

/** The gradient as most formulas begin with it: turned around when the aim is to go up, and with the decay of weights where that goes by way of the gradient. */
export function direction(
  { parameter, gradient }: { readonly parameter: Expression; readonly gradient: Expression },
  maximize: boolean,
  decay: Expression | null,
): Expression {
  const signed = maximize ? E.neg(gradient) : gradient;
  return decay === null ? signed : E.add(signed, E.mul(decay, parameter));
}

/** `average` moved towards `value`, by a share of the way. */
export function towards(average: Expression, value: Expression, share: Expression): Expression {
  return E.add(average, E.mul(share, E.sub(value, average)));
}

/** A rule without its types: the names in it are those that it says itself. */
export interface Rule<Settings> {
  counts: (settings: Settings) => Record<string, number>;
  beginning?: (settings: Settings) => Readonly<Record<string, number>>;
  before?: (counts: Remembered, settings: Settings) => void;
  after?: (counts: Remembered, settings: Settings) => void;
  form: (settings: Settings, counts: Remembered) => Readonly<Record<string, boolean>>;
  buffers: (form: Readonly<Record<string, boolean>>) => readonly string[];
  numbers: (settings: Settings, counts: Remembered, first: boolean) => Readonly<Record<string, number>>;
  formula: (
    terms: Terms<Record<string, Tensor>, string>,
    form: Readonly<Record<string, boolean>>,
  ) => Readonly<Record<string, Expression>>;
}

/** What is remembered of one parameter: numbers and tensors by name. */
type Remembered = Record<string, unknown>;

/** The formula of one form. Its list of expressions is the same each time: compiled code is kept by the list's identity. */
interface Formula {
  readonly buffers: readonly string[];
  readonly expressions: readonly Expression[];
}

/** The arithmetic of one step, which is the same for parameters that have taken as many steps. */
interface Prepared {
  readonly formula: Formula;
  readonly numbers: readonly number[];
  readonly counts: readonly unknown[];
  readonly first: boolean;
}

/** The formulas of each rule that were needed so far. */
const formulas = new WeakMap<object, Map<string, Formula>>();

function formulaOf<Settings>(rule: Rule<Settings>, settings: Settings, counts: Remembered): Formula {
  const form = rule.form(settings, counts);
  const key = Object.values(form).join();
  let known = formulas.get(rule);
  if (known === undefined) formulas.set(rule, (known = new Map()));
  let formula = known.get(key);
  if (formula === undefined) {
    const quantities = Object.keys(rule.numbers(settings, counts, false));
    known.set(key, (formula = makeFormula(rule, form, quantities)));
  }
  return formula;
}

function makeFormula<Settings>(
  rule: Rule<Settings>,
  form: Readonly<Record<string, boolean>>,
  quantities: readonly string[],
): Formula {
  const buffers = rule.buffers(form);
  const old = Object.fromEntries(buffers.map((name, i) => [name, input(i + 2)]));
  const n = Object.fromEntries(quantities.map((name, i) => [name, plainNumber(i)]));
  const values = rule.formula({ parameter: input(0), gradient: input(1), old, n }, form);
  // A rule gives a new value for each name that it lists.
  return { buffers, expressions: ["parameter", ...buffers].map((name) => values[name]!) };
}

/** Makes a tensor that is remembered fit its parameter, which may have been converted or moved since the last step. @throws RuntimeError when it was loaded from another model's. */
function fit(name: string, tensor: Tensor, parameter: Tensor): void {
  if (!sameShape(tensor.shape, parameter.shape))
    throw new RuntimeError(
      `The size of '${name}' ${formatShape(tensor.shape)} must match the size of its parameter ${formatShape(parameter.shape)}. Was the optimizer's state loaded from another model?`,
    );
  followParameter(tensor, parameter);
}

/** The base of optimizers whose step is a rule. A step is one kernel for each parameter. */
export abstract class PointwiseOptimizer<Settings extends object, State extends object> extends Optimizer<
  Settings,
  State
> {
  readonly #rule: Rule<Settings>;
  readonly #counts: readonly string[];

  constructor(params: ParametersOrGroups<Settings>, settings: Given<Settings>, rule: Rule<Settings>) {
    super(params, settings);
    this.#rule = rule;
    this.#counts = Object.keys(rule.counts(this.defaults));
  }

  override get counts(): readonly string[] {
    return this.#counts;
  }

  protected override update(group: ParameterGroup<Settings>): void {
    for (const parameter of group.params) if (parameter.grad !== null) checkCapturable(group, parameter);
    let prepared: Prepared | null = null;
    for (const parameter of group.params)
      if (parameter.grad !== null) prepared = this.#step(parameter, parameter.grad, group, prepared);
  }

  /** Makes what is remembered of a group's parameters before their first step. @internal */
  protected begin(group: ParameterGroup<Settings>): void {
    for (const parameter of group.params) {
      const state = this.#remembered(parameter, group);
      this.#complete(parameter, state, group, formulaOf(this.#rule, group, state).buffers);
    }
  }

  #step(parameter: Tensor, grad: Tensor, group: ParameterGroup<Settings>, last: Prepared | null): Prepared {
    const state = this.#remembered(parameter, group);
    if (typeof state["step"] === "number") state["step"]++;
    this.#rule.before?.(state, group);
    const same = last !== null && this.#counts.every((name, i) => last.counts[i] === state[name]);
    const formula = same ? last.formula : formulaOf(this.#rule, group, state);
    const first = this.#complete(parameter, state, group, formula.buffers);
    const prepared =
      same && last.first === first
        ? last
        : {
            formula,
            first,
            counts: this.#counts.map((name) => state[name]),
            numbers: Object.values(this.#rule.numbers(group, state, first)),
          };
    if (numel(parameter.shape) > 0) {
      const buffers = formula.buffers.map((name) => state[name] as Tensor); // see `complete`
      replaceTogether(
        formula.expressions,
        [parameter, ...buffers],
        [parameter, grad, ...buffers],
        prepared.numbers,
      );
    }
    this.#rule.after?.(state, group);
    return prepared;
  }

  /** What is remembered of a parameter, with all its numbers. */
  #remembered(parameter: Tensor, group: ParameterGroup<Settings>): Remembered {
    const known = this.state.get(parameter) as Remembered | undefined; // states are records
    if (known === undefined) return this.#rule.counts(group);
    for (const name of this.#counts)
      // It was loaded from something that did not know the number.
      if (typeof known[name] !== "number") known[name] = this.#rule.counts(group)[name];
    return known;
  }

  /** Makes the tensors that are remembered from now on, and those that are there fit the parameter. The answer is whether one was made. */
  #complete(
    parameter: Tensor,
    state: Remembered,
    group: ParameterGroup<Settings>,
    buffers: readonly string[],
  ): boolean {
    let first = false;
    for (const name of buffers) {
      if (state[name] !== undefined) {
        fit(name, state[name] as Tensor, parameter); // buffers are tensors
        continue;
      }
      first = true;
      state[name] = placedOn(parameter.device, () => allocateZeros(parameter.shape, parameter.dtype));
      const value = this.#rule.beginning?.(group)[name] ?? 0;
      if (value !== 0) (state[name] as Tensor).fill_(value); // made above
    }
    if (buffers.length + this.#counts.length > 0) this.state.set(parameter, state as object as State); // with all that the rule names
    return first;
  }
}
