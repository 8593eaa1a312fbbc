/** Derivatives held against finite differences. Source: `torch.autograd.gradcheck`. */
import { RuntimeError } from "../errors/runtimeError.ts";
import { from_typed_array, randn } from "../create.ts";
import { Generator } from "../random.ts";
import { Tensor } from "../tensor.ts";
import { gradientsOf } from "./engine.ts";

/** How exactly the two derivatives must agree. */
export interface GradcheckOptions {
  /** Half the distance between the two points of a difference. */
  readonly eps?: number;
  readonly atol?: number;
  readonly rtol?: number;
}

/** What is checked: a function of tensors with one result, or several of which those with a history count. */
export type Differentiable = (...inputs: Tensor[]) => Tensor | readonly Tensor[];

/** The results that carry a gradient. */
function outputsOf(result: Tensor | readonly Tensor[]): Tensor[] {
  return [result]
    .flat()
    .filter((output): output is Tensor => output instanceof Tensor && output.requires_grad);
}

/** The sum of an output's elements, each with its own weight, so that every element of the Jacobian is looked at. */
function weighted(outputs: readonly Tensor[], weights: readonly Tensor[]): number {
  return outputs.reduce((total, output, i) => total + Number(output.mul(weights[i]!).sum().item()), 0);
}

/** The derivative of the weighted sum with respect to each element of `input`, by central differences. */
function numerical(evaluate: () => number, input: Tensor, eps: number): Float64Array {
  const data = input.storage.data as Float64Array; // `checkInputs` saw a contiguous float64 tensor
  return Float64Array.from({ length: input.numel() }, (_, i) => {
    const position = input.offset + i;
    const original = data[position]!;
    data[position] = original + eps;
    const above = evaluate();
    data[position] = original - eps;
    const below = evaluate();
    data[position] = original;
    return (above - below) / (2 * eps);
  });
}

function checkInputs(inputs: readonly Tensor[]): void {
  for (const input of inputs)
    if (input.dtype.name !== "float64" || !input.is_contiguous())
      throw new RuntimeError(
        `gradcheck: inputs that require grad must be contiguous float64 tensors, got ${input.dtype.toString()}: differences of float32 numbers are too coarse. Make them with {dtype: torch.float64}.`,
      );
}

function compare(
  name: string,
  analytical: Tensor | null,
  expected: Float64Array,
  { atol, rtol }: Required<GradcheckOptions>,
): void {
  const values = analytical === null ? new Float64Array(expected.length) : analytical.reshape([-1]).tolist();
  expected.forEach((difference, i) => {
    const value = Number((values as ArrayLike<number>)[i]);
    if (!(Math.abs(value - difference) <= atol + rtol * Math.abs(difference)))
      throw new RuntimeError(
        `${name}: the derivative with respect to element ${i} is ${value}, but finite differences give ${difference}.`,
      );
  });
}

/**
 * Compares the gradients that a function's operators give with finite differences.
 *
 * @param inputs contiguous float64 tensors; those that require grad are checked.
 * @returns true; a disagreement throws.
 * @throws RuntimeError that names the input, the element and both derivatives.
 * Source: `torch.autograd.gradcheck`.
 */
export function gradcheck(
  func: Differentiable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): true {
  const settings = { eps: 1e-6, atol: 1e-5, rtol: 1e-3, ...options };
  const all = [inputs].flat() as Tensor[];
  const checked = all.filter((input) => input.requires_grad);
  checkInputs(checked);
  const outputs = outputsOf(func(...all));
  if (outputs.length === 0)
    throw new RuntimeError(
      "gradcheck: no output requires grad: the function does not depend on its inputs, or lost their history.",
    );
  const generator = new Generator().manual_seed(0);
  const weights = outputs.map((output) => randn(output.shape, { dtype: output.dtype, generator } as object));
  const analytical = gradientsOf(outputs, checked, weights, { createGraph: false, retainGraph: true });
  // Recording stays on: the function may compute gradients itself.
  const evaluate = (): number => weighted(outputsOf(func(...all)), weights);
  checked.forEach((input, i) =>
    compare(`gradcheck: input ${i}`, analytical[i]!, numerical(evaluate, input, settings.eps), settings),
  );
  return true;
}

/**
 * Compares second derivatives: checks the function that computes the gradients.
 *
 * @throws RuntimeError as `gradcheck`.
 * Source: `torch.autograd.gradgradcheck`.
 */
export function gradgradcheck(
  func: Differentiable,
  inputs: Tensor | readonly Tensor[],
  options: GradcheckOptions = {},
): true {
  const all = [inputs].flat() as Tensor[];
  const generator = new Generator().manual_seed(1);
  const outputs = outputsOf(func(...all));
  const weights = outputs.map((output) => {
    const values = Float64Array.from({ length: output.numel() }, () => generator.uniformDouble() + 0.5);
    return from_typed_array(values).reshape(output.shape).requires_grad_(true);
  });
  const gradients = (...args: Tensor[]): Tensor[] => {
    const inner = args.slice(0, all.length);
    const results = outputsOf(func(...inner));
    const found = gradientsOf(
      results,
      inner.filter((input) => input.requires_grad),
      args.slice(all.length),
      { createGraph: true, retainGraph: true },
    );
    return found.filter((gradient): gradient is Tensor => gradient !== null);
  };
  return gradcheck(gradients, [...all, ...weights], options);
}
