/** Tensors with a border of one number. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator } from "../../operator.ts";
import { numberTensor, scalar, tensor, type Parameter } from "../../parameters.ts";
import { alias, allocate, broadcastTo, convert, copyInto } from "../../settle.ts";
import { formatShape, numel, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Scalar } from "../../types.ts";
import { sample } from "../samples.ts";

/** How much is added in front of and behind each dimension, the last dimension first: `[left, right, top, bottom, …]`. */
export const padding: Parameter<readonly number[]> = {
  expects: "an array of whole numbers, two for each dimension from the last one on",
  convert: (value) =>
    Array.isArray(value) && value.every(Number.isInteger) ? (value as number[]) : undefined,
};

/** In front of and behind each dimension, the first dimension first. @throws RuntimeError when the numbers are not pairs, or too many. */
export function padPairs(input: Tensor, pad: readonly number[]): readonly (readonly [number, number])[] {
  if (pad.length % 2 !== 0)
    throw new RuntimeError(
      `Padding length must be divisible by 2, but is ${pad.length}: give two numbers for each dimension, from the last one on.`,
    );
  if (pad.length > 2 * input.ndim)
    throw new RuntimeError(
      `Padding length should be less than or equal to two times the input dimension but got padding length ${pad.length} and input of dimension ${input.ndim}.`,
    );
  return input.shape.map((_, dim) => {
    const at = 2 * (input.ndim - 1 - dim);
    return [pad[at] ?? 0, pad[at + 1] ?? 0];
  });
}

/** The part of a tensor that is left where padding is negative, or that was there before positive padding. */
function inside(tensor: Tensor, pairs: readonly (readonly [number, number])[], sign: 1 | -1): Tensor {
  const cut = (value: number): number => Math.max(sign * value, 0);
  const shape = tensor.shape.map((size, dim) => size - cut(pairs[dim]![0]) - cut(pairs[dim]![1]));
  const start = pairs.reduce((sum, [before], dim) => sum + cut(before) * tensor.strides[dim]!, tensor.offset);
  return alias(tensor, shape, tensor.strides, start);
}

function paddedShape(input: Tensor, pairs: readonly (readonly [number, number])[]): Shape {
  const shape = input.shape.map((size, dim) => size + pairs[dim]![0] + pairs[dim]![1]);
  const left = input.shape.map(
    (size, dim) => size + Math.min(pairs[dim]![0], 0) + Math.min(pairs[dim]![1], 0),
  );
  if ([...shape, ...left].some((size) => size < 0))
    throw new RuntimeError(
      `The input size ${formatShape(input.shape)}, plus negative padding, resulted in a negative output size ${formatShape(shape)}, which is invalid: narrow(): length must be non-negative. Cut off less.`,
    );
  return shape;
}

/**
 * The tensor with `value` around it: `pad` holds how much in front of and behind each dimension, the last dimension first. Negative numbers cut off.
 *
 * @throws RuntimeError when `pad` has an uneven length or more pairs than there are dimensions, or cuts off more than there is.
 * Source: `torch.constant_pad_nd`.
 */
export const constant_pad_nd: Operator<
  FunctionSignature<(input: Tensor, pad: readonly number[], value?: Scalar) => Tensor>
> = operator({
  name: "constant_pad_nd",
  parameters: { input: tensor, pad: padding, value: scalar(0) },
  forward: ({ input, pad, value }) => {
    const pairs = padPairs(input, pad);
    const result = allocate(paddedShape(input, pairs), input.dtype);
    copyInto(result, broadcastTo(convert(numberTensor(value), input.dtype), result.shape));
    const source = inside(input, pairs, -1);
    if (numel(source.shape) > 0) copyInto(inside(result, pairs, 1), source);
    return result;
  },
  vjp: {
    input: (g, { pad }) =>
      constant_pad_nd(
        g,
        pad.map((size) => -size),
      ),
  },
  samples: [() => [sample([2, 3]), [1, 0, 0, 2], 0.5], () => [sample([2, 3]), [-1, 2]]],
  errors: [
    { args: () => [sample([2]), [1]], error: "RuntimeError", message: /divisible by 2/ },
    {
      args: () => [sample([2]), [1, 1, 1, 1]],
      error: "RuntimeError",
      message: /two times the input dimension/,
    },
    { args: () => [sample([2]), [-2, -1]], error: "RuntimeError", message: /must be non-negative/ },
  ],
});
