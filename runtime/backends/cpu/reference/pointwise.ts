/** Pointwise expressions as JavaScript loops. This is the reference that faster kernels are held against. */
import type { DType, TypedArray } from "../../../dtype.ts";
import type { BinaryFunction, Comparison, Expression, UnaryFunction } from "../../../expression.ts";
import { isContiguous, numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import * as functions from "./functions.ts";
import { collapse, forEachRun, innerStride } from "./layout.ts";

/** How a compute dtype writes its arithmetic. */
interface Dialect {
  readonly constant: (value: number) => string;
  readonly unary: Readonly<Record<UnaryFunction, (x: string) => string>>;
  readonly binary: Readonly<Record<BinaryFunction, (x: string, y: string) => string>>;
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

const floating: Dialect = {
  constant: (value) => (Object.is(value, -0) ? "(-0)" : `(${value})`),
  unary: {
    neg: (x) => `(-${x})`,
    abs: call("Math.abs"),
    sign: call("sign"),
    exp: call("Math.exp"),
    expm1: call("Math.expm1"),
    log: call("Math.log"),
    log1p: call("Math.log1p"),
    sqrt: call("Math.sqrt"),
    sin: call("Math.sin"),
    cos: call("Math.cos"),
    tanh: call("Math.tanh"),
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
    maximum: call("Math.max"),
    minimum: call("Math.min"),
  },
};

/** int32, uint8 and bool: numbers, which the output's typed array wraps to its width. */
const integral: Dialect = {
  constant: floating.constant,
  unary: { ...floating.unary, floor: same, ceil: same, round: same, trunc: call("Math.trunc") },
  binary: { ...floating.binary, mul: call("Math.imul"), pow: call("integerPower") },
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
};

function dialectOf(dtype: DType): Dialect {
  if (dtype.is_floating_point) return floating;
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

function write(expression: Expression, dialect: Dialect): string {
  const inner = (part: Expression): string => write(part, dialect);
  switch (expression.kind) {
    case "input":
      return `x${expression.index}`;
    case "constant":
      return dialect.constant(expression.value);
    case "unary":
      return dialect.unary[expression.name](inner(expression.x));
    case "binary":
      return dialect.binary[expression.name](inner(expression.x), inner(expression.y));
    case "compare":
      return `(${inner(expression.x)} ${comparisons[expression.name]} ${inner(expression.y)})`;
    case "logical":
      return `(${truth(expression.x, dialect)} ${expression.name === "and" ? "&&" : "||"} ${truth(expression.y, dialect)})`;
    case "select":
      // A truth value, or a number that counts as true when it is not zero: JavaScript reads NaN as false, C as true.
      return `(${truth(expression.condition, dialect)} ? ${inner(expression.x)} : ${inner(expression.y)})`;
  }
}

function truth(expression: Expression, dialect: Dialect): string {
  const text = write(expression, dialect);
  return expression.kind === "compare" || expression.kind === "logical"
    ? text
    : `(${text} !== ${dialect.constant(0)})`;
}

type Kernel = (
  arrays: readonly TypedArray[],
  offsets: readonly number[],
  strides: readonly number[],
  size: number,
) => void;

function compile(
  expression: Expression,
  computeDtype: DType,
  outputDtype: DType,
  inputCount: number,
): Kernel {
  const dialect = dialectOf(computeDtype);
  const value =
    outputDtype.name === "bool" ? `${truth(expression, dialect)} ? 1 : 0` : write(expression, dialect);
  const inputs = Array.from({ length: inputCount }, (_, i) => i);
  const body = [
    `const out = arrays[0], so = strides[0]; let o = offsets[0];`,
    ...inputs.map(
      (i) => `const a${i} = arrays[${i + 1}], s${i} = strides[${i + 1}]; let p${i} = offsets[${i + 1}];`,
    ),
    `for (let i = 0; i < size; i++) {`,
    ...inputs.map((i) => `  const x${i} = a${i}[p${i}]; p${i} += s${i};`),
    `  out[o] = ${value}; o += so;`,
    `}`,
  ].join("\n");
  const names = Object.keys(functions);
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- compiling kernels is this module's purpose; the text comes from expressions only
  const make = new Function(...names, `return (arrays, offsets, strides, size) => {\n${body}\n};`) as (
    ...values: unknown[]
  ) => Kernel;
  return make(...Object.values(functions));
}

/** Compiled loops, by expression, compute dtype and output dtype. */
const compiled = new WeakMap<Expression, Map<DType, Map<DType, Kernel>>>();

function kernelFor(
  expression: Expression,
  computeDtype: DType,
  outputDtype: DType,
  inputCount: number,
): Kernel {
  let byCompute = compiled.get(expression);
  if (byCompute === undefined) compiled.set(expression, (byCompute = new Map()));
  let byOutput = byCompute.get(computeDtype);
  if (byOutput === undefined) byCompute.set(computeDtype, (byOutput = new Map()));
  let kernel = byOutput.get(outputDtype);
  if (kernel === undefined)
    byOutput.set(outputDtype, (kernel = compile(expression, computeDtype, outputDtype, inputCount)));
  return kernel;
}

function offsetOf(view: View): number {
  return view.offset;
}

/** For tensors that all lie in row-major order: one stride of 1 each. */
const unitStrides: readonly number[] = [1, 1, 1, 1];

/** See `Backend.pointwise`. */
export function pointwise(
  expression: Expression,
  computeDtype: DType,
  output: View,
  inputs: readonly View[],
): void {
  const kernel = kernelFor(expression, computeDtype, output.dtype, inputs.length);
  const views = [output, ...inputs];
  const arrays = views.map((view) => view.storage.data);
  if (views.length <= unitStrides.length && views.every((view) => isContiguous(view.shape, view.strides))) {
    kernel(arrays, views.map(offsetOf), unitStrides, numel(output.shape));
    return;
  }
  const layout = collapse(
    output.shape,
    views.map((view) => view.strides),
  );
  const strides = views.map((_, operand) => innerStride(layout, operand));
  forEachRun(layout, views.map(offsetOf), (offsets, size) => kernel(arrays, offsets, strides, size));
}
