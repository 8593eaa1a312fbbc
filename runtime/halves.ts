/** Floating-point numbers of 16 bits, as the bits that a `Uint16Array` holds. Node 20 has no array that reads them. */

import type { DTypeName } from "./dtype.ts";

/** Turns the bits of a 16-bit dtype into numbers and back. */
export interface BitCodec {
  readonly decode: (bits: number) => number;
  /** The nearest number of the dtype, ties to the even one; by way of float32, as in PyTorch. */
  readonly encode: (value: number) => number;
}

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

function decodeHalf(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * mantissa * 2 ** -24;
  if (exponent === 31) return mantissa === 0 ? sign * Infinity : NaN;
  return sign * (1 + mantissa / 1024) * 2 ** (exponent - 15);
}

/** Every number that 16 bits can say, made when the first one is read: a look-up costs less than taking the bits apart. */
let halves: Float32Array | null = null;

const float16: BitCodec = {
  decode: (bits) => (halves ??= Float32Array.from({ length: 65_536 }, (_, each) => decodeHalf(each)))[bits]!,
  encode: (value) => {
    single[0] = value;
    const sign = (singleBits[0]! >>> 16) & 0x8000;
    const magnitude = singleBits[0]! & 0x7fff_ffff;
    // 65536 and above, infinity, NaN.
    if (magnitude >= 0x4780_0000) return sign | (magnitude > 0x7f80_0000 ? 0x7e00 : 0x7c00);
    if (magnitude >= 0x3880_0000)
      // The exponent's bias is 112 less; half of the last place is added to round, one more where the last place is odd.
      return sign | ((magnitude - 0x3800_0000 + 0xfff + ((magnitude >> 13) & 1)) >>> 13);
    // Below 2⁻¹⁴ all numbers are multiples of 2⁻²⁴, which is the last place of numbers above 0.5.
    single[0] = Math.abs(value) + 0.5;
    return sign | (singleBits[0]! - 0x3f00_0000);
  },
};

const bfloat16: BitCodec = {
  decode: (bits) => {
    singleBits[0] = bits << 16;
    return single[0]!;
  },
  encode: (value) => {
    single[0] = value;
    const bits = singleBits[0]!;
    if (value !== value) return 0x7fc0;
    return ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16) & 0xffff;
  },
};

/** The codecs of the dtypes that need one. */
export const bitCodecs: { readonly float16: BitCodec; readonly bfloat16: BitCodec } = { float16, bfloat16 };

/**
 * Whether an input of computations in 16 bits is taken as it is. PyTorch converts operands to the common dtype, but for a plain number, which comes as float32 here, and
 * for what is computed in float32 on the way.
 */
export function keepsDigits(dtype: DTypeName): boolean {
  return dtype === "float32" || dtype === "float16" || dtype === "bfloat16" || dtype === "bool";
}
