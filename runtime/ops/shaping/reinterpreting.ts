/** Where elements lie when their bytes are read as another dtype. */
import type { DType } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";

interface Layout {
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/** @throws RuntimeError when a number does not divide. */
function checkDivisible(what: string, value: number, ratio: number, names: string): void {
  if (value % ratio !== 0)
    throw new RuntimeError(
      `${what} must be divisible by ${ratio} to view ${names} (different element sizes), but got ${value}. Use .contiguous() first, or another shape.`,
    );
}

/** Elements of which `ratio` become one. */
function joined({ shape, strides, offset }: Tensor, ratio: number, names: string): Layout {
  checkDivisible("self.size(-1)", shape.at(-1)!, ratio, names);
  checkDivisible("self.storage_offset()", offset, ratio, names);
  strides.slice(0, -1).forEach((stride, dim) => checkDivisible(`self.stride(${dim})`, stride, ratio, names));
  return {
    shape: [...shape.slice(0, -1), shape.at(-1)! / ratio],
    strides: strides.map((stride, dim) => (dim === strides.length - 1 ? 1 : stride / ratio)),
    offset: offset / ratio,
  };
}

/** Elements of which each becomes `ratio`. */
function cut({ shape, strides, offset }: Tensor, ratio: number): Layout {
  return {
    shape: [...shape.slice(0, -1), shape.at(-1)! * ratio],
    strides: strides.map((stride, dim) => (dim === strides.length - 1 ? 1 : stride * ratio)),
    offset: offset * ratio,
  };
}

/**
 * The layout in which a tensor's bytes are elements of another dtype: the last dimension becomes longer or shorter.
 *
 * @throws RuntimeError where the elements along the last dimension are not neighbours, or do not come out even.
 * Source: `view_dtype` in `ATen/native/TensorConversions.cpp`.
 */
export function reinterpretedLayout(input: Tensor, dtype: DType): Layout {
  const [from, to] = [input.dtype.itemsize, dtype.itemsize];
  if (from === to) return input;
  const names = `${input.dtype.typeName} as ${dtype.typeName}`;
  if (input.ndim === 0)
    throw new RuntimeError(
      `self.dim() cannot be 0 to view ${names} (different element sizes): reshape it to [1] first.`,
    );
  if (input.strides.at(-1) !== 1)
    throw new RuntimeError(
      `self.stride(-1) must be 1 to view ${names} (different element sizes), but got ${input.strides.at(-1)}. Use .contiguous() first.`,
    );
  return from > to ? cut(input, from / to) : joined(input, to / from, names);
}
