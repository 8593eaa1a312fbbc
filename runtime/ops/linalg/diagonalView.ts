import { contiguous } from "../shaping/copying.ts";
import { stridedView } from "../shaping/slicing.ts";
import { contiguousStrides } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";

/** The elements whose positions along two dimensions of one size are the same, as one dimension in place of the first. */
export function diagonalView(input: Tensor, first: number, second: number): Tensor {
  const strides = contiguousStrides(input.shape);
  strides[first]! += strides[second]!;
  const keep = [...input.shape.keys()].filter((dim) => dim !== second);
  return stridedView(
    contiguous(input),
    keep.map((dim) => input.shape[dim]!),
    keep.map((dim) => strides[dim]!),
    0,
  );
}
