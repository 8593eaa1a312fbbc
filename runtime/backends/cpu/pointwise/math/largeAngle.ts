/** The reduction of large angles by multiples of π/2, in lanes: a product with the digits of 2/π that matter. */
import {
  add,
  and,
  bits,
  constant,
  convert,
  eq,
  lt,
  mul,
  select,
  shiftLeft,
  shiftRight,
  sub,
  xor,
  type Lane,
} from "../lanes.ts";

/** From here on, an angle is a whole number of 24 digits times a power of two that is at least 4. */
export const largeAngle: number = 2 ** 25;

/** 2/π in binary: the first 240 digits behind the point, in words of 24. */
const twoOverPi = [
  0xa2f983, 0x6e4e44, 0x1529fc, 0x2757d1, 0xf534dd, 0xc0db62, 0x95993c, 0x439041, 0xfe5163, 0xabdebb,
];

/** What remains of an angle, and how many quarter turns were taken off it. */
export interface ReducedAngle {
  readonly r: Lane;
  readonly quadrant: Lane;
}

/** The word of 24 digits that comes `ahead` words after those that are skipped. */
function wordAfter(skipped: Lane, ahead: number): Lane {
  return twoOverPi
    .slice(ahead)
    .reduce<Lane>(
      (word, digits, k) => select(eq(skipped, k), constant("i32", digits), word),
      constant("i32", 0),
    );
}

/** The 24 digits that begin some digits after the start of `first`; shifts differ from lane to lane, so that they are products with powers of two. */
function digitsAt(first: Lane, second: Lane, power: Lane): Lane {
  const joined = add(shiftLeft(convert(first, "i64"), 24), convert(second, "i64"));
  return and(shiftRight(mul(joined, power), 24), constant("i64", 0xff_ffffn));
}

/** 2ᵏ for k from 0 to 23. */
function powerOfTwo(k: Lane): Lane {
  return convert(bits(shiftLeft(add(k, 127), 23), "f32"), "i32");
}

/**
 * Reduces an angle m · 2ᵉ of at least `largeAngle`. The digits of 2/π that only make whole turns, the first e − 2, are left out; the product of m with the 96 digits
 * after them counts quarter turns.
 */
export function reduceLargeAngle(x: Lane): ReducedAngle {
  const raw = bits(x, "i32");
  const mantissa = convert(xor(and(raw, constant("i32", 0x7f_ffff)), constant("i32", 0x80_0000)), "i64");
  const skippedDigits = sub(and(shiftRight(raw, 23), constant("i32", 0xff)), 152);
  const skippedWords = shiftRight(mul(skippedDigits, 2731), 16); // divided by 24
  const power = convert(powerOfTwo(sub(skippedDigits, mul(skippedWords, 24))), "i64");
  const words = [0, 1, 2, 3, 4].map((ahead) => wordAfter(skippedWords, ahead));
  const products = words.slice(1).map((word, k) => mul(mantissa, digitsAt(words[k]!, word, power)));
  // In units of 2⁻⁶² quarter turns; whole turns fall out at the upper end.
  const [a, b, c, d] = products as [Lane, Lane, Lane, Lane];
  const turns = add(add(shiftLeft(a, 40), shiftLeft(b, 16)), shiftRight(add(c, shiftRight(d, 24)), 8));
  return fromTurns(turns, raw);
}

/** Divides a fixed-point number of quarter turns into the nearest whole one and the rest, and puts the angle's sign back. */
function fromTurns(turns: Lane, raw: Lane): ReducedAngle {
  const whole = and(add(turns, constant("i64", 1n << 61n)), constant("i64", -(1n << 62n)));
  const quadrant = convert(shiftRight(whole, 62), "i32");
  const r = mul(convert(sub(turns, whole), "f64"), Math.PI / 2 / 2 ** 62);
  const infinite = eq(and(raw, constant("i32", 0x7f80_0000)), constant("i32", 0x7f80_0000));
  const negative = lt(raw, 0);
  return {
    r: select(infinite, NaN, select(negative, sub(0, r), r)),
    quadrant: select(negative, sub(0, quadrant), quadrant),
  };
}
