/** The range and the precision of dtypes. */
import { describe } from "./binding.ts";
import { DType, get_default_dtype, type DTypeName } from "./dtype.ts";
import { inspectAs } from "./inspect.ts";
import { toGeneralDecimal } from "./printing/decimal.ts";

/** The smallest and the largest number of a dtype of whole numbers. */
export function integerLimits({ itemsize, is_signed }: DType): {
  readonly min: bigint;
  readonly max: bigint;
} {
  const values = 1n << BigInt(8 * itemsize);
  return is_signed ? { min: -values / 2n, max: values / 2n - 1n } : { min: 0n, max: values - 1n };
}

/** The largest finite number of a floating-point dtype. */
export function largestFraction(type: DType): number {
  return new FloatInfo(type).max;
}

/** @throws TypeError when the argument is no dtype. */
function checkDtype(name: string, type: unknown): asserts type is DType {
  if (!(type instanceof DType))
    throw new TypeError(
      `${name}(): argument 'type' (position 1) must be torch.dtype, not ${describe(type)}. Pass for example torch.float32.`,
    );
}

/** Bits of the exponent and of the mantissa, the leading one included, and the decimal digits that always survive. */
const formats: Readonly<
  Partial<Record<DTypeName, readonly [exponent: number, mantissa: number, digits: number]>>
> = {
  float16: [5, 11, 3],
  bfloat16: [8, 8, 2],
  float32: [8, 24, 6],
  float64: [11, 53, 15],
};

/**
 * The range and the precision of a floating-point dtype, the default one unless another is given.
 *
 * `torch.finfo(torch.float32).eps`.
 *
 * Source: `torch.finfo`.
 */
class FloatInfo {
  readonly bits: number;
  /** The distance from 1 to the next larger number. */
  readonly eps: number;
  readonly max: number;
  readonly min: number;
  /** The smallest positive number with all digits. */
  readonly smallest_normal: number;
  /** The same as `smallest_normal`. */
  readonly tiny: number;
  /** The last of the decimal digits that always survive. */
  readonly resolution: number;
  readonly dtype: DTypeName;

  /** @throws TypeError for anything but a floating-point dtype. */
  constructor(type: DType = get_default_dtype()) {
    checkDtype("finfo", type);
    const format = formats[type.name];
    if (format === undefined)
      throw new TypeError(
        `torch.finfo() requires a floating point input type. Use torch.iinfo to handle ${type.toString()}.`,
      );
    const [exponent, mantissa, digits] = format;
    const bias = 2 ** (exponent - 1) - 1;
    this.bits = 8 * type.itemsize;
    this.eps = 2 ** (1 - mantissa);
    this.max = (2 - this.eps) * 2 ** bias;
    this.min = -this.max;
    this.smallest_normal = 2 ** (1 - bias);
    this.tiny = this.smallest_normal;
    this.resolution = Number(`1e-${digits}`);
    this.dtype = type.name;
    Object.freeze(this);
  }

  toString(): string {
    const { resolution, min, max, eps, smallest_normal, tiny } = this;
    const facts = Object.entries({ resolution, min, max, eps, smallest_normal, tiny });
    return `finfo(${facts.map(([name, value]) => `${name}=${toGeneralDecimal(value, 6)}`).join(", ")}, dtype=${this.dtype})`;
  }
}

/**
 * The range of a dtype of whole numbers.
 *
 * `torch.iinfo(torch.int8).max`; the limits of int64 are bigints.
 *
 * Source: `torch.iinfo`.
 */
class IntegerInfo {
  readonly bits: number;
  readonly max: number | bigint;
  readonly min: number | bigint;
  readonly dtype: DTypeName;

  /** @throws TypeError for anything but a dtype of whole numbers. */
  constructor(type: DType) {
    checkDtype("iinfo", type);
    if (type.is_floating_point)
      throw new TypeError(
        `torch.iinfo() requires an integer input type. Use torch.finfo to handle ${type.toString()}.`,
      );
    if (type.name === "bool")
      throw new TypeError("torch.bool is not supported by torch.iinfo: its values are false and true.");
    const { min, max } = integerLimits(type);
    this.bits = 8 * type.itemsize;
    this.max = type.itemsize < 8 ? Number(max) : max;
    this.min = type.itemsize < 8 ? Number(min) : min;
    this.dtype = type.name;
    Object.freeze(this);
  }

  toString(): string {
    const [min, max] = [this.min, this.max].map((value) => toGeneralDecimal(Number(value), 6));
    return `iinfo(min=${min}, max=${max}, dtype=${this.dtype})`;
  }
}

inspectAs(FloatInfo, (info) => info.toString());
inspectAs(IntegerInfo, (info) => info.toString());

/** The range and the precision of a floating-point dtype, the default one unless another is given. @throws TypeError for any other. Source: `torch.finfo`. */
export function finfo(type?: DType): FloatInfo {
  return new FloatInfo(type);
}

/** The range of a dtype of whole numbers; int64's limits are bigints. @throws TypeError for any other. Source: `torch.iinfo`. */
export function iinfo(type: DType): IntegerInfo {
  return new IntegerInfo(type);
}
