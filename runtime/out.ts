/** The form of a function that writes its result into tensors of the caller: `torch.add(x, y, {out: z})`. */
import { markWritten } from "./autograd/inplace.ts";
import { isRecording, swapGradMode } from "./autograd/modes.ts";
import { isKeywords } from "./binding.ts";
import { can_cast } from "./dtype.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { copyInto } from "./settle.ts";
import { sameShape } from "./shape.ts";
import { Tensor } from "./tensor.ts";

/** A function as the list of its arguments calls it: lists are passed on as they are, where spreading them would cost as much as a small operator. */
export type ListCall = (args: readonly unknown[]) => unknown;

/** Whether a tensor among the arguments, or in a list of them, requires grad. */
function anyRequiresGrad(args: readonly unknown[]): boolean {
  return args.some((value) =>
    value instanceof Tensor ? value.requires_grad : Array.isArray(value) && anyRequiresGrad(value),
  );
}

/** The tensors to be written. @throws TypeError for anything else. */
function targetsOf(name: string, out: unknown): readonly Tensor[] {
  const targets: readonly unknown[] = Array.isArray(out) ? out : [out];
  return targets.map((target) => {
    if (target instanceof Tensor) return target;
    throw new TypeError(
      `${name}(): argument 'out' must be a Tensor, or an array of them for several results, not ${String(target)}.`,
    );
  });
}

/** @throws RuntimeError when the results do not fit into the targets. */
function checkResults(name: string, results: readonly Tensor[], targets: readonly Tensor[]): void {
  if (results.length !== targets.length)
    throw new TypeError(
      `${name}(): argument 'out' must have ${results.length} Tensor${results.length === 1 ? "" : "s"}, as there are results, not ${targets.length}.`,
    );
  results.forEach(({ dtype, device }, position) => {
    const target = targets[position]!;
    if (target.device !== device)
      throw new RuntimeError(
        `Expected out tensor to have device ${device.toString()}, but got ${target.device.toString()} instead: bring it there with .to("${device.toString()}"), or leave 'out' away.`,
      );
    if (!can_cast(dtype, target.dtype))
      throw new RuntimeError(
        `result type ${dtype.typeName} can't be cast to the desired output type ${target.dtype.typeName}: give ${name}() an 'out' of dtype ${dtype.toString()}.`,
      );
  });
}

/** Runs without recording; the results are new tensors, so that a target may also be an argument. */
function compute(call: ListCall, args: readonly unknown[]): readonly Tensor[] {
  const before = swapGradMode(false);
  try {
    const result = call(args);
    // Operators with an `out` form give a tensor or several.
    return (Array.isArray(result) ? result : [result]) as Tensor[];
  } finally {
    swapGradMode(before);
  }
}

/** Writes the results of a call into the tensors that `keywords`, its last argument, names. */
function callInto(
  name: string,
  call: ListCall,
  args: readonly unknown[],
  { out, ...keywords }: Readonly<Record<string, unknown>>,
): unknown {
  const positional = args.slice(0, -1);
  if (out === null) return call([...positional, keywords]);
  const targets = targetsOf(name, out);
  const inputs = [...positional, ...Object.values(keywords)];
  if (isRecording() && (anyRequiresGrad(inputs) || anyRequiresGrad(targets)))
    throw new RuntimeError(
      `${name}(): functions with out=... arguments don't support automatic differentiation, but one of the arguments requires grad. Use the result instead, or write inside torch.no_grad(() => …).`,
    );
  const results = compute(call, [...positional, keywords]);
  checkResults(name, results, targets);
  results.forEach((result, position) => {
    const target = targets[position]!;
    if (!sameShape(target.shape, result.shape)) target.resize_(result.shape);
    copyInto(target, result);
    markWritten(target);
  });
  return out;
}

/**
 * The function of an operator that has the `out` form. A target of another shape is resized, as in PyTorch.
 *
 * @throws RuntimeError from the function when a gradient is asked for, or a result's dtype does not fit; nothing is written then.
 * Source: `resize_output` in `ATen/native/Resize.cpp`, `check_inplace` and `requires grad` of the generated `out` functions.
 */
export function withOut(name: string, call: ListCall): (...args: unknown[]) => unknown {
  // Every call comes through here: what few need is elsewhere, so that this is inlined.
  return (...args) => {
    const last = args[args.length - 1];
    return isKeywords(last) && last["out"] !== undefined ? callInto(name, call, args, last) : call(args);
  };
}
