/** Pointwise expressions as JavaScript loops: the reference that faster kernels are held against, and what runs where there are none, or for a few elements. */
import type { DType, DTypeName } from "../../../dtype.ts";
import { bitCodecs, keepsDigits } from "../../../halves.ts";
import type {
  BinaryFunction,
  Comparison,
  Expression,
  Logical,
  ScalarFunction,
  UnaryFunction,
} from "../../../expression.ts";
import { broadcastStrides, isContiguous, numel, sameShape, type Shape } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import * as functions from "./functions.ts";
import { collapse, forEachRun, innerStride } from "./layout.ts";
import { nextAfterSingle } from "./special/bits.ts";
import { scalarFunctions } from "./special/index.ts";
import { wholeFunctions } from "./special/wholeNumbers.ts";

/** How a compute dtype writes its arithmetic. */
interface Dialect {
  readonly constant: (value: number) => string;
  readonly unary: Readonly<Record<UnaryFunction, (x: string) => string>>;
  readonly binary: Readonly<Record<BinaryFunction, (x: string, y: string) => string>>;
  readonly call: (name: ScalarFunction, args: readonly string[]) => string;
}

const call =
  (name: string) =>
  (...args: string[]): string =>
    `${name}(${args.join(", ")})`;
const infix =
  (symbol: string) =>
  (x: string, y: string): string =>
    `(${x} ${symbol} ${y})`;
const same = (x: string): string => x;
const rounded =
  (inner: (...args: string[]) => string) =>
  (...args: string[]): string =>
    `Math.fround(${inner(...args)})`;

const floating: Dialect = {
  constant: (value) => (Object.is(value, -0) ? "(-0)" : `(${value})`),
  unary: {
    neg: (x) => `(-${x})`,
    abs: call("Math.abs"),
    sign: call("sign"),
    exp: call("Math.exp"),
    exp2: call("exp2"),
    expm1: call("Math.expm1"),
    log: call("Math.log"),
    log1p: call("Math.log1p"),
    log2: call("Math.log2"),
    log10: call("Math.log10"),
    sqrt: call("Math.sqrt"),
    sin: call("Math.sin"),
    cos: call("Math.cos"),
    tan: call("Math.tan"),
    asin: call("Math.asin"),
    acos: call("Math.acos"),
    atan: call("Math.atan"),
    sinh: call("Math.sinh"),
    cosh: call("Math.cosh"),
    tanh: call("Math.tanh"),
    sigmoid: call("sigmoid"),
    erf: call("erf"),
    erfc: call("erfc"),
    normalCdf: call("normalCdf"),
    gelu: call("gelu"),
    floor: call("Math.floor"),
    ceil: call("Math.ceil"),
    round: call("roundHalfEven"),
    trunc: call("Math.trunc"),
  },
  binary: {
    add: infix("+"),
    sub: infix("-"),
    mul: infix("*"),
    div: infix("/"),
    floorDivide: call("floorDivide"),
    pow: call("power"),
    atan2: call("Math.atan2"),
    maximum: call("maximum"),
    minimum: call("minimum"),
    bitAnd: infix("&"),
    bitOr: infix("|"),
    bitXor: infix("^"),
  },
  call: (name, args) => `${name}(${args.join(", ")})`,
};

type Writer = (...args: string[]) => string;

/** float32: every step is rounded, as it is where a processor computes in single precision. */
const single: Dialect = {
  constant: (value) => floating.constant(Math.fround(value)),
  unary: mapWriters(floating.unary, rounded),
  binary: mapWriters(floating.binary, rounded),
  // What the neighbour of a number is depends on how many digits there are.
  call: (name, args) =>
    `Math.fround(${floating.call(name, args).replace(/^nextAfter/, nextAfterSingle.name)})`,
};

function mapWriters<Name extends string, W extends Writer>(
  writers: Readonly<Record<Name, W>>,
  change: (writer: W) => W,
): Record<Name, W> {
  const entries = Object.entries<W>(writers).map(([name, writer]) => [name, change(writer)]);
  // The names are those of `writers`.
  return Object.fromEntries(entries) as Record<Name, W>;
}

/** int32, uint8 and bool: numbers, which the output's typed array wraps to its width. */
const integral: Dialect = {
  constant: floating.constant,
  unary: { ...floating.unary, floor: same, ceil: same, round: same, trunc: call("Math.trunc") },
  binary: { ...floating.binary, mul: call("Math.imul"), pow: call("integerPower") },
  call: floating.call,
};

const big: Dialect = {
  // An infinite constant compares with bigints as it is.
  constant: (value) => (Number.isFinite(value) ? `${value}n` : `${value}`),
  unary: {
    ...integral.unary,
    trunc: same,
    abs: (x) => `(${x} < 0n ? -${x} : ${x})`,
    sign: (x) => `(${x} > 0n ? 1n : ${x} < 0n ? -1n : 0n)`,
  },
  binary: {
    ...floating.binary,
    floorDivide: call("bigFloorDivide"),
    pow: call("bigPower"),
    maximum: call("bigMaximum"),
    minimum: call("bigMinimum"),
  },
  call: (name, args) => `wholeFunctions.${name}(${args.join(", ")})`,
};

function dialectOf(dtype: DType): Dialect {
  if (dtype.is_floating_point) return dtype.name === "float64" ? floating : single;
  return dtype.name === "int64" ? big : integral;
}

const comparisons: Readonly<Record<Comparison, string>> = {
  eq: "===",
  ne: "!==",
  lt: "<",
  le: "<=",
  gt: ">",
  ge: ">=",
};

const logicals: Readonly<Record<Logical, string>> = { and: "&&", or: "||", xor: "!==" };

function write(expression: Expression, dialect: Dialect): string {
  const inner = (part: Expression): string => number(part, dialect);
  switch (expression.kind) {
    case "input":
      return `x${expression.index}`;
    case "parameter":
      return `n${expression.index}`;
    case "constant":
      return dialect.constant(expression.value);
    case "unary":
      return dialect.unary[expression.name](inner(expression.x));
    case "binary":
      return dialect.binary[expression.name](inner(expression.x), inner(expression.y));
    case "call":
      return dialect.call(expression.name, expression.args.map(inner));
    case "compare":
      return `(${inner(expression.x)} ${comparisons[expression.name]} ${inner(expression.y)})`;
    case "logical":
      return `(${truth(expression.x, dialect)} ${logicals[expression.name]} ${truth(expression.y, dialect)})`;
    case "select":
      // A truth value, or a number that counts as true when it is not zero: JavaScript reads NaN as false, C as true.
      return `(${truth(expression.condition, dialect)} ? ${inner(expression.x)} : ${inner(expression.y)})`;
  }
}

/** A truth value among numbers counts 1 or 0. */
function number(expression: Expression, dialect: Dialect): string {
  const text = write(expression, dialect);
  return isTruth(expression) ? `(${text} ? ${dialect.constant(1)} : ${dialect.constant(0)})` : text;
}

function isTruth({ kind }: Expression): boolean {
  return kind === "compare" || kind === "logical";
}

function truth(expression: Expression, dialect: Dialect): string {
  const text = write(expression, dialect);
  return isTruth(expression) ? text : `(${text} !== ${dialect.constant(0)})`;
}

function isHalf(dtype: DTypeName): dtype is keyof typeof bitCodecs {
  return dtype in bitCodecs;
}

/** A whole number of 32 bits as one of fewer. */
const wrappings: Readonly<Record<"uint8" | "int8" | "int16" | "int32", (x: string) => string>> = {
  uint8: (x) => `(${x} & 255)`,
  int8: (x) => `(${x} << 24 >> 24)`,
  int16: (x) => `(${x} << 16 >> 16)`,
  int32: (x) => `(${x} | 0)`,
};

/** How an element of dtype `from` is read as one of the compute dtype. */
function reading(from: DTypeName, to: DTypeName): (element: string) => string {
  if (isHalf(from)) {
    const read = isHalf(to) ? same : reading("float32", to);
    return (x) => read(`${from}.decode(${x})`);
  }
  if (isHalf(to)) {
    const read = reading(from, "float32");
    return keepsDigits(from) ? read : (x) => `${to}.decode(${to}.encode(${read(x)}))`;
  }
  if (from === to) return same;
  if (to === "bool") return (x) => `(${x} == 0 ? 0 : 1)`;
  if (to === "int64") return call("toInt64");
  const numeric = from === "int64" ? call("Number") : same;
  if (to === "float32") return (x) => `Math.fround(${numeric(x)})`;
  if (to === "float64") return numeric;
  const wrapped =
    from === "int64"
      ? (x: string): string => `Number(BigInt.asIntN(32, ${x}))`
      : from.startsWith("float")
        ? call("toInt32")
        : same;
  return (x) => wrappings[to](wrapped(x));
}

/** Computes `size` elements. The strides are in the operands' order, outputs first; so are the offsets. */
type StridedLoop = (
  outputs: readonly View[],
  inputs: readonly View[],
  offsets: readonly number[],
  strides: readonly number[],
  size: number,
  parameters: readonly number[],
) => void;

/** Computes `size` elements that lie one behind the other in every operand, except those of one element, which are repeated. */
type FlatLoop = (
  outputs: readonly View[],
  inputs: readonly View[],
  size: number,
  parameters: readonly number[],
) => void;

/** The loops of some expressions; each is compiled when it is needed first. */
export interface Kernel {
  readonly facts: LoopFacts;
  strided: StridedLoop | null;
  flat: FlatLoop | null;
}

/** What a loop is compiled for. */
export interface LoopFacts {
  readonly expressions: readonly Expression[];
  readonly computeDtype: DType;
  readonly outputs: readonly DTypeName[];
  readonly inputs: readonly DTypeName[];
  readonly parameterCount: number;
}

function readParameter(index: number, dtype: DTypeName): string {
  if (dtype === "int64") return `BigInt(Math.trunc(parameters[${index}]))`;
  return dtype === "float32" || isHalf(dtype) ? `Math.fround(parameters[${index}])` : `parameters[${index}]`;
}

/** The loops of `facts`. */
export function compile(facts: LoopFacts): Kernel {
  return { facts, strided: null, flat: null };
}

/** What the text of a loop may name. */
const available: Readonly<Record<string, unknown>> = {
  ...functions,
  ...bitCodecs,
  ...scalarFunctions,
  nextAfterSingle,
  wholeFunctions,
};

/** Writes a loop as a JavaScript function. */
function compileLoop(
  { expressions, computeDtype, outputs, inputs, parameterCount }: LoopFacts,
  flat: boolean,
): unknown {
  const dialect = dialectOf(computeDtype);
  const values = expressions.map((expression, i) => {
    if (outputs[i] === "bool") return `${truth(expression, dialect)} ? 1 : 0`;
    const value = number(expression, dialect);
    return isHalf(outputs[i]!) ? `${outputs[i]}.encode(${value})` : value;
  });
  const count = outputs.length;
  const stride = (i: number): string =>
    flat ? (i < count ? "1" : `isSingle(inputs[${i - count}]) ? 0 : 1`) : `strides[${i}]`;
  const offset = (list: string, i: number, position: number): string =>
    flat ? `${list}[${i}].offset` : `offsets[${position}]`;
  const body = [
    ...outputs.map(
      (_, i) =>
        `const t${i} = outputs[${i}].storage.data, u${i} = ${stride(i)}; let o${i} = ${offset("outputs", i, i)};`,
    ),
    ...inputs.map(
      (_, i) =>
        `const a${i} = inputs[${i}].storage.data, s${i} = ${stride(count + i)}; let p${i} = ${offset("inputs", i, count + i)};`,
    ),
    ...Array.from(
      { length: parameterCount },
      (_, i) => `const n${i} = ${readParameter(i, computeDtype.name)};`,
    ),
    `for (let i = 0; i < size; i++) {`,
    ...inputs.map(
      (dtype, i) => `  const x${i} = ${reading(dtype, computeDtype.name)(`a${i}[p${i}]`)}; p${i} += s${i};`,
    ),
    ...values.map((value, i) => `  const y${i} = ${value};`),
    ...values.map((_, i) => `  t${i}[o${i}] = y${i}; o${i} += u${i};`),
    `}`,
  ].join("\n");
  const names = [...Object.keys(available), isSingle.name];
  const parameters = flat
    ? "outputs, inputs, size, parameters"
    : "outputs, inputs, offsets, strides, size, parameters";
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- compiling kernels is this module's purpose; the text comes from expressions only
  const make = new Function(...names, `return (${parameters}) => {\n${body}\n};`) as (
    ...values: unknown[]
  ) => unknown;
  return make(...Object.values(available), isSingle);
}

/** Whether an operand repeats one element. */
function isSingle({ shape, strides }: View): boolean {
  for (let dim = 0; dim < shape.length; dim++) if (shape[dim] !== 1 && strides[dim] !== 0) return false;
  return true;
}

/** Whether a flat loop reaches all operands. */
function isFlat(shape: Shape, outputs: readonly View[], inputs: readonly View[]): boolean {
  for (const { strides } of outputs) if (!isContiguous(shape, strides)) return false;
  const { strides } = outputs[0]!;
  for (const view of inputs)
    // Results share the description of their layout with an operand, so that it need not be compared.
    if (view.shape === shape && view.strides === strides) continue;
    else if (!(sameShape(view.shape, shape) && isContiguous(shape, view.strides)) && !isSingle(view))
      return false;
  return true;
}

/** Runs a compiled loop over operands of any layout that broadcast to the outputs' shape. */
export function runLoop(
  kernel: Kernel,
  outputs: readonly View[],
  inputs: readonly View[],
  parameters: readonly number[],
): void {
  const { shape } = outputs[0]!;
  if (isFlat(shape, outputs, inputs)) {
    kernel.flat ??= compileLoop(kernel.facts, true) as FlatLoop; // its text has these parameters
    kernel.flat(outputs, inputs, numel(shape), parameters);
    return;
  }
  const loop = (kernel.strided ??= compileLoop(kernel.facts, false) as StridedLoop); // its text has these parameters
  const views = [...outputs, ...inputs];
  const offsets = views.map((view) => view.offset);
  const strides = views.map((view) => broadcastStrides(view.shape, view.strides, shape));
  const layout = collapse(shape, strides);
  const inner = views.map((_, operand) => innerStride(layout, operand));
  forEachRun(layout, offsets, (starts, size) => loop(outputs, inputs, starts, inner, size, parameters));
}
