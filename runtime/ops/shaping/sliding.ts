/** Windows that slide along a dimension. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator } from "../../operator.ts";
import { integer, tensor } from "../../parameters.ts";
import { contiguousStrides, normalizeDim, type Shape } from "../../shape.ts";
import type { GeneralSignature } from "../../signatures.ts";
import { sample } from "../samples.ts";
import { stridedBackward } from "./slicing.ts";
import { viewOf } from "./view.ts";

interface Windows {
  readonly dimension: number;
  readonly size: number;
  readonly step: number;
}

/** Where the windows' elements lie, with the position in the window as the last dimension. */
function geometry(
  shape: Shape,
  strides: readonly number[],
  { dimension, size, step }: Windows,
): { size: number[]; stride: number[] } {
  const dim = normalizeDim(dimension, shape.length);
  const length = shape[dim] ?? 1;
  if (size < 0) throw new RuntimeError(`size is ${size} but must be >= 0.`);
  if (size > length)
    throw new RuntimeError(
      `maximum size for tensor at dimension ${dim} is ${length} but size is ${size}: a window must fit into the dimension.`,
    );
  if (step <= 0) throw new RuntimeError(`step is ${step} but must be > 0: windows move forward.`);
  if (shape.length === 0) return { size: [size], stride: [1] };
  return {
    size: [...shape.with(dim, Math.floor((length - size) / step) + 1), size],
    stride: [...strides.with(dim, strides[dim]! * step), strides[dim]!],
  };
}

/**
 * A view of all windows of `size` positions along a dimension, `step` positions apart. The windows take the dimension's place; the positions in a window are
 * a new last dimension.
 *
 * @throws RuntimeError when a window does not fit, or `step` is not positive.
 * Source: `torch.Tensor.unfold`.
 */
export const unfold: Operator<
  GeneralSignature<[dimension: number, size: number, step: number], "same", ["dimension", "size", "step"]>
> = operator({
  name: "unfold",
  parameters: { input: tensor, dimension: integer(), size: integer(), step: integer() },
  forward: ({ input, ...windows }) => {
    const { size, stride } = geometry(input.shape, input.strides, windows);
    return viewOf(input, size, stride);
  },
  vjp: {
    input: (g, { shapes, dimension, size, step }) => {
      const where = geometry(shapes.input, contiguousStrides(shapes.input), { dimension, size, step });
      return stridedBackward(g, shapes.input, where.size, where.stride, 0);
    },
  },
  samples: [
    () => [sample([5]), 0, 2, 1],
    () => [sample([2, 5]), -1, 2, 2],
    () => [sample([5, 2]), 0, 3, 2],
    () => [sample([]), 0, 1, 1],
  ],
  errors: [
    {
      args: () => [sample([3]), 0, 4, 1],
      error: "RuntimeError",
      message: /maximum size .* is 3 but size is 4/,
    },
    { args: () => [sample([3]), 0, 2, 0], error: "RuntimeError", message: /step is 0/ },
  ],
});
