/** Further names of views, and shapes that follow from others. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { integer, requiredDims, sizes, tensor, type Parameter } from "../../parameters.ts";
import { formatShape, normalizeDim, numel } from "../../shape.ts";
import type { Dims, GeneralSignature } from "../../signatures.ts";
import { contiguous } from "./copying.ts";
import { sample } from "../samples.ts";
import { movedim, transpose, view } from "./view.ts";

type ExchangeSignature = GeneralSignature<[first: number, second: number]>;

/** Another name of `transpose`. @throws IndexError when there is no such dimension. Source: `torch.swapaxes`. */
export const swapaxes: Operator<ExchangeSignature> = composite({
  name: "swapaxes",
  parameters: { input: tensor, axis0: integer(), axis1: integer() },
  define: ({ input, axis0, axis1 }) => transpose(input, axis0, axis1),
  samples: [() => [sample([2, 3]), 0, -1]],
});

/** Another name of `transpose`. @throws IndexError when there is no such dimension. Source: `torch.swapdims`. */
export const swapdims: Operator<ExchangeSignature> = composite({
  name: "swapdims",
  parameters: { input: tensor, dim0: integer(), dim1: integer() },
  define: ({ input, dim0, dim1 }) => transpose(input, dim0, dim1),
  samples: [() => [sample([2, 3]), 0, -1]],
});

/** Another name of `movedim`. @throws as `movedim`. Source: `torch.moveaxis`. */
export const moveaxis: Operator<
  GeneralSignature<[source: Dims, destination: Dims], "same", ["source", "destination"]>
> = composite({
  name: "moveaxis",
  parameters: { input: tensor, source: requiredDims, destination: requiredDims },
  define: ({ input, source, destination }) => movedim(input, source, destination),
  samples: [() => [sample([2, 3]), 0, 1]],
});

/**
 * The matrices that the last two dimensions make, transposed: of real numbers, the conjugate transpose.
 *
 * @throws RuntimeError for a vector.
 * Source: `torch.adjoint`.
 */
export const adjoint: Operator<GeneralSignature<[]>> = composite({
  name: "adjoint",
  parameters: { input: tensor },
  define: ({ input }) => {
    if (input.ndim === 1)
      throw new RuntimeError(
        "tensor.adjoint() is only supported on matrices or batches of matrices. Got 1-D tensor.",
      );
    return input.ndim === 0 ? input : transpose(input, -2, -1);
  },
  samples: [() => [sample([2, 3])]],
  errors: [{ args: () => [sample([2])], error: "RuntimeError", message: /Got 1-D tensor/ }],
});

/** The elements as a vector in row-major order: a view where they lie so, else a copy. Source: `torch.ravel`. */
export const ravel: Operator<GeneralSignature<[]>> = composite({
  name: "ravel",
  parameters: { input: tensor },
  define: ({ input }) => view(contiguous(input), [-1]),
  samples: [() => [sample([2, 3])], () => [sample([2, 3]).t()]],
});

const sizesParameter: Parameter<readonly number[]> = { ...sizes, expects: "an array of whole numbers" };

/**
 * A view in which one dimension is several, of the sizes given; one size may be −1.
 *
 * @throws RuntimeError when the sizes do not multiply to that of the dimension, IndexError when there is no such dimension.
 * Source: `torch.unflatten`.
 */
export const unflatten: Operator<
  GeneralSignature<[dim: number, sizes: readonly number[]], "same", ["dim", "sizes"]>
> = composite({
  name: "unflatten",
  parameters: { input: tensor, dim: integer(), sizes: sizesParameter },
  define: ({ input, dim, sizes }) => {
    const axis = normalizeDim(dim, input.ndim);
    if (sizes.length === 0)
      throw new RuntimeError(
        "unflatten: sizes must be non-empty. Say into which sizes to cut the dimension.",
      );
    const size = input.shape[axis] ?? 1;
    const known = numel(sizes.filter((part) => part !== -1));
    const fits = sizes.includes(-1) ? known !== 0 && size % known === 0 : known === size;
    if (!fits)
      throw new RuntimeError(
        `unflatten: Provided sizes ${formatShape(sizes)} don't multiply up to the size of dim ${axis} (${size}) in the input tensor.`,
      );
    return view(input, [
      ...input.shape.slice(0, axis),
      ...sizes.map((part) => (part === -1 ? size / known : part)),
      ...input.shape.slice(axis + 1),
    ]);
  },
  samples: [() => [sample([4]), 0, [2, 2]], () => [sample([2, 6]), -1, [3, -1]]],
  errors: [
    { args: () => [sample([4]), 0, [3]], error: "RuntimeError", message: /don't multiply up to .* \(4\)/ },
    { args: () => [sample([4]), 0, []], error: "RuntimeError", message: /must be non-empty/ },
  ],
});
