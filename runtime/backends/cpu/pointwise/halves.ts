/** Floating-point numbers of 16 bits in lanes: their bits as float32, and float32 as their bits. */
import {
  abs,
  add,
  and,
  bits,
  constant,
  gt,
  mul,
  ne,
  or,
  select,
  shiftLeft,
  shiftRight,
  sub,
} from "./lanes.ts";
import type { Lane } from "./lanes.ts";

/** How bits of 16 bits lie in lanes of 32: the upper ones are arbitrary. */
export interface LaneCodec {
  readonly decode: (x: Lane) => Lane;
  readonly encode: (x: Lane) => Lane;
}

function whole(value: number): Lane {
  return constant("i32", value);
}

function masked(x: Lane, mask: number): Lane {
  return and(x, whole(mask));
}

const float16: LaneCodec = {
  decode: (x) => {
    // The bits at float32's places, but with an exponent that counts from 112 further up; this holds for denormal numbers as well.
    const shifted = shiftLeft(masked(x, 0x7fff), 13);
    const finite = bits(mul(bits(shifted, "f32"), 2 ** 112), "i32");
    const magnitude = select(gt(shifted, 0x0f7f_ffff), or(shifted, whole(0x7f80_0000)), finite);
    return bits(or(magnitude, shiftLeft(masked(x, 0x8000), 16)), "f32");
  },
  encode: (x) => {
    const word = bits(x, "i32");
    const magnitude = masked(word, 0x7fff_ffff);
    const odd = masked(shiftRight(magnitude, 13), 1);
    const normal = shiftRight(add(add(magnitude, 0xfff - 0x3800_0000), odd), 13);
    // Below 2⁻¹⁴ all numbers are multiples of 2⁻²⁴, which is the last place of numbers above 0.5.
    const small = sub(bits(add(abs(x), 0.5), "i32"), 0x3f00_0000);
    const large = select(gt(magnitude, 0x7f80_0000), whole(0x7e00), 0x7c00);
    const rounded = select(gt(magnitude, 0x387f_ffff), normal, small);
    const sign = masked(shiftRight(word, 16), 0x8000);
    return or(select(gt(magnitude, 0x477f_ffff), large, rounded), sign);
  },
};

const bfloat16: LaneCodec = {
  decode: (x) => bits(shiftLeft(x, 16), "f32"),
  encode: (x) => {
    const word = bits(x, "i32");
    const odd = masked(shiftRight(word, 16), 1);
    const rounded = shiftRight(add(add(word, 0x7fff), odd), 16);
    return select(ne(x, x), whole(0x7fc0), rounded);
  },
};

/** The codecs of the dtypes that need one. */
export const laneCodecs: { readonly float16: LaneCodec; readonly bfloat16: LaneCodec } = {
  float16,
  bfloat16,
};
