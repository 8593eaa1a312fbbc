/** What programs attach to optimizers: functions that are called around a step, and around saving and loading of the state. */
import { describe } from "../binding.ts";
import { RemovableHandle } from "../autograd/hooks.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import type { OptimizerState } from "./stateDict.ts";
import type { Optimizer } from "./optimizer.ts";

/** Any optimizer. */
// oxlint-disable-next-line typescript/no-explicit-any -- settings and states of all optimizers: hooks and schedulers take every one
export type AnyOptimizer = Optimizer<any, any>;

/** What a step is called with: by position, and by name. */
export type StepArguments = readonly [args: readonly unknown[], kwargs: Readonly<Record<string, unknown>>];

/** Called before a step; it may answer with other arguments for it. */
export type StepPreHook = (
  optimizer: AnyOptimizer,
  ...args: StepArguments
) => StepArguments | null | undefined | void;

/** Called after a step. */
export type StepPostHook = (optimizer: AnyOptimizer, ...args: StepArguments) => void;

/** Called with a state; it may change it, or answer with another one. */
export type StateHook = (
  optimizer: AnyOptimizer,
  state_dict: OptimizerState,
) => OptimizerState | null | undefined | void;

/** Called before a state is saved, or after one was loaded. */
export type OptimizerHook = (optimizer: AnyOptimizer) => void;

/** The hooks of one optimizer. */
export class OptimizerHooks {
  readonly beforeStep: StepPreHook[] = [];
  readonly afterStep: StepPostHook[] = [];
  readonly beforeSaving: OptimizerHook[] = [];
  readonly afterSaving: StateHook[] = [];
  readonly beforeLoading: StateHook[] = [];
  readonly afterLoading: OptimizerHook[] = [];
}

/** Whether a hook goes before those that are there. */
export type Prepend = boolean | { readonly prepend?: boolean };

/** Adds a hook, at the end or at the beginning. */
export function addHook<Hook>(hooks: Hook[], hook: Hook, prepend: Prepend = false): RemovableHandle {
  const handle = new RemovableHandle(hooks, hook);
  if (prepend === true || (typeof prepend === "object" && prepend.prepend === true))
    hooks.unshift(hooks.pop()!); // it was pushed just now
  return handle;
}

/** Lets hooks see a state one after the other, and replace it. */
export function throughHooks(
  hooks: readonly StateHook[],
  optimizer: AnyOptimizer,
  state: OptimizerState,
): OptimizerState {
  return [...hooks].reduce((current, hook) => hook(optimizer, current) ?? current, state);
}

const beforeAnyStep: StepPreHook[] = [];
const afterAnyStep: StepPostHook[] = [];

/**
 * Adds a hook that is called before each step of every optimizer. It may answer with other arguments, `[args, kwargs]`.
 *
 * Source: `torch.optim.optimizer.register_optimizer_step_pre_hook`.
 */
export function register_optimizer_step_pre_hook(hook: StepPreHook): RemovableHandle {
  return addHook(beforeAnyStep, hook);
}

/** Adds a hook that is called after each step of every optimizer. Source: `torch.optim.optimizer.register_optimizer_step_post_hook`. */
export function register_optimizer_step_post_hook(hook: StepPostHook): RemovableHandle {
  return addHook(afterAnyStep, hook);
}

/** Runs a step with the hooks around it. @throws RuntimeError when a hook before it answers with something else than arguments. */
export function stepWithHooks<T>(
  optimizer: AnyOptimizer,
  { beforeStep, afterStep }: OptimizerHooks,
  step: (...args: readonly unknown[]) => T,
  args: readonly unknown[],
): T {
  let given: StepArguments = [args, {}];
  for (const hook of [...beforeAnyStep, ...beforeStep]) given = replaced(given, hook(optimizer, ...given));
  // Steps take a closure, by position or by name.
  const result = step.call(optimizer, ...given[0], ...Object.values(given[1]));
  for (const hook of [...afterStep, ...afterAnyStep]) hook(optimizer, ...given);
  return result;
}

function replaced(given: StepArguments, answer: unknown): StepArguments {
  if (answer === null || answer === undefined) return given;
  if (!isStepArguments(answer))
    throw new RuntimeError(
      `a hook before step must return None or a tuple of (new_args, new_kwargs), but got ${describe(answer)}. Write return [[closure], {}], or return nothing.`,
    );
  return answer;
}

function isStepArguments(value: unknown): value is StepArguments {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    Array.isArray(value[0]) &&
    typeof value[1] === "object" &&
    value[1] !== null
  );
}
