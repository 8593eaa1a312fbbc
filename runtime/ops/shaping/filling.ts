/** Tensors of one value, for derivatives and for what surrounds others. */
import type { DType } from "../../dtype.ts";
import { numberTensor } from "../../parameters.ts";
import { allocateZeros, broadcastTo, convert, duplicate } from "../../settle.ts";
import type { Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import type { Scalar } from "../../types.ts";

/** A new tensor whose elements are all `value`. */
export function filled(shape: Shape, value: Scalar, dtype: DType): Tensor {
  if (Object.is(value, 0)) return allocateZeros(shape, dtype);
  return duplicate(broadcastTo(convert(numberTensor(value), dtype), shape));
}
