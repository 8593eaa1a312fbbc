/** Elements set to zero at random. */
import { bernoulliInto } from "../../drawing.ts";
import { float64, type DType } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { applyInPlace } from "../../autograd/inplace.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, number, tensor } from "../../parameters.ts";
import { default_generator } from "../../random.ts";
import { alias, allocate, allocateZeros } from "../../settle.ts";
import { contiguousStrides } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { sample } from "../samples.ts";

/** @throws ValueError when `p` is no probability. */
export function checkProbability(p: number): void {
  if (!(p >= 0 && p <= 1))
    throw new ValueError(`dropout probability has to be between 0 and 1, but got ${p}.`);
}

/** A new tensor whose elements lie in the order of `input`'s, as PyTorch lays them out where a tensor was permuted; else row by row. */
function emptyLike(input: Tensor): Tensor {
  const order = [...input.shape.keys()].toSorted((a, b) => input.strides[b]! - input.strides[a]!);
  const sizes = order.map((dim) => input.shape[dim]!);
  const packed = contiguousStrides(sizes);
  const dense = order.every((dim, i) => sizes[i] === 1 || input.strides[dim] === packed[i]);
  const result = allocate(input.shape, input.dtype);
  if (!dense) return result;
  const strides: number[] = [];
  order.forEach((dim, i) => (strides[dim] = packed[i]!));
  return alias(result, input.shape, strides);
}

/** `value` with probability 1 − p, and 0 otherwise; the numbers are drawn in the order in which the elements lie in memory. */
export function maskLike(input: Tensor, p: number, value: number): Tensor {
  const noise = emptyLike(input);
  const flat = alias(noise, [noise.numel()], [1]);
  bernoulliInto(flat, default_generator, 1 - p, value);
  return noise;
}

/** What the elements that stay are multiplied with. */
export function keepFactor(p: number, dtype: DType): number {
  const round = dtype === float64 ? (value: number): number => value : Math.fround;
  return round(1 / round(1 - p));
}

/** @throws RuntimeError for a dtype without fractions. */
export function checkFractions({ dtype }: Tensor): void {
  if (!dtype.is_floating_point)
    throw new RuntimeError(
      `result type Float can't be cast to the desired output type ${dtype.typeName}: dropout divides what stays. Convert with .float() first.`,
    );
}

function noiseLike(input: Tensor, p: number): Tensor {
  checkFractions(input);
  return maskLike(input, p, keepFactor(p, input.dtype));
}

type DropoutSignature = FunctionSignature<
  <T extends Tensor>(
    input: T,
    p?: number | { readonly p?: number; readonly training?: boolean; readonly inplace?: boolean },
    training?: boolean | { readonly training?: boolean; readonly inplace?: boolean },
    inplace?: boolean | { readonly inplace?: boolean },
  ) => Tensor<T["shape"], T["dtype"]["name"]>
>;

/**
 * The input with each element zero with probability `p`, and divided by 1 − p otherwise, so that its mean stays; the input itself where `training` is false.
 * After the same seed it is the mask that PyTorch draws on a processor without Intel's MKL generator.
 *
 * @throws ValueError when `p` is not in [0, 1].
 * Source: `torch.nn.functional.dropout`; Srivastava et al., "Dropout" (2014).
 */
export const dropout: Operator<DropoutSignature> = composite({
  name: "dropout",
  parameters: { input: tensor, p: number(0.5), training: flag(true), inplace: flag(false) },
  define: ({ input, p, training, inplace }) => {
    checkProbability(p);
    if (p === 0 || !training || input.numel() === 0) return input;
    if (!input.dtype.is_floating_point)
      throw new RuntimeError(
        `result type Float can't be cast to the desired output type ${input.dtype.typeName}: what is left is divided by 1 − p. Convert with .float() first.`,
      );
    const noise = p === 1 ? allocateZeros([], input.dtype) : noiseLike(input, p);
    return inplace ? applyInPlace(mul, input, [noise]) : mul(input, noise);
  },
  samples: [() => [sample([2, 3]), 0], () => [sample([2, 3]), 0.3, false], () => [sample([2, 3]), 1]],
  errors: [
    { args: () => [sample([2]), 1.5], error: "ValueError", message: /between 0 and 1, but got 1.5/ },
    { args: () => [sample([2]), -0.5], error: "ValueError", message: /between 0 and 1, but got -0.5/ },
  ],
});
