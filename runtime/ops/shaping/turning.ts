/** Tensors turned over and around. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { integer, sizes, tensor, type Parameter } from "../../parameters.ts";
import { duplicate } from "../../settle.ts";
import { formatShape } from "../../shape.ts";
import type { GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { flip } from "./arranging.ts";
import { sample } from "../samples.ts";
import { transpose } from "./view.ts";

/** A copy with the columns in reverse order. @throws RuntimeError for fewer than two dimensions. Source: `torch.fliplr`. */
export const fliplr: Operator<GeneralSignature<[]>> = composite({
  name: "fliplr",
  parameters: { input: tensor },
  define: ({ input }) => {
    if (input.ndim < 2)
      throw new RuntimeError(`Input must be >= 2-d: fliplr got shape ${formatShape(input.shape)}. Use flip.`);
    return flip(input, [1]);
  },
  samples: [() => [sample([2, 3])]],
  errors: [{ args: () => [sample([2])], error: "RuntimeError", message: /must be >= 2-d/ }],
});

/** A copy with the rows in reverse order. @throws RuntimeError for a tensor without dimensions. Source: `torch.flipud`. */
export const flipud: Operator<GeneralSignature<[]>> = composite({
  name: "flipud",
  parameters: { input: tensor },
  define: ({ input }) => {
    if (input.ndim < 1)
      throw new RuntimeError("Input must be >= 1-d: flipud got a tensor without dimensions.");
    return flip(input, [0]);
  },
  samples: [() => [sample([2, 3])]],
  errors: [{ args: () => [sample([])], error: "RuntimeError", message: /must be >= 1-d/ }],
});

/** @throws RuntimeError when the two dimensions do not make a plane of the tensor. */
function checkPlane(input: Tensor, dims: readonly number[]): void {
  const [dim0, dim1] = dims as [number, number];
  const rank = input.ndim;
  if (dims.length !== 2)
    throw new RuntimeError(
      `expected total rotation dims == 2, but got dims = ${dims.length}: a plane has two.`,
    );
  if (rank < 2)
    throw new RuntimeError(
      `expected total dims >= 2, but got total dims = ${rank}: a plane needs two dimensions.`,
    );
  if (dim0 === dim1 || Math.abs(dim0 - dim1) === rank)
    throw new RuntimeError(
      `expected rotation dims to be different, but got dim0 = ${dim0} and dim1 = ${dim1}. Name two dimensions.`,
    );
  for (const [position, dim] of dims.entries())
    if (dim < -rank || dim >= rank)
      throw new RuntimeError(
        `Rotation dim${position} out of range, dim${position} = ${dim}: the tensor has ${rank} dimensions.`,
      );
}

const planeParameter: Parameter<readonly number[]> = {
  ...sizes,
  expects: "an array of two dimensions",
  fallback: [0, 1],
};

/**
 * A copy turned by so many quarters in the plane of two dimensions, from the first to the second.
 *
 * @throws RuntimeError when the two dimensions do not make a plane.
 * Source: `torch.rot90`.
 */
export const rot90: Operator<
  GeneralSignature<[k?: number, dims?: readonly number[]], "same", ["k", "dims"]>
> = operator({
  name: "rot90",
  parameters: { input: tensor, k: integer(1), dims: planeParameter },
  forward: ({ input, k, dims }) => {
    checkPlane(input, dims);
    const [dim0, dim1] = dims as [number, number];
    const quarters = ((k % 4) + 4) % 4;
    if (quarters === 1) return duplicate(transpose(flip(input, [dim1]), dim0, dim1));
    if (quarters === 2) return flip(input, dims);
    if (quarters === 3) return duplicate(transpose(flip(input, [dim0]), dim0, dim1));
    return duplicate(input);
  },
  vjp: { input: (g, { k, dims }) => rot90(g, -k, dims) },
  samples: [
    () => [sample([2, 3])],
    () => [sample([2, 3]), 2],
    () => [sample([2, 3]), -1, [1, 0]],
    () => [sample([2, 2]), { k: 4 }],
  ],
  errors: [
    { args: () => [sample([2, 2]), 1, [0, -2]], error: "RuntimeError", message: /to be different/ },
    { args: () => [sample([2])], error: "RuntimeError", message: /total dims >= 2/ },
    { args: () => [sample([2, 2]), 1, [0, 3]], error: "RuntimeError", message: /dim1 out of range/ },
  ],
});
