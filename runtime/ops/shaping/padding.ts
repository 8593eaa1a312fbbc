/** Tensors with a border of one value. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator } from "../../operator.ts";
import { scalar, sizes, tensor, type Parameter } from "../../parameters.ts";
import { alias, copyInto } from "../../settle.ts";
import type { Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Scalar } from "../../types.ts";
import { sample } from "../samples.ts";
import { filled } from "./filling.ts";

/** How many positions are added to one dimension at its ends; negative ones are cut off. */
interface Border {
  readonly before: number;
  readonly after: number;
}

/** The borders of every dimension. `pad` begins with the last one. @throws RuntimeError when there are too many, or an odd number. */
function borders(shape: Shape, pad: readonly number[]): readonly Border[] {
  if (pad.length % 2 !== 0)
    throw new RuntimeError(
      `Length of pad must be even but instead it equals ${pad.length}: each dimension has two ends.`,
    );
  if (pad.length > 2 * shape.length)
    throw new RuntimeError(
      `Length of pad should be no more than twice the number of dimensions of the input. Pad length is ${pad.length} while the input has ${shape.length} dimensions.`,
    );
  return shape.map((size, dim) => {
    const from = 2 * (shape.length - 1 - dim);
    const [before, after] = [pad[from] ?? 0, pad[from + 1] ?? 0];
    if (size + before + after < 0)
      throw new RuntimeError(
        `The input size ${size}, plus negative padding ${before} and ${after} resulted in a negative output size, which is invalid. Check dimension ${dim} of your input.`,
      );
    if (size + Math.min(before, 0) + Math.min(after, 0) < 0)
      throw new RuntimeError(
        `narrow(): length must be non-negative: negative padding ${before} and ${after} cuts off more than the ${size} elements of dimension ${dim}.`,
      );
    return { before, after };
  });
}

/** The part of a tensor that is not cut off, or not border. */
function inner(whole: Tensor, edges: readonly Border[], sign: 1 | -1): Tensor {
  const cut = edges.map(
    ({ before, after }) => [Math.max(sign * before, 0), Math.max(sign * after, 0)] as const,
  );
  return alias(
    whole,
    whole.shape.map((size, dim) => Math.max(size - cut[dim]![0] - cut[dim]![1], 0)),
    whole.strides,
    cut.reduce((offset, [before], dim) => offset + before * whole.strides[dim]!, whole.offset),
  );
}

const padParameter: Parameter<readonly number[]> = { ...sizes, expects: "an array of whole numbers" };

/**
 * A copy with a border of `value`. `pad` says how wide it is, two numbers a dimension, from the last dimension on; negative ones cut off.
 *
 * @throws RuntimeError when there are too many numbers or an odd one, or more is cut off than there is.
 * Source: `torch.constant_pad_nd`.
 */
export const constant_pad_nd: Operator<
  ByName<
    FunctionSignature<
      <T extends Tensor>(input: T, pad: readonly number[], value?: Scalar | { value?: Scalar }) => Tensor
    >,
    "input, pad?, value?"
  >
> = operator({
  name: "constant_pad_nd",
  parameters: { input: tensor, pad: padParameter, value: scalar(0) },
  forward: ({ input, pad, value }) => {
    const edges = borders(input.shape, pad);
    const shape = input.shape.map((size, dim) => size + edges[dim]!.before + edges[dim]!.after);
    const result = filled(shape, value, input.dtype);
    if (result.numel() > 0) copyInto(inner(result, edges, 1), inner(input, edges, -1));
    return result;
  },
  vjp: {
    input: (g, { pad }) =>
      constant_pad_nd(
        g,
        pad.map((width) => -width),
      ),
  },
  samples: [
    () => [sample([2, 3]), [1, 2]],
    () => [sample([2, 3]), [1, -1, 0, 2], 0.5],
    () => [sample([3]), [-1, -1], { value: 2 }],
  ],
  errors: [
    { args: () => [sample([3]), [1]], error: "RuntimeError", message: /must be even/ },
    { args: () => [sample([3]), [1, 1, 1, 1]], error: "RuntimeError", message: /no more than twice/ },
    { args: () => [sample([3]), [-2, -2]], error: "RuntimeError", message: /negative output size/ },
  ],
});
