/** What users attach to the calls of modules, of one or of all. */
import { RemovableHandle } from "../../autograd/hooks.ts";
import type { Tensor } from "../../tensor.ts";
import type { Module } from "../module.ts";

/** A module as far as its call is concerned. */
interface Called {
  forward(...inputs: never[]): unknown;
}

type Inputs<M extends Called> = globalThis.Parameters<M["forward"]>;
type Output<M extends Called> = ReturnType<M["forward"]>;
type Keywords = Record<string, unknown>;
type Nothing = null | undefined | void;

/** Called with the positional arguments before `forward`; it may answer with others, several of them as an array. */
export type ForwardPreHook<M extends Called> = (
  module: M,
  args: Inputs<M>,
) => readonly unknown[] | Inputs<M>[0] | Nothing;

/** As `ForwardPreHook`, with the arguments by name; it may answer with both. */
export type ForwardPreHookWithKwargs<M extends Called> = (
  module: M,
  args: Inputs<M>,
  kwargs: Keywords,
) => readonly [args: readonly unknown[], kwargs: Keywords] | Nothing;

/** Called with the positional arguments and the output after `forward`; it may answer with another output. */
export type ForwardHook<M extends Called> = (
  module: M,
  args: Inputs<M>,
  output: Output<M>,
) => Output<M> | Nothing;

/** As `ForwardHook`, with the arguments by name. */
export type ForwardHookWithKwargs<M extends Called> = (
  module: M,
  args: Inputs<M>,
  kwargs: Keywords,
  output: Output<M>,
) => Output<M> | Nothing;

/** Gradients of inputs or outputs, `null` for what is no tensor. */
export type Gradients = readonly (Tensor | null)[];

/** The same as a hook gets them, which reads them as if all were there, as in Python. They may be compared with `null`. */
type GivenGradients = Tensor[];

/** Called with the gradients of the inputs and of the outputs; it may answer with others for the inputs. */
export type FullBackwardHook<M> = (
  module: M,
  grad_input: GivenGradients,
  grad_output: GivenGradients,
) => Gradients | Nothing;

/** Called with the gradients of the outputs before the module's derivative; it may answer with others. */
export type FullBackwardPreHook<M> = (module: M, grad_output: GivenGradients) => Gradients | Nothing;

/** When a hook before `forward` is called, and with what. */
export interface ForwardPreHookOptions {
  /** Before the hooks that are there already. */
  readonly prepend?: boolean;
  /** Whether the hook gets the arguments by name, too. */
  readonly with_kwargs?: boolean;
}

/** When a hook after `forward` is called, and with what. */
export interface ForwardHookOptions extends ForwardPreHookOptions {
  /** Also when something throws; the output is `null` then unless `forward` gave one. */
  readonly always_call?: boolean;
}

/** A hook as it is kept. */
export interface CallHook {
  // Users' functions: what they take was checked by the compiler when they were attached.
  readonly hook: (...args: unknown[]) => unknown;
  readonly withKwargs: boolean;
  readonly always: boolean;
}

/** The hooks of the calls of one module, or of all, in the order in which they are called. */
export class CallHooks {
  readonly beforeForward: CallHook[] = [];
  readonly afterForward: CallHook[] = [];
  readonly beforeBackward: CallHook[] = [];
  readonly afterBackward: CallHook[] = [];
}

/** Hooks that are called for every module. */
const hooksOfAll: CallHooks = new CallHooks();
const hooksByModule = new WeakMap<object, CallHooks>();
const none = new CallHooks();

/** How many hooks there are, of all modules: a call looks for its own only where there are any. */
export const attached: { count: number } = { count: 0 };

const occasions = ["beforeForward", "afterForward", "beforeBackward", "afterBackward"] as const;

function isEmpty(hooks: CallHooks): boolean {
  return occasions.every((occasion) => hooks[occasion].length === 0);
}

/** Whether a call of this module runs any hook. */
export function hasCallHooks(module: object): boolean {
  return !isEmpty(hooksOfAll) || !isEmpty(hooksByModule.get(module) ?? none);
}

/** Gives a copy of a module the same hooks. */
export function copyCallHooks(from: object, to: object): void {
  const hooks = hooksByModule.get(from);
  if (hooks === undefined) return;
  const copy = new CallHooks();
  for (const occasion of occasions) for (const entry of hooks[occasion]) insert(copy[occasion], entry, false);
  hooksByModule.set(to, copy);
}

/** Attaches a hook to a module's calls; to all modules' for `null`. */
export function attachToCalls<M extends Called>(
  module: M | null,
  occasion: keyof CallHooks,
  hook:
    | ForwardPreHook<M>
    | ForwardPreHookWithKwargs<M>
    | ForwardHook<M>
    | ForwardHookWithKwargs<M>
    | FullBackwardHook<M>
    | FullBackwardPreHook<M>,
  { prepend = false, with_kwargs = false, always_call = false }: ForwardHookOptions = {},
): RemovableHandle {
  let hooks = module === null ? hooksOfAll : hooksByModule.get(module);
  if (hooks === undefined) hooksByModule.set(module!, (hooks = new CallHooks()));
  // Whoever calls the hook gives it what its occasion says.
  const called = hook as CallHook["hook"];
  return insert(hooks[occasion], { hook: called, withKwargs: with_kwargs, always: always_call }, prepend);
}

/** The functions that are attached to a module's calls. */
export function attachedFunctions(module: object, occasion: keyof CallHooks): readonly CallHook["hook"][] {
  return (hooksByModule.get(module) ?? none)[occasion].map(({ hook }) => hook);
}

/** Takes a function off a module's calls. */
export function detachFromCalls(module: object, occasion: keyof CallHooks, hook: CallHook["hook"]): void {
  const list = hooksByModule.get(module)?.[occasion] ?? [];
  const position = list.findIndex((entry) => entry.hook === hook);
  if (position < 0) return;
  list.splice(position, 1);
  attached.count--;
}

function insert(list: CallHook[], entry: CallHook, first: boolean): RemovableHandle {
  const handle = new RemovableHandle([], entry, () => {
    const position = list.indexOf(entry);
    if (position < 0) return;
    list.splice(position, 1);
    attached.count--;
  });
  if (first) list.unshift(entry);
  else list.push(entry);
  attached.count++;
  return handle;
}

/** The hooks of all modules and then those of one. */
export function hooksFor(module: Module, occasion: keyof CallHooks): readonly CallHook[] {
  return [...hooksOfAll[occasion], ...(hooksByModule.get(module) ?? none)[occasion]];
}
