/** Whether operations are recorded, and for how long that is so. Source: `torch/autograd/grad_mode.py`. */

let enabled = true;
/** Whether tensors are made that autograd will never follow; then nothing is recorded, whatever `enabled` says. */
let inference = false;
/** The modes outside of all functions and blocks that change them for a while. */
let lasting: Modes = { enabled: true, inference: false };
/** How many operators are computing what will be recorded of them as a whole. */
let computing = 0;

interface Modes {
  readonly enabled: boolean;
  readonly inference: boolean;
}

/** Whether operations are being recorded for backward. Source: `torch.is_grad_enabled`. */
export function is_grad_enabled(): boolean {
  return enabled;
}

/** Whether inference mode is on. Source: `torch.is_inference_mode_enabled`. */
export function is_inference_mode_enabled(): boolean {
  return inference;
}

/** Whether an operator leaves a node behind: recording is on, and inference mode off. @internal */
export function isRecording(): boolean {
  return enabled && !inference;
}

/** A function that runs in a mode whenever it is called, made of another one. */
type Decorator = <F extends (...args: never[]) => unknown>(body: F) => F;

/**
 * What `using _ = torch.no_grad()` holds: leaving the block restores the mode. Called with a function it restores the mode at once and gives that function in the mode,
 * as Python's decorators do: `const evaluate = torch.no_grad()(async (x) => …)`.
 */
export interface GradModeGuard extends Disposable, Decorator {
  /** Restores the mode that was set before. */
  restore(): void;
}

/** A context manager: with a function it runs it in the mode, without one it sets the mode until the guard is disposed. */
export interface GradMode {
  /** Runs `body` in the mode and returns what it returns; when that is a promise, the mode lasts until it settles. */
  <T>(body: () => T): T;
  (): GradModeGuard;
}

/** A context manager that is told whether to switch something on or off. */
export interface GradSwitch {
  <T>(mode: boolean, body: () => T): T;
  (mode: boolean): GradModeGuard;
}

function current(): Modes {
  return { enabled, inference };
}

function set(modes: Modes): void {
  ({ enabled, inference } = modes);
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}

/** Turns recording on or off, and says what it was. Whoever calls it sets that again in a `finally`. @internal */
export function swapGradMode(value: boolean): boolean {
  const before = enabled;
  enabled = value;
  return before;
}

/** Records nothing of what an operator's forward does, until `resumeRecording`. Recording must be on. @internal */
export function pauseRecording(): void {
  enabled = false;
  computing++;
}

/** Records again after `pauseRecording`. @internal */
export function resumeRecording(): void {
  computing--;
  enabled = true;
}

/** Why a view that is made now is not recorded, because somebody asked for that and not only inside of an operator; `null` where it may be. @internal */
export function unrecordedBecause(): "unrecorded" | "inference" | null {
  if (inference) return "inference";
  return !enabled && computing === 0 ? "unrecorded" : null;
}

/** Runs `body` between `enter` and what that gives; when the body gives a promise, until it settles. @internal */
export function runWithin<T>(enter: () => () => void, body: () => T): T {
  const leave = enter();
  let result: T | undefined;
  try {
    result = body();
  } finally {
    if (!isPromise(result)) leave();
  }
  // The promise's own type is kept: `finally` passes its value through.
  return isPromise(result) ? (result.finally(leave) as T) : result;
}

/** Makes the guard of something that was entered. @internal */
export function guardOf(enter: () => () => void): GradModeGuard {
  const leave = enter();
  const decorate: Decorator = (body) => {
    leave();
    // The function keeps the type of the one that it calls.
    return ((...args: never[]) => runWithin(enter, () => body(...args))) as typeof body;
  };
  return Object.assign(decorate, { restore: leave, [Symbol.dispose]: leave });
}

/** A context manager from what enters it and gives what leaves it. */
function contextManager(enter: () => () => void): GradMode {
  function manage<T>(body?: () => T): T | GradModeGuard {
    return body === undefined ? guardOf(enter) : runWithin(enter, body);
  }
  // One function serves both overloads; TypeScript cannot check an implementation against overloads in a call signature.
  return manage as GradMode;
}

/** Sets modes; the answer brings back those from before. */
function entering(change: () => Modes): () => () => void {
  return () => {
    const before = current();
    set(change());
    return () => set(before);
  };
}

/**
 * Computes without recording: `torch.no_grad(() => …)`, or `using _ = torch.no_grad()` for the rest of a block. Results do not require grad.
 *
 * Source: `torch.no_grad`.
 */
export const no_grad: GradMode = contextManager(entering(() => ({ enabled: false, inference })));

/** Records again inside a `no_grad`. Source: `torch.enable_grad`. */
export const enable_grad: GradMode = contextManager(entering(() => ({ enabled: true, inference })));

/**
 * Turns recording on or off: while a function runs, for the rest of a block with `using`, or for good.
 *
 * `torch.set_grad_enabled(false)`, `torch.set_grad_enabled(isTraining, () => …)`.
 *
 * Source: `torch.set_grad_enabled`.
 */
export const set_grad_enabled: GradSwitch = (<T>(mode: boolean, body?: () => T): T | GradModeGuard => {
  const enter = entering(() => ({ enabled: mode, inference }));
  if (body !== undefined) return runWithin(enter, body);
  const before = lasting;
  const guard = guardOf(enter);
  lasting = current();
  const restore = (): void => {
    guard.restore();
    lasting = before;
  };
  const decorate: Decorator = (wrapped) => {
    lasting = before;
    return guard(wrapped);
  };
  return Object.assign(decorate, { restore, [Symbol.dispose]: restore });
}) as GradSwitch; // one function serves both overloads

/**
 * Computes without recording and without what recording would need later: faster than `no_grad`, but the tensors made here can never take part in a computation that
 * autograd follows. `torch.inference_mode(() => …)`, or `using _ = torch.inference_mode()`; `torch.inference_mode(false, () => …)` leaves the mode for a while.
 *
 * Source: `torch.inference_mode`.
 */
export const inference_mode: GradMode & GradSwitch = (<T>(
  first?: boolean | (() => T),
  second?: () => T,
): T | GradModeGuard => {
  const mode = typeof first === "boolean" ? first : true;
  const body = typeof first === "function" ? first : second;
  const enter = entering(() => ({ enabled: !mode, inference: mode }));
  return body === undefined ? guardOf(enter) : runWithin(enter, body);
}) as GradMode & GradSwitch; // one function serves all overloads

/** Ends whatever changed the modes for a while, after a program was stopped inside of it. @internal */
export function restoreGradMode(): void {
  computing = 0;
  set(lasting);
}
