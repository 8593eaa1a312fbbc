/**
 * The arithmetic of a pointwise operator, as data. From one expression every backend makes its own code: a JavaScript loop here, wasm and GLSL
 * elsewhere.
 *
 * An expression computes in one dtype, the operator's compute dtype, to which its inputs are converted as they are read. Comparisons give truth values, which
 * `select` consumes or a bool result stores.
 */

/** Functions of one number. `normalCdf` is the share of a standard normal distribution below the number, `erfc(−x/√2)/2`; `gelu` is x times it. */
export type UnaryFunction =
  | "neg"
  | "abs"
  | "sign"
  | "exp"
  | "exp2"
  | "expm1"
  | "log"
  | "log1p"
  | "log2"
  | "log10"
  | "sqrt"
  | "sin"
  | "cos"
  | "tan"
  | "asin"
  | "acos"
  | "atan"
  | "sinh"
  | "cosh"
  | "tanh"
  | "sigmoid"
  | "erf"
  | "erfc"
  | "normalCdf"
  | "gelu"
  | "floor"
  | "ceil"
  | "round"
  | "trunc";

/** Functions of two numbers. `maximum` and `minimum` give NaN when either is NaN; `pow` follows C's special cases; `floorDivide` rounds downwards, `div` of whole
 * numbers towards zero once it is stored. The bitwise functions are for whole numbers and truth values. */
export type BinaryFunction =
  | "add"
  | "sub"
  | "mul"
  | "div"
  | "floorDivide"
  | "pow"
  | "atan2"
  | "maximum"
  | "minimum"
  | "bitAnd"
  | "bitOr"
  | "bitXor";

/**
 * Functions that are computed one element at a time, in float64 where the dtype has fractions: for these the formula costs so much that vectors would gain little.
 *
 * `polygamma` takes its order first, `zeta` is Hurwitz's, `igamma` and `igammac` are the regularised incomplete gamma functions of (a, x), `i0e` and `i1e` the Bessel functions
 * without their factor eˣ, `mantissa` and `exponent` what C's `frexp` gives, `fmod` C's remainder and `remainder` Python's.
 */
export type ScalarFunction =
  | "acosh"
  | "asinh"
  | "atanh"
  | "copySign"
  | "digamma"
  | "erfcx"
  | "erfinv"
  | "exponent"
  | "fmod"
  | "gcd"
  | "hypot"
  | "i0"
  | "i0e"
  | "i1"
  | "i1e"
  | "igamma"
  | "igammac"
  | "lcm"
  | "lgamma"
  | "logNormalCdf"
  | "mantissa"
  | "nextAfter"
  | "normalQuantile"
  | "polygamma"
  | "remainder"
  | "shiftLeft"
  | "shiftRight"
  | "signBit"
  | "zeta";

/** Comparisons: truth values, false when either side is NaN, except `ne`. */
export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** Combinations of two truth values; a number counts as true when it is not zero. */
export type Logical = "and" | "or" | "xor";

/** A pointwise computation. */
export type Expression =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "parameter"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "unary"; readonly name: UnaryFunction; readonly x: Expression }
  | { readonly kind: "binary"; readonly name: BinaryFunction; readonly x: Expression; readonly y: Expression }
  | { readonly kind: "call"; readonly name: ScalarFunction; readonly args: readonly Expression[] }
  | { readonly kind: "compare"; readonly name: Comparison; readonly x: Expression; readonly y: Expression }
  | { readonly kind: "logical"; readonly name: Logical; readonly x: Expression; readonly y: Expression }
  | {
      readonly kind: "select";
      readonly condition: Expression;
      readonly x: Expression;
      readonly y: Expression;
    };

/** What a builder accepts: an expression, or a number for a constant. */
export type Term = Expression | number;

function term(value: Term): Expression {
  return typeof value === "number" ? { kind: "constant", value } : value;
}

/** The operator's input number `index`. */
export function input(index: number): Expression {
  return { kind: "input", index };
}

/** The plain number `index` among those that are given with each call, in the compute dtype. */
export function parameter(index: number): Expression {
  return { kind: "parameter", index };
}

/** A function that is computed one element at a time. */
export function call(name: ScalarFunction, ...args: readonly Term[]): Expression {
  return { kind: "call", name, args: args.map(term) };
}

type UnaryBuilder = (x: Term) => Expression;
type BinaryBuilder = (x: Term, y: Term) => Expression;

const unary =
  (name: UnaryFunction): UnaryBuilder =>
  (x) => ({ kind: "unary", name, x: term(x) });
const binary =
  (name: BinaryFunction): BinaryBuilder =>
  (x, y) => ({ kind: "binary", name, x: term(x), y: term(y) });
const logical =
  (name: Logical): BinaryBuilder =>
  (x, y) => ({ kind: "logical", name, x: term(x), y: term(y) });
const compare =
  (name: Comparison): BinaryBuilder =>
  (x, y) => ({ kind: "compare", name, x: term(x), y: term(y) });

/** Builders of expressions; `E.add(x, E.mul(y, 2))`. */
export const E: {
  readonly [Name in UnaryFunction]: UnaryBuilder;
} & { readonly [Name in BinaryFunction | Comparison | Logical]: BinaryBuilder } & {
  /** `x` where the condition is true (not zero), else `y`. */
  readonly select: (condition: Term, x: Term, y: Term) => Expression;
} = {
  neg: unary("neg"),
  abs: unary("abs"),
  sign: unary("sign"),
  exp: unary("exp"),
  exp2: unary("exp2"),
  expm1: unary("expm1"),
  log: unary("log"),
  log1p: unary("log1p"),
  log2: unary("log2"),
  log10: unary("log10"),
  sqrt: unary("sqrt"),
  sin: unary("sin"),
  cos: unary("cos"),
  tan: unary("tan"),
  asin: unary("asin"),
  acos: unary("acos"),
  atan: unary("atan"),
  sinh: unary("sinh"),
  cosh: unary("cosh"),
  tanh: unary("tanh"),
  sigmoid: unary("sigmoid"),
  erf: unary("erf"),
  erfc: unary("erfc"),
  normalCdf: unary("normalCdf"),
  gelu: unary("gelu"),
  floor: unary("floor"),
  ceil: unary("ceil"),
  round: unary("round"),
  trunc: unary("trunc"),
  add: binary("add"),
  sub: binary("sub"),
  mul: binary("mul"),
  div: binary("div"),
  floorDivide: binary("floorDivide"),
  pow: binary("pow"),
  atan2: binary("atan2"),
  maximum: binary("maximum"),
  minimum: binary("minimum"),
  bitAnd: binary("bitAnd"),
  bitOr: binary("bitOr"),
  bitXor: binary("bitXor"),
  eq: compare("eq"),
  ne: compare("ne"),
  lt: compare("lt"),
  le: compare("le"),
  gt: compare("gt"),
  ge: compare("ge"),
  and: logical("and"),
  or: logical("or"),
  xor: logical("xor"),
  select: (condition, x, y) => ({ kind: "select", condition: term(condition), x: term(x), y: term(y) }),
};
