/** Derivatives held against finite differences. Source: `torch.autograd.gradcheck`. */
import { from_typed_array, randn } from "../create.ts";
import { GradcheckError } from "../errors/gradcheckError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { ValueError } from "../errors/valueError.ts";
import { Generator } from "../random.ts";
import { Tensor } from "../tensor.ts";
import { warnOnce } from "../warn.ts";
import { gradientsOf } from "./engine.ts";

/** How exactly the two derivatives must agree, and what happens when they do not. */
export interface GradcheckOptions {
  /** Half the distance between the two points of a difference. */
  readonly eps?: number;
  readonly atol?: number;
  readonly rtol?: number;
  /** Whether a disagreement throws; otherwise the answer is false. */
  readonly raise_exception?: boolean;
  /** Whether the gradients to start from are random; here they always are. */
  readonly gen_non_contig_grad_outputs?: boolean;
  // PyTorch's further checks, which are about what there is not here: forward mode, batched gradients, undefined gradients, nondeterminism.
  readonly nondet_tol?: number;
  readonly check_undefined_grad?: boolean;
  readonly check_grad_dtypes?: boolean;
  readonly check_batched_grad?: boolean;
  readonly check_batched_forward_grad?: boolean;
  readonly check_forward_ad?: boolean;
  readonly check_backward_ad?: boolean;
  readonly check_fwd_over_rev?: boolean;
  readonly check_rev_over_rev?: boolean;
  /** Whether one random direction through each input is followed, instead of each of its elements. */
  readonly fast_mode?: boolean;
  readonly masked?: boolean;
}

type Settings = Required<Pick<GradcheckOptions, "eps" | "atol" | "rtol" | "fast_mode">>;

/** What is checked: a function of tensors with one result, or several of which those with a history count. */
export type Differentiable = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/** The results that carry a gradient. */
function outputsOf(result: Tensor | readonly Tensor[]): Tensor[] {
  return [result]
    .flat()
    .filter((output): output is Tensor => output instanceof Tensor && output.requires_grad);
}

/** The results that could carry a gradient. */
function floatingOutputs(result: Tensor | readonly Tensor[]): Tensor[] {
  return [result]
    .flat()
    .filter((output): output is Tensor => output instanceof Tensor && output.is_floating_point());
}

/** The sum of an output's elements, each with its own weight, so that every element of the Jacobian is looked at. */
function weighted(outputs: readonly Tensor[], weights: readonly Tensor[]): number {
  return outputs.reduce((total, output, i) => total + Number(output.mul(weights[i]!).sum().item()), 0);
}

/** Where the elements of a tensor are in its storage, in row-major order. */
function positionsOf({ shape, strides, offset }: Tensor): number[] {
  return shape.reduce<number[]>(
    (starts, size, dim) =>
      starts.flatMap((start) => Array.from({ length: size }, (_, i) => start + i * strides[dim]!)),
    [offset],
  );
}

/** Half the change of `evaluate` for each unit of `eps`, as elements of `input` move along `direction` to either side and back. */
function difference(
  evaluate: () => number,
  { storage }: Tensor,
  positions: readonly number[],
  direction: Float64Array,
  eps: number,
): number {
  // The elements may move while the function is computed, so that they are asked for at each access; `checkInputs` saw a dtype that holds numbers.
  const elements = (): Float64Array => storage.data as Float64Array;
  const originals = positions.map((position) => elements()[position]!);
  const evaluateAt = (distance: number): number => {
    positions.forEach((position, i) => (elements()[position] = originals[i]! + distance * direction[i]!));
    storage.markWritten();
    storage.version--;
    return evaluate();
  };
  const change = evaluateAt(eps) - evaluateAt(-eps);
  positions.forEach((position, i) => (elements()[position] = originals[i]!));
  storage.markWritten();
  storage.version--;
  return change / (2 * eps);
}

/** @throws when there is nothing to check, or it cannot be checked. */
function checkInputs(inputs: readonly Tensor[]): void {
  if (inputs.length === 0)
    throw new ValueError(
      "gradcheck expects at least one input tensor to require gradient, but none of the them have requires_grad=True. Make it with {dtype: torch.float64, requires_grad: true}.",
    );
  inputs.forEach(({ dtype, shape, strides }, i) => {
    if (shape.some((size, dim) => size > 1 && strides[dim] === 0))
      throw new RuntimeError(
        `The ${i}th input has a dimension with stride 0. gradcheck only supports inputs that are non-overlapping to be able to compute the numerical gradients correctly. You should call .contiguous on the input before passing it to gradcheck.`,
      );
    if (dtype.itemsize < 4)
      throw new RuntimeError(
        `gradcheck: input ${i} is ${dtype.toString()}, whose numbers are too coarse for differences. Use torch.float64.`,
      );
    if (dtype.name !== "float64")
      warnOnce(
        `Input #${i} requires gradient and is not a double precision floating point or complex. This check will likely fail if all the inputs are not of double precision floating point or complex.`,
      );
  });
}

/** The elements of a gradient in row-major order: zeros where there is none. */
function elementsOf(gradient: Tensor | null, input: Tensor): Float64Array {
  if (gradient === null) return new Float64Array(input.numel());
  // A flat list of a floating dtype holds numbers.
  return Float64Array.from(gradient.reshape([-1]).tolist() as number[]);
}

function compare(subject: string, analytical: number, numerical: number, { atol, rtol }: Settings): void {
  if (!(Math.abs(analytical - numerical) <= atol + rtol * Math.abs(numerical)))
    throw new GradcheckError(
      `Jacobian mismatch for the outputs with respect to ${subject} is ${analytical}, but finite differences give ${numerical}.`,
    );
}

/** Moves the elements of an input one by one. */
function compareElements(
  evaluate: () => number,
  index: number,
  input: Tensor,
  gradient: Float64Array,
  settings: Settings,
): void {
  const step = Float64Array.of(1);
  positionsOf(input).forEach((position, i) => {
    const numerical = difference(evaluate, input, [position], step, settings.eps);
    compare(`input ${index}: the derivative with respect to element ${i}`, gradient[i]!, numerical, settings);
  });
}

/** Moves all elements of an input at once: all to the same side, so that errors of one sign add up, each by another distance. */
function compareDirection(
  evaluate: () => number,
  index: number,
  input: Tensor,
  gradient: Float64Array,
  settings: Settings,
): void {
  const generator = new Generator().manual_seed(2);
  const direction = Float64Array.from(gradient, () => generator.uniformDouble() + 0.5);
  const analytical = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
  const numerical = difference(evaluate, input, positionsOf(input), direction, settings.eps);
  compare(`input ${index}: the derivative in a random direction`, analytical, numerical, settings);
}

/** Runs a check; a disagreement is an error, or the answer false. */
function judged(check: () => void, raises: boolean): boolean {
  try {
    check();
    return true;
  } catch (error) {
    if (raises || !(error instanceof GradcheckError)) throw error;
    return false;
  }
}

/**
 * Compares the gradients that a function's operators give with finite differences.
 *
 * @param inputs float64 tensors; those that require grad are checked.
 * @param options `fast_mode` compares one derivative of each input, in a random direction, which takes two evaluations an input instead of two an element.
 * @returns whether they agree; a disagreement throws unless `raise_exception` is false.
 * @throws GradcheckError that names the input, the element and both derivatives; ValueError when no input requires grad.
 * Source: `torch.autograd.gradcheck`.
 */
export function gradcheck(
  func: Differentiable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): boolean {
  const settings = { eps: 1e-6, atol: 1e-5, rtol: 1e-3, fast_mode: false, ...options };
  const all = [inputs].flat() as Tensor[];
  const checked = all.filter((input) => input.requires_grad);
  checkInputs(checked);
  return judged(() => checkAll(func, all, checked, settings), options.raise_exception ?? true);
}

/** The results to look at: those that carry a gradient, or, where none does, those that should not change. */
function followed(outputs: Tensor | readonly Tensor[]): Tensor[] {
  const chosen = outputsOf(outputs);
  return chosen.length > 0 ? chosen : floatingOutputs(outputs);
}

function checkAll(
  func: Differentiable,
  all: readonly Tensor[],
  checked: readonly Tensor[],
  settings: Settings,
): void {
  const outputs = followed(func(...all));
  const generator = new Generator().manual_seed(0);
  const weights = outputs.map((output) => randn(output.shape, { dtype: output.dtype, generator } as object));
  const analytical = outputs.some((output) => output.requires_grad)
    ? gradientsOf(outputs, checked, weights, { createGraph: false, retainGraph: true })
    : checked.map(() => null);
  // Recording stays on: the function may compute gradients itself.
  const evaluate = (): number => weighted(followed(func(...all)), weights);
  const compareInput = settings.fast_mode ? compareDirection : compareElements;
  checked.forEach((input, i) =>
    compareInput(evaluate, i, input, elementsOf(analytical[i]!, input), settings),
  );
}

/**
 * Compares second derivatives: checks the function that computes the gradients.
 *
 * @param grad_outputs the gradients to start from; random ones unless given.
 * @throws GradcheckError and ValueError as `gradcheck`.
 * Source: `torch.autograd.gradgradcheck`.
 */
export function gradgradcheck(
  func: Differentiable,
  inputs: Tensor | readonly Tensor[],
  grad_outputs: Tensor | readonly Tensor[] | null | GradcheckOptions = null,
  options: GradcheckOptions = {},
): boolean {
  const isGiven = grad_outputs === null || grad_outputs instanceof Tensor || Array.isArray(grad_outputs);
  const settings = isGiven ? options : (grad_outputs as GradcheckOptions);
  const all = [inputs].flat() as Tensor[];
  checkInputs(all.filter((input) => input.requires_grad));
  const starts =
    isGiven && grad_outputs !== null
      ? ([grad_outputs].flat() as Tensor[])
      : startsFor(outputsOf(func(...all)));
  const gradients = (...args: Tensor[]): Tensor[] => {
    const inner = args.slice(0, all.length);
    const found = gradientsOf(
      outputsOf(func(...inner)),
      inner.filter((input) => input.requires_grad),
      args.slice(all.length),
      { createGraph: true, retainGraph: true },
    );
    return found.filter((gradient): gradient is Tensor => gradient !== null);
  };
  return gradcheck(gradients, [...all, ...starts], settings);
}

/** Random gradients that require grad themselves. */
function startsFor(outputs: readonly Tensor[]): Tensor[] {
  const generator = new Generator().manual_seed(1);
  return outputs.map((output) => {
    const values = Float64Array.from({ length: output.numel() }, () => generator.uniformDouble() + 0.5);
    return from_typed_array(values).reshape(output.shape).requires_grad_(true);
  });
}
