/** The constructors of older programs: `torch.FloatTensor([1, 2])`, `torch.LongTensor(2, 3)`. */
import { empty, tensor } from "./create.ts";
import * as dtypes from "./dtype.ts";
import type { DType, DTypeName } from "./dtype.ts";
import { Tensor } from "./tensor.ts";
import type { Nested, Scalar } from "./types.ts";

/** What such a constructor takes: data, or separate sizes of a tensor whose elements nobody has chosen yet. */
type LegacyArguments = readonly [data: readonly Nested<Scalar>[] | Tensor] | readonly number[];

/** A constructor of tensors of one dtype, with `new` or without. */
export interface LegacyConstructor<D extends DTypeName> {
  (...args: LegacyArguments): Tensor<readonly number[], D>;
  new (...args: LegacyArguments): Tensor<readonly number[], D>;
}

/** @throws TypeError for a tensor of another dtype. */
function construct(dtype: DType, args: LegacyArguments): Tensor {
  const [first] = args;
  if (first instanceof Tensor) {
    if (first.dtype === dtype) return first;
    throw new TypeError(
      `expected ${dtype.typeName} (got ${first.dtype.typeName}): the constructor converts no tensors. Write x.to(${dtype.toString()}).`,
    );
  }
  if (Array.isArray(first)) return tensor(first as Nested<Scalar>, { dtype }); // nested arrays of numbers
  // What is neither a tensor nor data is sizes.
  return empty(first === undefined ? [0] : (args as readonly number[]), { dtype });
}

function legacy<D extends DTypeName>(dtype: DType<D>): LegacyConstructor<D> {
  // A function that gives an object may be called with `new` as well; an arrow may not.
  return function (...args: LegacyArguments): Tensor {
    return construct(dtype, args);
  } as unknown as LegacyConstructor<D>;
}

/** Source: `torch.FloatTensor`. */
export const FloatTensor: LegacyConstructor<"float32"> = legacy(dtypes.float32);
/** Source: `torch.DoubleTensor`. */
export const DoubleTensor: LegacyConstructor<"float64"> = legacy(dtypes.float64);
/** Source: `torch.HalfTensor`. */
export const HalfTensor: LegacyConstructor<"float16"> = legacy(dtypes.float16);
/** Source: `torch.BFloat16Tensor`. */
export const BFloat16Tensor: LegacyConstructor<"bfloat16"> = legacy(dtypes.bfloat16);
/** Source: `torch.LongTensor`. */
export const LongTensor: LegacyConstructor<"int64"> = legacy(dtypes.int64);
/** Source: `torch.IntTensor`. */
export const IntTensor: LegacyConstructor<"int32"> = legacy(dtypes.int32);
/** Source: `torch.ShortTensor`. */
export const ShortTensor: LegacyConstructor<"int16"> = legacy(dtypes.int16);
/** Source: `torch.CharTensor`. */
export const CharTensor: LegacyConstructor<"int8"> = legacy(dtypes.int8);
/** Source: `torch.ByteTensor`. */
export const ByteTensor: LegacyConstructor<"uint8"> = legacy(dtypes.uint8);
/** Source: `torch.BoolTensor`. */
export const BoolTensor: LegacyConstructor<"bool"> = legacy(dtypes.bool);
