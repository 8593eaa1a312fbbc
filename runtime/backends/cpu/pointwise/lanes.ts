/**
 * The arithmetic of a kernel in terms of what the processor has: operations on four lanes at a time. An expression is lowered to these, and code is
 * emitted from them.
 *
 * Four elements of 32 bits are one vector ("narrow"), four of 64 bits are two ("wide"). Truth values are masks, all bits set or none, as wide as what was compared.
 */
import type { Instruction } from "../wasm/instructions.ts";
import { instructionBytes } from "../wasm/instructions.ts";

/** What the four lanes hold: fractions, whole numbers, or a mask of 32 or 64 bits. */
export type LaneType = "f32" | "f64" | "i32" | "i64" | "m32" | "m64";

/** Changes of width; each is emitted in its own way. */
export type Conversion =
  | "f32 to f64"
  | "f64 to f32"
  | "f32 to i32"
  | "f64 to i32"
  | "f32 to i64"
  | "f64 to i64"
  | "i32 to f32"
  | "i32 to f64"
  | "i32 to i64"
  | "i64 to i32"
  | "i64 to f32"
  | "i64 to f64"
  | "m32 to m64"
  | "m64 to m32";

/** One value of a kernel, in four lanes. */
export interface Lane {
  readonly type: LaneType;
  readonly operation:
    | { readonly kind: "input"; readonly index: number }
    | { readonly kind: "parameter"; readonly index: number }
    | { readonly kind: "constant"; readonly value: number | bigint }
    /** A vector instruction, applied to each half. */
    | { readonly kind: "vector"; readonly name: Instruction }
    | { readonly kind: "shift"; readonly name: Instruction; readonly by: number }
    /** `a · b + c`, rounded once where the processor can. */
    | { readonly kind: "multiplyAdd" }
    /** The same bits under another type. */
    | { readonly kind: "bits" }
    | { readonly kind: "convert"; readonly conversion: Conversion }
    /** `args[0]`, except where the mask `args[1]` is set, which is rare: there, the helper's result for `args[2]`. */
    | { readonly kind: "rare"; readonly helper: RareHelper };
  readonly args: readonly Lane[];
}

/** A function of one vector, for values that the common way does not cover; emitted into the module where it is used. */
export interface RareHelper {
  readonly name: string;
  /** The lanes' values: a function of one input. */
  readonly body: (x: Lane) => Lane;
}

/** Whether four lanes of this type take two vectors. */
export function isWide(type: LaneType): boolean {
  return type.endsWith("64");
}

const shapes: Readonly<Record<LaneType, string>> = {
  f32: "f32x4",
  f64: "f64x2",
  i32: "i32x4",
  i64: "i64x2",
  m32: "v128",
  m64: "v128",
};

function instruction(type: LaneType, name: string): Instruction {
  // Checked against the table of instructions.
  const full = `${shapes[type]}.${name}` as Instruction;
  if (!(full in instructionBytes)) throw new Error(`there is no instruction ${full}`);
  return full;
}

function vector(type: LaneType, name: Instruction, ...args: Lane[]): Lane {
  return { type, operation: { kind: "vector", name }, args };
}

/** What the builders accept: a lane, or a number for a constant of the other operand's type. */
export type LaneTerm = Lane | number;

export function constant(type: LaneType, value: number | bigint): Lane {
  return { type, operation: { kind: "constant", value }, args: [] };
}

function pair(x: LaneTerm, y: LaneTerm): [Lane, Lane] {
  if (typeof x === "number") {
    if (typeof y === "number") throw new Error("one of two operands must be a lane");
    return [constant(y.type, x), y];
  }
  return [x, typeof y === "number" ? constant(x.type, y) : y];
}

const arithmetic =
  (name: string) =>
  (x: LaneTerm, y: LaneTerm): Lane => {
    const [a, b] = pair(x, y);
    return vector(a.type, instruction(a.type, name), a, b);
  };
const unary =
  (name: string) =>
  (x: Lane): Lane =>
    vector(x.type, instruction(x.type, name), x);
const comparison =
  (name: string) =>
  (x: LaneTerm, y: LaneTerm): Lane => {
    const [a, b] = pair(x, y);
    const signed = a.type.startsWith("i") && name !== "eq" && name !== "ne" ? "_s" : "";
    return vector(isWide(a.type) ? "m64" : "m32", instruction(a.type, name + signed), a, b);
  };
const bitwise =
  (name: "and" | "or" | "xor") =>
  (x: Lane, y: Lane): Lane => {
    const [a, b] = x.type.startsWith("m") && y.type.startsWith("m") ? [narrowMask(x), narrowMask(y)] : [x, y];
    return vector(a.type, `v128.${name}`, a, b);
  };

export const add: (x: LaneTerm, y: LaneTerm) => Lane = arithmetic("add");
export const sub: (x: LaneTerm, y: LaneTerm) => Lane = arithmetic("sub");
export const mul: (x: LaneTerm, y: LaneTerm) => Lane = arithmetic("mul");
export const div: (x: LaneTerm, y: LaneTerm) => Lane = arithmetic("div");
/** The smaller of two whole numbers of 32 bits. */
export const min: (x: LaneTerm, y: LaneTerm) => Lane = arithmetic("min_s");
export const max: (x: LaneTerm, y: LaneTerm) => Lane = arithmetic("max_s");
/** `y < x ? y : x`: one instruction, and NaN where `x` is NaN. */
export const pmin: (x: LaneTerm, y: LaneTerm) => Lane = arithmetic("pmin");
/** `x < y ? y : x`. */
export const pmax: (x: LaneTerm, y: LaneTerm) => Lane = arithmetic("pmax");
export const neg: (x: Lane) => Lane = unary("neg");
export const abs: (x: Lane) => Lane = unary("abs");
export const sqrt: (x: Lane) => Lane = unary("sqrt");
export const floor: (x: Lane) => Lane = unary("floor");
export const ceil: (x: Lane) => Lane = unary("ceil");
export const trunc: (x: Lane) => Lane = unary("trunc");
export const nearest: (x: Lane) => Lane = unary("nearest");
export const eq: (x: LaneTerm, y: LaneTerm) => Lane = comparison("eq");
export const ne: (x: LaneTerm, y: LaneTerm) => Lane = comparison("ne");
export const lt: (x: LaneTerm, y: LaneTerm) => Lane = comparison("lt");
export const le: (x: LaneTerm, y: LaneTerm) => Lane = comparison("le");
export const gt: (x: LaneTerm, y: LaneTerm) => Lane = comparison("gt");
export const ge: (x: LaneTerm, y: LaneTerm) => Lane = comparison("ge");
export const and: (x: Lane, y: Lane) => Lane = bitwise("and");
export const or: (x: Lane, y: Lane) => Lane = bitwise("or");
export const xor: (x: Lane, y: Lane) => Lane = bitwise("xor");

/** The opposite of a mask. */
export function not(mask: Lane): Lane {
  return vector(mask.type, "v128.not", mask);
}

function shifted(name: "shl" | "shr_s" | "shr_u", x: Lane, by: number): Lane {
  return { type: x.type, operation: { kind: "shift", name: instruction(x.type, name), by }, args: [x] };
}

export function shiftLeft(x: Lane, by: number): Lane {
  return shifted("shl", x, by);
}

/** Shifts right, copies of the sign coming in. */
export function shiftRight(x: Lane, by: number): Lane {
  return shifted("shr_s", x, by);
}

/** `a · b + c`, rounded once or twice. */
export function multiplyAdd(a: LaneTerm, b: LaneTerm, c: LaneTerm): Lane {
  const type = [a, b, c].find((term) => typeof term !== "number")!.type;
  const args = [a, b, c].map((term) => (typeof term === "number" ? constant(type, term) : term));
  return { type, operation: { kind: "multiplyAdd" }, args };
}

/** The bits of `x` as another type of the same width. */
export function bits(x: Lane, type: LaneType): Lane {
  return x.type === type ? x : { type, operation: { kind: "bits" }, args: [x] };
}

/** The value of `x` in another type. */
export function convert(x: Lane, type: LaneType): Lane {
  if (x.type === type) return x;
  // Every pair that is asked for is one of the conversions; the emitter's table is complete over them.
  const conversion = `${x.type} to ${type}` as Conversion;
  return { type, operation: { kind: "convert", conversion }, args: [x] };
}

/** A mask as one of 32 bits. */
export function narrowMask(mask: Lane): Lane {
  return convert(mask, "m32");
}

/** `x` where the mask is set, else `y`. */
export function select(mask: Lane, x: LaneTerm, y: LaneTerm): Lane {
  const [a, b] = pair(x, y);
  return vector(a.type, "v128.bitselect", a, b, convert(mask, isWide(a.type) ? "m64" : "m32"));
}

/** `common`, but the helper's value of `x` where `mask` is set. All are narrow. */
export function rare(common: Lane, mask: Lane, x: Lane, helper: RareHelper): Lane {
  return { type: common.type, operation: { kind: "rare", helper }, args: [common, mask, x] };
}

function horner(x: Lane, coefficients: readonly number[]): Lane {
  return coefficients
    .slice(0, -1)
    .reduceRight<LaneTerm>(
      (sum, coefficient) => multiplyAdd(sum, x, coefficient),
      coefficients.at(-1)!,
    ) as Lane; // two coefficients or more
}

/** From so many coefficients on, a sum is divided, so that a processor computes both parts at once. */
const longPolynomial = 8;

/** `coefficients[0] + x · (coefficients[1] + x · (…))`, for two coefficients or more. */
export function polynomial(x: Lane, coefficients: readonly number[]): Lane {
  if (coefficients.length < longPolynomial) return horner(x, coefficients);
  const square = mul(x, x);
  const even = coefficients.filter((_, power) => power % 2 === 0);
  const odd = coefficients.filter((_, power) => power % 2 === 1);
  return multiplyAdd(horner(square, odd), x, horner(square, even));
}
