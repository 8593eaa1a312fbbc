/** `torch.compile`, for programs that call it. */
import { describe } from "./binding.ts";

/** How PyTorch is to compile; none of it changes anything here. */
export interface CompileOptions {
  readonly fullgraph?: boolean;
  readonly dynamic?: boolean | null;
  readonly backend?: string;
  readonly mode?: string | null;
  readonly options?: Readonly<Record<string, string | number | boolean>> | null;
  readonly disable?: boolean;
}

/**
 * The module or function itself: there is no compiler, and none is needed, since no interpreter stands between one operator and the next. With options alone, a
 * function that gives back what it is called with: `torch.compile({mode: "max-autotune"})(f)`.
 *
 * @throws TypeError for what is neither a module nor a function.
 * Source: `torch.compile`.
 */
export function compile<F extends (...args: never[]) => unknown>(model: F, options?: CompileOptions): F;
export function compile(options?: CompileOptions): <F extends (...args: never[]) => unknown>(model: F) => F;
export function compile(model?: unknown): unknown {
  if (typeof model === "function") return model;
  if (model === undefined || model === null || Object.getPrototypeOf(model) === Object.prototype)
    return compile;
  throw new TypeError(`torch.compile: expected a module or a function, got ${describe(model)}.`);
}
