/**
 * The arithmetic of a pointwise operator, as data. From one expression every backend makes its own code: a JavaScript loop here, wasm and GLSL
 * elsewhere.
 *
 * An expression computes in one dtype, the operator's compute dtype, to which its inputs were converted. Comparisons give truth values, which
 * `select` consumes or a bool result stores.
 */

/** Functions of one number. */
export type UnaryFunction =
  | "neg"
  | "abs"
  | "sign"
  | "exp"
  | "expm1"
  | "log"
  | "log1p"
  | "sqrt"
  | "sin"
  | "cos"
  | "tanh"
  | "floor"
  | "ceil"
  | "round"
  | "trunc";

/** Functions of two numbers. `maximum` and `minimum` give NaN when either is NaN; `pow` follows C's special cases; `floorDivide` rounds downwards, `div` of whole
 * numbers towards zero once it is stored. */
export type BinaryFunction = "add" | "sub" | "mul" | "div" | "floorDivide" | "pow" | "maximum" | "minimum";

/** Comparisons: truth values, false when either side is NaN, except `ne`. */
export type Comparison = "eq" | "ne" | "lt" | "le" | "gt" | "ge";

/** Combinations of two truth values; a number counts as true when it is not zero. */
export type Logical = "and" | "or";

/** A pointwise computation. */
export type Expression =
  | { readonly kind: "input"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number }
  | { readonly kind: "unary"; readonly name: UnaryFunction; readonly x: Expression }
  | { readonly kind: "binary"; readonly name: BinaryFunction; readonly x: Expression; readonly y: Expression }
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
  expm1: unary("expm1"),
  log: unary("log"),
  log1p: unary("log1p"),
  sqrt: unary("sqrt"),
  sin: unary("sin"),
  cos: unary("cos"),
  tanh: unary("tanh"),
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
  maximum: binary("maximum"),
  minimum: binary("minimum"),
  eq: compare("eq"),
  ne: compare("ne"),
  lt: compare("lt"),
  le: compare("le"),
  gt: compare("gt"),
  ge: compare("ge"),
  and: logical("and"),
  or: logical("or"),
  select: (condition, x, y) => ({ kind: "select", condition: term(condition), x: term(x), y: term(y) }),
};
