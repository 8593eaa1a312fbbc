/** Looking for the operation whose derivative fails or gives NaN. Source: `torch/autograd/anomaly_mode.py`. */
import { RuntimeError } from "../errors/runtimeError.ts";
import type { Tensor } from "../tensor.ts";
import { guardOf, runWithin, type GradModeGuard } from "./modes.ts";

interface Anomaly {
  readonly enabled: boolean;
  readonly checkNan: boolean;
}

let current: Anomaly = { enabled: false, checkNan: true };

/** The stack of the running call, where somebody looks for anomalies. @internal */
export function callStack(): string | null {
  return current.enabled ? recordStack() : null;
}

function recordStack(): string {
  const { stackTraceLimit } = Error;
  // The library's own frames come first, and the caller's is wanted.
  Error.stackTraceLimit = 50;
  const { stack = "" } = new Error("forward");
  Error.stackTraceLimit = stackTraceLimit;
  return stack.split("\n").slice(1).filter(isUserFrame).slice(0, stackTraceLimit).join("\n");
}

/** The folder that the library lies in, as stacks name it. */
const ownFolder = new URL("../", import.meta.url).href;

function isUserFrame(line: string): boolean {
  if (line.includes("node:internal")) return false;
  return !line.includes(ownFolder) && !line.includes(ownFolder.replace("file://", ""));
}

/** What is known of a function that failed. */
interface Failed {
  readonly label: string;
  readonly stack: string | null;
}

/** Says where in the forward pass a function was called whose derivative failed, and adds it to the error. @internal */
export function explain(error: unknown, { label, stack }: Failed): void {
  if (!current.enabled) return;
  if (stack === null) {
    console.warn(
      `UserWarning: Error detected in ${label}. No forward pass information available. Enable detect anomaly during forward pass for more information.`,
    );
    return;
  }
  console.warn(
    `UserWarning: Error detected in ${label}. Traceback of forward call that caused the error:\n${stack}`,
  );
  const [line] = stack.trim().split("\n");
  if (error instanceof Error && line !== undefined && line !== "")
    error.message += ` The forward call was ${line.trim()}.`;
}

/** @throws RuntimeError when a derivative gave NaN, and somebody looks for that. @internal */
export function checkNan(label: string, grads: readonly (Tensor | null)[]): void {
  if (!current.enabled || !current.checkNan) return;
  const position = grads.findIndex((grad) => grad !== null && hasNan(grad));
  if (position >= 0)
    throw new RuntimeError(`Function '${label}' returned nan values in its ${position}th output.`);
}

function hasNan(grad: Tensor): boolean {
  return Boolean(grad.isnan().any().item());
}

function entering(next: Anomaly): () => () => void {
  return () => {
    const before = current;
    current = next;
    return () => {
      current = before;
    };
  };
}

interface AnomalyOptions {
  readonly check_nan?: boolean;
}

/** Whether anomalies are looked for. Source: `torch.is_anomaly_enabled`. */
export function is_anomaly_enabled(): boolean {
  return current.enabled;
}

/** Whether NaN counts as one. Source: `torch.is_anomaly_check_nan_enabled`. */
export function is_anomaly_check_nan_enabled(): boolean {
  return current.checkNan;
}

/**
 * Finds out where backward goes wrong: every recorded call remembers where it stood in the program, and a derivative that gives NaN throws. It costs time; use it while
 * looking for an error.
 *
 * `torch.autograd.detect_anomaly(() => …)`, or `using _ = torch.autograd.detect_anomaly()`.
 *
 * Source: `torch.autograd.detect_anomaly`.
 */
export function detect_anomaly<T>(body: () => T, options?: AnomalyOptions): T;
export function detect_anomaly(options?: AnomalyOptions | boolean): GradModeGuard;
export function detect_anomaly<T>(
  first: (() => T) | AnomalyOptions | boolean = {},
  second: AnomalyOptions = {},
): T | GradModeGuard {
  const given = typeof first === "function" ? second : first;
  const check = typeof given === "boolean" ? given : (given.check_nan ?? true);
  const enter = entering({ enabled: true, checkNan: check });
  return typeof first === "function" ? runWithin(enter, first) : guardOf(enter);
}

/**
 * Looks for anomalies, as `detect_anomaly`, or no longer: for good, or for the rest of a block with `using`.
 *
 * Source: `torch.autograd.set_detect_anomaly`.
 */
export function set_detect_anomaly(mode: boolean, check_nan: boolean | AnomalyOptions = true): GradModeGuard {
  const check = typeof check_nan === "boolean" ? check_nan : (check_nan.check_nan ?? true);
  return guardOf(entering({ enabled: mode, checkNan: check }));
}
