/** GLSL for the arithmetic of expressions. */
import { float32, type DType } from "../../../dtype.ts";
import type {
  BinaryFunction,
  Comparison,
  Expression,
  Logical,
  ScalarFunction,
  UnaryFunction,
} from "../../../expression.ts";
import type { Template } from "./templates.ts";

type Unary = (x: string) => string;
type Binary = (x: string, y: string) => string;

const call =
  (name: string) =>
  (...args: readonly string[]): string =>
    `${name}(${args.join(", ")})`;
const infix =
  (symbol: string): Binary =>
  (x, y) =>
    `(${x} ${symbol} ${y})`;
const same: Unary = (x) => x;
/** Whole numbers of up to 24 bits have the bits of 32, and so have results. */
const bitwise =
  (symbol: string): Binary =>
  (x, y) =>
    `float(int(${x}) ${symbol} int(${y}))`;

const fractionUnary: Readonly<Record<UnaryFunction, Unary>> = {
  neg: (x) => `(-${x})`,
  abs: call("abs"),
  sign: call("signOf"),
  exp: call("exponential"),
  exp2: call("exponential2"),
  expm1: call("exponentialMinus1"),
  log: call("logarithm"),
  log1p: call("logarithmOf1Plus"),
  log2: call("logarithm2"),
  log10: call("logarithm10"),
  sqrt: call("root"),
  sin: call("sine"),
  cos: call("cosine"),
  tan: call("tangent"),
  asin: call("arcSine"),
  acos: call("arcCosine"),
  atan: call("arcTangent"),
  sinh: call("hyperbolicSine"),
  cosh: call("hyperbolicCosine"),
  tanh: call("hyperbolicTangent"),
  sigmoid: call("sigmoid"),
  erf: call("errorFunction"),
  erfc: call("errorComplement"),
  normalCdf: call("normalShare"),
  gelu: call("gelu"),
  floor: call("floor"),
  ceil: call("ceil"),
  round: call("roundEven"),
  trunc: call("trunc"),
};

const fractionBinary: Partial<Record<BinaryFunction, Binary>> = {
  add: infix("+"),
  sub: infix("-"),
  mul: infix("*"),
  div: infix("/"),
  floorDivide: call("floorDivide"),
  pow: call("power"),
  atan2: call("arcTangent2"),
  maximum: call("larger"),
  minimum: call("smaller"),
};

/** What has a formula in single precision that is exact enough; the rest is left to the processor. */
const fractionCalls: Partial<Record<ScalarFunction, string>> = {
  acosh: "inverseHyperbolicCosine",
  asinh: "inverseHyperbolicSine",
  atanh: "inverseHyperbolicTangent",
  copySign: "copySign",
  digamma: "digamma",
  erfinv: "inverseError",
  exponent: "exponent",
  fmod: "fmod",
  hypot: "hypotenuse",
  i0: "besselI0",
  i0e: "besselI0Scaled",
  i1: "besselI1",
  i1e: "besselI1Scaled",
  lgamma: "logGamma",
  mantissa: "mantissa",
  remainder: "remainderOf",
  signBit: "signBit",
};

/** The functions that one kind of number has. */
interface Repertoire {
  readonly unary: Partial<Record<UnaryFunction, Unary>>;
  readonly binary: Partial<Record<BinaryFunction, Binary>>;
  readonly calls: Partial<Record<ScalarFunction, string>>;
}

const fractions: Repertoire = { unary: fractionUnary, binary: fractionBinary, calls: fractionCalls };

/** Whole numbers are held by floats that have all of their digits; `reach.ts` sees to it that sums and products have them, too. */
const wholes: Repertoire = {
  unary: {
    abs: fractionUnary.abs,
    sign: fractionUnary.sign,
    floor: same,
    ceil: same,
    round: same,
    trunc: same,
  },
  binary: {
    add: infix("+"),
    sub: infix("-"),
    mul: infix("*"),
    maximum: call("max"),
    minimum: call("min"),
    div: call("wholeDivision"),
    floorDivide: call("wholeQuotient"),
    bitAnd: bitwise("&"),
    bitOr: bitwise("|"),
    bitXor: bitwise("^"),
  },
  calls: { remainder: "wholeRemainder", fmod: "wholeFmod" },
};

const signedWholes: Repertoire = { ...wholes, unary: { ...wholes.unary, neg: fractionUnary.neg } };

const truths: Repertoire = {
  ...wholes,
  binary: {
    maximum: call("max"),
    minimum: call("min"),
    bitAnd: call("min"),
    bitOr: call("max"),
    bitXor: (x, y) => `abs(${x} - ${y})`,
  },
};

function repertoireOf(dtype: DType): Repertoire {
  if (dtype === float32) return fractions;
  if (dtype.category === "bool") return truths;
  return dtype.is_signed ? signedWholes : wholes;
}

/** Whether there is a formula in float32 for a function of one number, of two, or, for 0, for one that is called by name. */
export function hasFormula(name: string, operands: 0 | 1 | 2): boolean {
  return name in [fractions.calls, fractions.unary, fractions.binary][operands]!;
}

/** Whether programs compute the expression in `dtype`. */
export function canEmit(expression: Expression, dtype: DType): boolean {
  const repertoire = repertoireOf(dtype);
  const visit = (part: Expression): boolean => {
    switch (part.kind) {
      case "input":
      case "parameter":
        return true;
      case "constant":
        return dtype === float32 || isWholeNumber(part.value);
      case "unary":
        return repertoire.unary[part.name] !== undefined && visit(part.x);
      case "binary":
        return repertoire.binary[part.name] !== undefined && visit(part.x) && visit(part.y);
      case "call":
        return repertoire.calls[part.name] !== undefined && part.args.every(visit);
      case "compare":
      case "logical":
        return visit(part.x) && visit(part.y);
      case "select":
        return visit(part.condition) && visit(part.x) && visit(part.y);
    }
  };
  return visit(expression);
}

/** Whether float32 has all digits of a number. */
export function isExact(value: number): boolean {
  return Math.fround(value) === value;
}

/** Whether a number is whole, and float32 has all of its digits. */
export function isWholeNumber(value: number): boolean {
  return Number.isInteger(value) && isExact(value);
}

const comparisons: Readonly<Record<Comparison, Binary>> = {
  eq: call("equals"),
  ne: (x, y) => `!equals(${x}, ${y})`,
  lt: call("less"),
  le: call("atMost"),
  gt: (x, y) => `less(${y}, ${x})`,
  ge: (x, y) => `atMost(${y}, ${x})`,
};

const logicals: Readonly<Record<Logical, string>> = { and: "&&", or: "||", xor: "^^" };

/** What a stage's text refers to by name. */
export interface Names {
  readonly inputs: readonly string[];
  readonly parameters: readonly string[];
  readonly constants: readonly string[];
}

function literal(value: number): string {
  const text = Number.isInteger(value) ? `${value}.0` : String(value);
  return value < 0 ? `(${text})` : text;
}

/** Writes the statements of one expression. */
class Emission {
  readonly lines: string[] = [];
  readonly #known = new Map<Expression, { readonly name: string; readonly isTruth: boolean }>();
  readonly #template: Template;
  readonly #repertoire: Repertoire;
  readonly #names: Names;
  readonly #prefix: string;

  constructor(template: Template, compute: DType, names: Names, prefix: string) {
    this.#template = template;
    this.#repertoire = repertoireOf(compute);
    this.#names = names;
    this.#prefix = prefix;
  }

  number(expression: Expression): string {
    const { name, isTruth } = this.#visit(expression);
    return isTruth ? `float(${name})` : name;
  }

  truth(expression: Expression): string {
    const { name, isTruth } = this.#visit(expression);
    return isTruth ? name : `isTrue(${name})`;
  }

  #visit(expression: Expression): { readonly name: string; readonly isTruth: boolean } {
    let known = this.#known.get(expression);
    if (known !== undefined) return known;
    const isTruth = expression.kind === "compare" || expression.kind === "logical";
    const text = this.#write(expression);
    known = { name: text, isTruth };
    if (!/^[a-z]\w*(?:\[\d+\])?$/.test(text)) {
      const name = `${this.#prefix}${this.lines.length}`;
      this.lines.push(`${isTruth ? "bool" : "float"} ${name} = ${text};`);
      known = { name, isTruth };
    }
    this.#known.set(expression, known);
    return known;
  }

  #write(expression: Expression): string {
    const { unary, binary, calls } = this.#repertoire;
    switch (expression.kind) {
      case "input":
        return this.#names.inputs[expression.index]!;
      case "parameter":
        return this.#names.parameters[expression.index]!;
      case "constant": {
        const slot = this.#template.slots.get(expression);
        return slot === undefined ? literal(expression.value) : this.#names.constants[slot]!;
      }
      case "unary":
        return unary[expression.name]!(this.number(expression.x));
      case "binary":
        return binary[expression.name]!(this.number(expression.x), this.number(expression.y));
      case "call":
        return call(calls[expression.name]!)(...expression.args.map((arg) => this.number(arg)));
      case "compare":
        return comparisons[expression.name](this.number(expression.x), this.number(expression.y));
      case "logical":
        return `(${this.truth(expression.x)} ${logicals[expression.name]} ${this.truth(expression.y)})`;
      case "select":
        return `(${this.truth(expression.condition)} ? ${this.number(expression.x)} : ${this.number(expression.y)})`;
    }
  }
}

/** The statements of a stage, whose last one declares the float `result`. `prefix` makes the names of its variables its own. */
export function emitStage(
  template: Template,
  compute: DType,
  dtype: DType,
  names: Names,
  prefix: string,
  result: string,
): readonly string[] {
  const emission = new Emission(template, compute, names, prefix);
  const isBool = dtype.category === "bool";
  const number = isBool
    ? `float(${emission.truth(template.expression)})`
    : emission.number(template.expression);
  // Eight bits wrap around, once, as on the way into an array.
  const value = dtype.name === "uint8" ? `uint8Of(${number})` : number;
  return [...emission.lines, `float ${result} = ${value};`];
}

/** How an element of dtype `from` is read in `to`. Numbers that do not fit become the smallest, as x86 processors have it. */
export function conversionTo(to: DType, from: DType, x: string): string {
  if (to === from || to === float32) return x;
  if (to.category === "bool") return from.category === "bool" ? x : `float(isTrue(${x}))`;
  if (from === float32) {
    if (to.name === "uint8") return `uint8Of(${x})`;
    return to.name === "int64" ? `int64Of(${x})` : `int32Of(${x})`;
  }
  if (to.name === "uint8" && from.category !== "bool") return `uint8Of(${x})`;
  // Elements of int64 beyond 32 bits lose their upper ones.
  return to.name === "int32" && from.name === "int64" ? `lowerBits(${x})` : x;
}
