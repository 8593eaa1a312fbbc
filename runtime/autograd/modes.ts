let enabled = true;
/** The mode outside of all functions and blocks that change it for a while. */
let lasting = true;

/** Whether operations are being recorded for backward. Source: `torch.is_grad_enabled`. */
export function is_grad_enabled(): boolean {
  return enabled;
}

/** What `using _ = torch.no_grad()` holds: leaving the block restores the mode. */
export interface GradModeGuard extends Disposable {
  /** Restores the mode that was set before. */
  restore(): void;
}

/** A context manager: with a function it runs it in the mode, without one it sets the mode until the guard is disposed. */
export interface GradMode {
  /** Runs `body` in the mode and returns what it returns; when that is a promise, the mode lasts until it settles. */
  <T>(body: () => T): T;
  (): GradModeGuard;
}

function guard(value: boolean): GradModeGuard {
  const before = enabled;
  enabled = value;
  const restore = (): void => {
    enabled = before;
  };
  return { restore, [Symbol.dispose]: restore };
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

/** How many operators are computing what will be recorded of them as a whole. */
let computing = 0;

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

/** Whether nothing is recorded because somebody asked for that, and not only inside of an operator. @internal */
export function isRecordingOff(): boolean {
  return !enabled && computing === 0;
}

/** Runs `body` with recording on or off. @internal */
function withGradMode<T>(value: boolean, body: () => T): T {
  const { restore } = guard(value);
  let result: T | undefined;
  try {
    result = body();
  } finally {
    if (!isPromise(result)) restore();
  }
  // The promise's own type is kept: `finally` passes its value through.
  return isPromise(result) ? (result.finally(restore) as T) : result;
}

function mode(value: boolean): GradMode {
  function enter<T>(body?: () => T): T | GradModeGuard {
    return body === undefined ? guard(value) : withGradMode(value, body);
  }
  // One function serves both overloads; TypeScript cannot check an implementation against overloads in a call signature.
  return enter as GradMode;
}

/**
 * Computes without recording: `torch.no_grad(() => …)`, or `using _ = torch.no_grad()` for the rest of a block. Results do not require grad.
 *
 * Source: `torch.no_grad`.
 */
export const no_grad: GradMode = mode(false);

/** Records again inside a `no_grad`. Source: `torch.enable_grad`. */
export const enable_grad: GradMode = mode(true);

/** Turns recording on or off, for the rest of a block with `using`, or for good. Source: `torch.set_grad_enabled`. */
export function set_grad_enabled(value: boolean): GradModeGuard {
  const { restore } = guard(value);
  const before = lasting;
  lasting = value;
  const restoreBoth = (): void => {
    restore();
    lasting = before;
  };
  return { restore: restoreBoth, [Symbol.dispose]: restoreBoth };
}

/** Ends whatever changed the mode for a while, after a program was stopped inside of it. @internal */
export function restoreGradMode(): void {
  computing = 0;
  enabled = lasting;
}
