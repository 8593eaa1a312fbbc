/** Numbers at equal distances, and positions in triangles. */
import type { CallForms } from "../callForms.ts";
import { float32, float64, get_default_dtype, int64, type DType } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { integer, number, scalar, type Parameter } from "../parameters.ts";
import { convert, fromArray } from "../settle.ts";
import { Tensor } from "../tensor.ts";
import type { Scalar } from "../types.ts";
import { fromValues } from "./data.ts";
import { creation, type OutOptions, type TensorOptions } from "./options.ts";

/** A bound: a number, or a tensor of no dimensions. */
type Bound = Scalar | Tensor;

const bound: Parameter<Bound> = {
  expects: "a number, or a 0-d Tensor",
  convert: (value) => (value instanceof Tensor ? value : scalar().convert(value)),
};
const optionalBound: Parameter<Bound | null> = {
  expects: "a number",
  fallback: null,
  convert: (value) => (value === null ? null : bound.convert(value)),
};

/** @throws RuntimeError when a tensor has dimensions. */
function toNumber(name: string, value: Bound): number {
  if (!(value instanceof Tensor)) return Number(value);
  if (value.ndim !== 0)
    throw new RuntimeError(
      `${name} only supports 0-dimensional start and end tensors, but got a tensor with ${value.ndim} dimension(s). Take one element of it, for example with x.index(0).`,
    );
  return Number(value.item());
}

/** Whether a bound counts as an int: as a number without a fraction. */
function isWhole(value: Bound): boolean {
  return value instanceof Tensor ? !value.dtype.is_floating_point : Number.isInteger(Number(value));
}

/** PyTorch's vector lanes: the numbers of a vector count from its first one, which is rounded. */
const lanes = { float32: 8, float64: 4 } as const;

/** `start + i · step` as PyTorch's vectorised loop rounds it: two vectors at a time, the rest one by one. */
function stepsFrom(start: number, step: number, count: number, dtype: DType): Tensor {
  const { name } = dtype;
  if (name !== "float32" && name !== "float64") {
    const values = Array.from({ length: count }, (_, i) => start + i * step);
    // Counting goes on where a small dtype ends, from its other end.
    if (dtype.is_floating_point) return fromValues(values, [count], dtype);
    return convert(fromValues(values.map(Math.trunc), [count], int64), dtype);
  }
  const values = name === "float32" ? new Float32Array(count) : new Float64Array(count);
  const whole = count - (count % (2 * lanes[name]));
  let base = start;
  for (let i = 0; i < count; i++) {
    const lane = i % lanes[name];
    if (lane === 0) base = name === "float32" ? Math.fround(start + i * step) : start + i * step;
    values[i] = i < whole ? base + lane * step : start + i * step;
  }
  return fromArray(values, name === "float32" ? float32 : float64, [count]);
}

/** @throws RuntimeError when the step is 0 or leads away from the end. */
function checkSteps(start: number, end: number, step: number): void {
  if (step === 0) throw new RuntimeError("step must be nonzero: arange(start, end, 0) would never arrive.");
  if (!Number.isFinite(start) || !Number.isFinite(end))
    throw new RuntimeError(`unsupported range: ${start} -> ${end}. Both bounds must be finite.`);
  if ((end - start) * step < 0)
    throw new RuntimeError(
      `upper bound and lower bound inconsistent with step sign: from ${start} to ${end} in steps of ${step}. Change the step's sign.`,
    );
}

const arangeOf: (...args: unknown[]) => Tensor = creation(
  "arange",
  { start: bound, end: optionalBound, step: { ...bound, fallback: 1 } },
  ({ start, end, step, dtype }) => {
    const [from, to] = end === null ? [0, start] : [start, end];
    const [low, high, by] = [from, to, step].map((value) => toNumber("arange", value)) as [
      number,
      number,
      number,
    ];
    checkSteps(low, high, by);
    const wanted = dtype ?? ([from, to, step].every(isWhole) ? int64 : get_default_dtype());
    const [first, last, width] = wanted.is_floating_point ? [low, high, by] : [low, high, by].map(Math.trunc);
    return stepsFrom(first!, width!, Math.ceil((last! - first!) / width!), wanted);
  },
);

/**
 * The numbers from `start` (0 unless given) up to but without `end`, in steps. Whole numbers give int64, others the default dtype.
 *
 * `arange(5)`, `arange(1, 10, 2)`, `arange(0, 1, 0.25)`, `arange({end: 5})`.
 *
 * @throws RuntimeError when the step is 0 or leads away from `end`.
 * Source: `torch.arange`.
 */
export function arange(end: Bound, options?: OutOptions): Tensor;
export function arange(start: Bound, end: Bound, options?: OutOptions): Tensor;
export function arange(start: Bound, end: Bound, step: Bound, options?: OutOptions): Tensor;
export function arange(
  start: Bound,
  options: OutOptions & { readonly end?: Bound; readonly step?: Bound },
): Tensor;
export function arange(
  options: OutOptions & { readonly start?: Bound; readonly end: Bound; readonly step?: Bound },
): Tensor;
export function arange(...args: readonly unknown[]): Tensor {
  const last = args.at(-1);
  // `end` alone is the first argument of the form with one bound.
  if (args.length === 1 && typeof last === "object" && last !== null && "end" in last && !("start" in last))
    return arangeOf({ start: 0, ...last });
  return arangeOf(...args);
}

/** What `torch.range` takes. */
interface RangeArguments extends OutOptions {
  readonly start: Bound;
  readonly end: Bound;
  /** The distance of neighbours; 1 unless given. */
  readonly step?: Bound;
}

/**
 * The numbers from `start` to `end`, both included, in steps, in the default dtype. `arange` is preferred.
 *
 * @throws as `arange`.
 * Source: `torch.range`.
 */
export const range: (
  ...args: CallForms<RangeArguments, [start: Bound, end: Bound, step?: Bound], ["start", "end"]>
) => Tensor = creation(
  "range",
  { start: bound, end: bound, step: { ...bound, fallback: 1 } },
  ({ start, end, step, dtype }) => {
    const [low, high, by] = [start, end, step].map((value) => toNumber("range", value)) as [
      number,
      number,
      number,
    ];
    checkSteps(low, high, by);
    return stepsFrom(low, by, Math.floor((high - low) / by) + 1, dtype ?? get_default_dtype());
  },
);

/** @throws RuntimeError when there is a negative number of them. */
function checkCount(steps: number): void {
  if (steps < 0) throw new RuntimeError(`number of steps must be non-negative, got ${steps}.`);
}

/** The dtype of the bounds' numbers, or the one that was asked for. */
function spacedDtype(start: Bound, end: Bound, dtype: DType | null): DType {
  if (dtype !== null) return dtype;
  const fractional = [start, end].find((value) => value instanceof Tensor && value.dtype.is_floating_point);
  return fractional instanceof Tensor && fractional.dtype === float64 ? float64 : get_default_dtype();
}

/** Numbers from both ends: each half counts from its own, so that both are exact. */
function spaced(start: number, end: number, steps: number, dtype: DType): number[] {
  const round = dtype === float64 ? (value: number): number => value : Math.fround;
  const [from, to] = dtype.is_floating_point
    ? [round(start), round(end)]
    : [Math.trunc(start), Math.trunc(end)];
  const step = round((to - from) / Math.max(steps - 1, 1));
  const half = Math.floor(steps / 2);
  return Array.from({ length: steps }, (_, i) => (i < half ? from + step * i : to - step * (steps - i - 1)));
}

/** What `torch.linspace` takes. */
interface SpacedArguments extends OutOptions {
  readonly start: Bound;
  readonly end: Bound;
  /** How many numbers. */
  readonly steps: number;
}

type Spaced = (
  ...args: CallForms<SpacedArguments, [start: Bound, end: Bound, steps: number], ["start", "end", "steps"]>
) => Tensor;

/**
 * `steps` numbers from `start` to `end`, both included, at equal distances.
 *
 * @throws RuntimeError when `steps` is negative, or a bound is a tensor with dimensions.
 * Source: `torch.linspace`.
 */
export const linspace: Spaced = creation(
  "linspace",
  { start: bound, end: bound, steps: integer() },
  ({ start, end, steps, dtype }) => {
    checkCount(steps);
    const wanted = spacedDtype(start, end, dtype);
    const [from, to] = [toNumber("linspace", start), toNumber("linspace", end)];
    // A single number is the start.
    const values = steps === 1 ? [from] : spaced(from, to, steps, wanted);
    return fromValues(wanted.is_floating_point ? values : values.map(Math.trunc), [steps], wanted);
  },
);

/** What `torch.logspace` takes. */
interface LogSpacedArguments extends SpacedArguments {
  /** What is raised to the powers; 10 unless given. */
  readonly base?: number;
}

type LogSpaced = (
  ...args: CallForms<
    LogSpacedArguments,
    [start: Bound, end: Bound, steps: number, base?: number],
    ["start", "end", "steps"]
  >
) => Tensor;

/**
 * `steps` powers of `base` with exponents from `start` to `end`, both included, at equal distances.
 *
 * @throws RuntimeError when `steps` is negative, or a bound is a tensor with dimensions.
 * Source: `torch.logspace`.
 */
export const logspace: LogSpaced = creation(
  "logspace",
  { start: bound, end: bound, steps: integer(), base: number(10) },
  ({ start, end, steps, base, dtype }) => {
    checkCount(steps);
    const wanted = spacedDtype(start, end, dtype);
    const [from, to] = [toNumber("logspace", start), toNumber("logspace", end)];
    const round = wanted === float64 ? (value: number): number => value : Math.fround;
    const exponents = steps === 1 ? [from] : spaced(from, to, steps, wanted);
    const values = exponents.map((exponent) => base ** round(exponent));
    return fromValues(wanted.is_floating_point ? values : values.map(Math.trunc), [steps], wanted);
  },
);

/** Rows and columns of the positions for which `inside` holds, row by row, as the two rows of a tensor. */
function positions(
  name: string,
  row: number,
  col: number,
  inside: (i: number, j: number) => boolean,
  dtype: DType,
): Tensor {
  for (const [what, size] of [
    ["row", row],
    ["col", col],
  ] as const)
    if (size < 0)
      throw new RuntimeError(
        `${name}: ${what} must be non-negative, got ${size}. It is a size of the matrix.`,
      );
  const rows: number[] = [];
  const columns: number[] = [];
  for (let i = 0; i < row; i++)
    for (let j = 0; j < col; j++)
      if (inside(i, j)) {
        rows.push(i);
        columns.push(j);
      }
  return fromValues([...rows, ...columns], [2, rows.length], dtype);
}

/** What positions in triangles are made from. */
interface TriangleArguments extends TensorOptions {
  /** Number of rows. */
  readonly row: number;
  /** Number of columns. */
  readonly col: number;
  /** By how much the diagonal lies above the main one; 0 unless given. */
  readonly offset?: number;
}

type TriangleIndices = (
  ...args: CallForms<TriangleArguments, [row: number, col: number, offset?: number], ["row", "col"]>
) => Tensor;

const triangleParameters = { row: integer(), col: integer(), offset: integer(0) } as const;

/**
 * Positions on and below a diagonal of a matrix: `[2, n]`, rows above columns, as int64.
 *
 * @throws RuntimeError when a size is negative.
 * Source: `torch.tril_indices`.
 */
export const tril_indices: TriangleIndices = creation(
  "tril_indices",
  triangleParameters,
  ({ row, col, offset, dtype }) =>
    positions("tril_indices", row, col, (i, j) => j - i <= offset, dtype ?? int64),
);

/**
 * Positions on and above a diagonal of a matrix: `[2, n]`, rows above columns, as int64.
 *
 * @throws RuntimeError when a size is negative.
 * Source: `torch.triu_indices`.
 */
export const triu_indices: TriangleIndices = creation(
  "triu_indices",
  triangleParameters,
  ({ row, col, offset, dtype }) =>
    positions("triu_indices", row, col, (i, j) => j - i >= offset, dtype ?? int64),
);
