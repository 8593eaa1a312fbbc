import { enable_grad, no_grad } from "../autograd/modes.ts";
import type { RemovableHandle } from "../autograd/hooks.ts";
import { NotImplementedError } from "../errors/notImplementedError.ts";
import { inspectAs } from "../inspect.ts";
import { clearGrad } from "../nn/module.ts";
import type { Tensor } from "../tensor.ts";
import {
  checkAgainst,
  groupsIn,
  makeGroup,
  type GivenGroup,
  type ParameterGroup,
  type ParametersOrGroups,
} from "./groups.ts";
import {
  addHook,
  OptimizerHooks,
  stepWithHooks,
  throughHooks,
  type OptimizerHook,
  type Prepend,
  type StateHook,
  type StepPostHook,
  type StepPreHook,
} from "./hooks.ts";
import { printedGroup } from "./printed.ts";
import type { Given } from "./settings.ts";
import { matchingGroups, packState, unpackState, type OptimizerState } from "./stateDict.ts";

/**
 * The base of all optimizers: holds parameters in groups, and changes them by their gradients.
 *
 * One of your own extends it and says what a step does to a group: `update(group) { for (const p of group.params) … }`, in which nothing is recorded; or it overrides `step` itself.
 *
 * Source: `torch.optim.Optimizer`.
 *
 * @typeParam Settings what a group has besides its parameters.
 * @typeParam State what is remembered of each parameter.
 */
/* oxlint-disable typescript/no-explicit-any -- `Optimizer` alone is any of them, whose groups have settings, and whose state has tensors, that the program knows: `group.lr` */
export class Optimizer<
  Settings extends object = Record<string, any>,
  State extends object = Record<string, any>,
> {
  /* oxlint-enable typescript/no-explicit-any */
  /** The settings of groups that have none of their own. */
  readonly defaults: Settings;
  /** The groups; change a setting here to change it for the next step. */
  readonly param_groups: ParameterGroup<Settings>[] = [];
  /** What is remembered of each parameter that has taken a step, under PyTorch's names. */
  readonly state: Map<Tensor, State> = new Map();
  readonly #hooks = new OptimizerHooks();

  /**
   * @throws ValueError when there are no parameters, or one is in two groups; TypeError when something is not a tensor.
   */
  constructor(params: ParametersOrGroups<Settings>, defaults: Given<Settings>) {
    this.defaults = { ...defaults } as Settings; // see `SettingsOf`
    for (const group of groupsIn(params)) this.add_param_group(group);
    const { step } = this;
    // Hooks run around every step, also where a class has one of its own.
    Object.defineProperty(this, "step", {
      value: (...args: readonly unknown[]) =>
        stepWithHooks(this, this.#hooks, step as (...args: readonly unknown[]) => unknown, args),
      writable: true,
      configurable: true,
      enumerable: false,
    });
  }

  /** Names of the numbers in `state` that PyTorch keeps as tensors: they are tensors in `state_dict`. @internal */
  get counts(): readonly string[] {
    return ["step"];
  }

  /** Names of the settings that are printed as fractions even where they are whole. @internal */
  get fractions(): readonly string[] {
    return [];
  }

  /** Changes one group's parameters, from their gradients. @throws NotImplementedError unless a class says how. */
  protected update(_group: ParameterGroup<Settings>): void {
    throw new NotImplementedError(
      `${this.constructor.name} does not say what a step does. Add update(group) { … } to the class, or step(closure) { … }.`,
    );
  }

  /**
   * Changes all parameters by one step. `closure` computes the loss and its gradients first; its result is returned.
   *
   * Source: `torch.optim.Optimizer.step`.
   */
  step(closure?: undefined): void;
  // oxlint-disable-next-line typescript/no-explicit-any -- a class of one's own may take and give anything, or nothing: `step(closure?: () => Tensor) { … }`
  step(closure: () => any): any;
  step(closure?: (() => unknown) | null): unknown {
    const loss = closure === undefined || closure === null ? undefined : enable_grad(closure);
    no_grad(() => {
      for (const group of this.param_groups) this.update(group);
    });
    return loss;
  }

  /** Drops the gradients of all parameters, or fills them with zeros. Source: `torch.optim.Optimizer.zero_grad`. */
  zero_grad(set_to_none: boolean | { readonly set_to_none?: boolean } = true): void {
    const drop = typeof set_to_none === "boolean" ? set_to_none : (set_to_none.set_to_none ?? true);
    for (const group of this.param_groups) for (const parameter of group.params) clearGrad(parameter, drop);
  }

  /**
   * Adds a group: `optimizer.add_param_group({params: model.head.parameters(), lr: 0.01})`. Settings that it does not name are the optimizer's defaults.
   *
   * @throws TypeError when it is no group or something in it is not a tensor, ValueError for a parameter that another group has; nothing is added then.
   * Source: `torch.optim.Optimizer.add_param_group`.
   */
  add_param_group(param_group: GivenGroup<Settings>): void {
    const group = makeGroup(param_group, this.defaults);
    checkAgainst(group, this.param_groups);
    this.param_groups.push(group);
  }

  /**
   * What is remembered of each parameter, and the settings of each group, as plain data: `{state, param_groups}`. The tensors in it share their elements with the optimizer's; counts, which
   * are numbers in `state`, are tensors here, as in PyTorch.
   *
   * Source: `torch.optim.Optimizer.state_dict`.
   */
  state_dict(): OptimizerState {
    for (const hook of this.#hooks.beforeSaving.slice()) hook(this);
    // States are records: of names, and of what is remembered under them.
    const state = this.state as ReadonlyMap<Tensor, object> as ReadonlyMap<Tensor, Record<string, unknown>>;
    return throughHooks(this.#hooks.afterSaving, this, packState(state, this.param_groups, this.counts));
  }

  /**
   * Takes over a state: what `state_dict` gave, or what `torch.load` read of PyTorch's. It is cast to the dtypes of the parameters and moved to their devices; parameters are matched by their
   * order.
   *
   * @throws ValueError when the groups or their sizes differ, KeyError for something that is no state; nothing is changed then.
   * Source: `torch.optim.Optimizer.load_state_dict`.
   */
  load_state_dict(state_dict: OptimizerState): void {
    const given = throughHooks(this.#hooks.beforeLoading, this, { ...state_dict });
    const saved = matchingGroups(given, this.param_groups);
    const state = unpackState(given, this.param_groups, this.counts);
    this.state.clear();
    // The state's names are those that were saved.
    for (const [parameter, remembered] of state) this.state.set(parameter, remembered as object as State);
    for (const [i, group] of this.param_groups.entries()) {
      const { params, param_names } = group;
      const names = param_names === undefined ? {} : { param_names };
      // Settings that were not saved are the defaults; all others are as they were saved.
      this.param_groups[i] = { ...this.defaults, ...names, ...saved[i], params } as ParameterGroup<Settings>;
    }
    for (const hook of this.#hooks.afterLoading.slice()) hook(this);
  }

  /** Adds a hook that is called before each step; it may answer with other arguments, `[args, kwargs]`. Source: `torch.optim.Optimizer.register_step_pre_hook`. */
  register_step_pre_hook(hook: StepPreHook): RemovableHandle {
    return addHook(this.#hooks.beforeStep, hook);
  }

  /** Adds a hook that is called after each step. Source: `torch.optim.Optimizer.register_step_post_hook`. */
  register_step_post_hook(hook: StepPostHook): RemovableHandle {
    return addHook(this.#hooks.afterStep, hook);
  }

  /** Adds a hook that is called before `state_dict` looks at the state. Source: `torch.optim.Optimizer.register_state_dict_pre_hook`. */
  register_state_dict_pre_hook(hook: OptimizerHook, prepend: Prepend = false): RemovableHandle {
    return addHook(this.#hooks.beforeSaving, hook, prepend);
  }

  /** Adds a hook that sees what `state_dict` gives, and may give something else. Source: `torch.optim.Optimizer.register_state_dict_post_hook`. */
  register_state_dict_post_hook(hook: StateHook, prepend: Prepend = false): RemovableHandle {
    return addHook(this.#hooks.afterSaving, hook, prepend);
  }

  /** Adds a hook that sees what is to be loaded, and may give something else. Source: `torch.optim.Optimizer.register_load_state_dict_pre_hook`. */
  register_load_state_dict_pre_hook(hook: StateHook, prepend: Prepend = false): RemovableHandle {
    return addHook(this.#hooks.beforeLoading, hook, prepend);
  }

  /** Adds a hook that is called after a state was loaded. Source: `torch.optim.Optimizer.register_load_state_dict_post_hook`. */
  register_load_state_dict_post_hook(hook: OptimizerHook, prepend: Prepend = false): RemovableHandle {
    return addHook(this.#hooks.afterLoading, hook, prepend);
  }

  /** PyTorch's printed form: the settings of each group. */
  toString(): string {
    const groups = this.param_groups.map(
      (group, i) => `\nParameter Group ${i}\n${printedGroup(group, this.fractions)}`,
    );
    return `${this.constructor.name} (${groups.join("")})`;
  }
}

inspectAs(Optimizer, (optimizer) => optimizer.toString());
