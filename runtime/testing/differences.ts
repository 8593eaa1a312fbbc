/** What `assert_close` says of two tensors or two numbers. Source: `torch/testing/_comparison.py`. */
import { pythonNumber } from "../nn/printed.ts";
import { float64, int64, promote_types } from "../dtype.ts";
import { no_grad } from "../autograd/modes.ts";
import { isclose } from "../ops/elementwise/testing.ts";
import { formatShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import type { Comparison } from "./close.ts";
import { tolerancesFor, type Tolerances } from "./tolerances.ts";

type Scalar = number | bigint | boolean;

/** A number as Python prints it: fractions with their point. */
function shown(value: Scalar, fractional: boolean): string {
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return String(value);
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  return fractional && Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : pythonNumber(value);
}

/** An amount as it is allowed: Python's shortest form, with at least two digits in the exponent. */
function allowed(tolerance: number): string {
  return tolerance === 0 ? "0" : pythonNumber(tolerance);
}

function isExact({ rtol, atol }: Tolerances): boolean {
  return rtol === 0 && atol === 0;
}

/** One kind of difference: `Greatest absolute difference: 1.0 at index (2,) (up to 1e-05 allowed)`. */
function line(kind: string, value: string, index: string | null, tolerance: number, exact: boolean): string {
  const amount =
    index === null
      ? `${kind} difference: ${value}`
      : `Greatest ${kind.toLowerCase()} difference: ${value} at index ${index}`;
  return exact ? amount : `${amount} (up to ${allowed(tolerance)} allowed)`;
}

/** The position of an element as Python prints a tuple. */
function tupleOf(position: number, shape: readonly number[]): string {
  const index: number[] = [];
  let rest = position;
  for (const size of shape.toReversed()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  return `(${index.join(", ")}${index.length === 1 ? "," : ""})`;
}

function say(name: string, left: unknown, right: unknown): string {
  return `The values for attribute '${name}' do not match: ${String(left)} != ${String(right)}.`;
}

/** The attribute that differs, if one does. */
function differenceOfAttributes(actual: Tensor, expected: Tensor, settings: Comparison): string | null {
  if (!sameShape(actual.shape, expected.shape))
    return say(
      "shape",
      `torch.Size(${formatShape(actual.shape)})`,
      `torch.Size(${formatShape(expected.shape)})`,
    );
  if (settings.device && actual.device !== expected.device)
    return say("device", actual.device, expected.device);
  if (settings.dtype && actual.dtype !== expected.dtype) return say("dtype", actual.dtype, expected.dtype);
  const [strides, others] = [actual.stride(), expected.stride()];
  if (settings.stride && !sameShape(strides, others))
    return say("stride()", `(${strides.join(", ")})`, `(${others.join(", ")})`);
  return null;
}

/** What is different between two tensors, as PyTorch says it; `null` where nothing is. */
export function differenceOfTensors(actual: Tensor, expected: Tensor, settings: Comparison): string | null {
  const attributes = differenceOfAttributes(actual, expected, settings);
  if (attributes !== null) return attributes;
  const tolerances = settings.tolerances ?? tolerancesFor(actual.dtype, expected.dtype);
  return no_grad(() => {
    const dtype = promote_types(actual.dtype, expected.dtype);
    const [left, right] = [actual.to({ dtype }), expected.to({ dtype, device: actual.device })];
    const matches = isclose(left, right, { ...tolerances, equal_nan: settings.equalNan });
    if (matches.all().item()) return null;
    if (left.ndim === 0) return scalarMessage(left.item(), right.item(), dtype.is_floating_point, tolerances);
    return tensorMessage(left, right, matches, tolerances);
  });
}

function tensorMessage(actual: Tensor, expected: Tensor, matches: Tensor, tolerances: Tolerances): string {
  const fractional = actual.dtype.is_floating_point;
  // Fractions are subtracted in their own dtype, whose digits PyTorch shows.
  const wide = { dtype: fractional ? actual.dtype : int64 };
  const [left, right] = [actual.to(wide).flatten(), expected.to(wide).flatten()];
  const apart = left.sub(right).abs().masked_fill(matches.flatten(), 0);
  const relative = apart.div(right.abs());
  const mismatches = matches.logical_not().sum().item();
  const total = actual.numel();
  const exact = isExact(tolerances);
  const greatest = (kind: string, amounts: Tensor, tolerance: number, withFraction: boolean): string => {
    const kept = amounts.masked_fill(matches.flatten(), 0);
    const position = Number(kept.argmax().item());
    return line(
      kind,
      shown(kept.index(position).item(), withFraction),
      tupleOf(position, actual.shape),
      tolerance,
      exact,
    );
  };
  return [
    `Tensor-likes are not ${exact ? "equal" : "close"}!`,
    "",
    `Mismatched elements: ${mismatches} / ${total} (${((100 * Number(mismatches)) / total).toFixed(1)}%)`,
    greatest("Absolute", apart, tolerances.atol, fractional),
    greatest("Relative", relative, tolerances.rtol, true),
  ].join("\n");
}

function scalarMessage(
  actual: Scalar,
  expected: Scalar,
  fractional: boolean,
  tolerances: Tolerances,
): string {
  const exact = isExact(tolerances);
  const apart = Math.abs(Number(actual) - Number(expected));
  const relative = Number(expected) === 0 ? Infinity : apart / Math.abs(Number(expected));
  return [
    `Scalars are not ${exact ? "equal" : "close"}!`,
    "",
    `Expected ${shown(expected, fractional)} but got ${shown(actual, fractional)}.`,
    line("Absolute", shown(apart, fractional), null, tolerances.atol, exact),
    line("Relative", shown(relative, true), null, tolerances.rtol, exact),
  ].join("\n");
}

/** What is different between two numbers, as PyTorch says it; `null` where nothing is. Whole numbers have to be equal. */
export function differenceOfNumbers(actual: Scalar, expected: Scalar, settings: Comparison): string | null {
  const fractional = [actual, expected].some(
    (value) => typeof value === "number" && !Number.isInteger(value),
  );
  const tolerances = settings.tolerances ?? tolerancesFor(fractional ? float64 : int64);
  const [left, right] = [Number(actual), Number(expected)];
  if (actual === expected || left === right) return null;
  if (Number.isNaN(left) && Number.isNaN(right) && settings.equalNan) return null;
  if (Number.isFinite(left) && Math.abs(left - right) <= tolerances.atol + tolerances.rtol * Math.abs(right))
    return null;
  return scalarMessage(actual, expected, fractional, tolerances);
}
