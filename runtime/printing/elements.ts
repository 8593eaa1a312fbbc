import { dtypes, type DTypeName } from "../dtype.ts";
import { toExponentDecimal, toFixedDecimal } from "./decimal.ts";
import type { PrintOptions } from "./options.ts";

/** Elements of one tensor as text, all of them padded to one width. */
export interface ElementFormat {
  /** Characters that every element takes at least. */
  readonly width: number;
  /** Text of one element, padded on the left. */
  format(value: number | bigint): string;
}

function padded(texts: Iterable<string>, text: (value: number | bigint) => string): ElementFormat {
  let width = 1;
  for (const each of texts) width = Math.max(width, each.length);
  return { width, format: (value) => text(value).padStart(width) };
}

function wholeFormat(dtype: DTypeName, values: readonly (number | bigint)[]): ElementFormat {
  const text = dtype === "bool" ? (value: number | bigint) => (value ? "True" : "False") : String;
  return padded(values.map(text), text);
}

/** PyTorch's rule (`torch/_tensor_str.py`, `_Formatter`): a wide range, or values that four digits would not show. */
function needsExponent(magnitudes: readonly number[]): boolean {
  let smallest = Infinity;
  let largest = 0;
  for (const magnitude of magnitudes) {
    smallest = Math.min(smallest, magnitude);
    largest = Math.max(largest, magnitude);
  }
  return largest / smallest > 1000 || largest > 1e8 || smallest < 1e-4;
}

function wholeFloatText(value: number): string {
  return toFixedDecimal(value, 0) + (Number.isFinite(value) ? "." : "");
}

function floatFormat(values: readonly number[], options: PrintOptions): ElementFormat {
  // Zeros and non-finite elements decide nothing in PyTorch, not even the width.
  const measured = values.filter((value) => Number.isFinite(value) && value !== 0);
  const inExponent = measured.length > 0 && (options.sci_mode ?? needsExponent(measured.map(Math.abs)));
  const digits = options.precision;
  const text = inExponent
    ? (value: number) => toExponentDecimal(value, digits)
    : measured.every(Number.isInteger)
      ? wholeFloatText
      : (value: number) => toFixedDecimal(value, digits);
  return padded(measured.map(text), (value) => text(Number(value)));
}

/**
 * The format that PyTorch chooses for these elements (`torch/_tensor_str.py`, `_Formatter`): whole numbers as
 * `1.`, fractions with `precision` digits, or scientific notation.
 */
export function elementFormat(
  dtype: DTypeName,
  values: readonly (number | bigint)[],
  options: PrintOptions,
): ElementFormat {
  return dtypes[dtype].is_floating_point
    ? floatFormat(values.map(Number), options)
    : wholeFormat(dtype, values);
}
