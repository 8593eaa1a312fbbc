/** `torch.testing.assert_close`: whether two values are nearly the same, whatever they are made of. */
import { describe, isKeywords } from "../binding.ts";
import { AssertionError } from "../errors/assertionError.ts";
import { ValueError } from "../errors/valueError.ts";
import { Tensor } from "../tensor.ts";
import { differenceOfNumbers, differenceOfTensors } from "./differences.ts";
import type { Tolerances } from "./tolerances.ts";

/** What is compared, and how near it has to be. */
export interface CloseOptions {
  /** How far elements may be apart, as a part of the expected one; by dtype when left out together with `atol`. */
  readonly rtol?: number | null;
  /** How far elements may be apart besides. */
  readonly atol?: number | null;
  /** Whether NaN is equal to NaN. */
  readonly equal_nan?: boolean;
  readonly check_device?: boolean;
  readonly check_dtype?: boolean;
  /** There is one layout, so that it changes nothing. */
  readonly check_layout?: boolean;
  readonly check_stride?: boolean;
  /** What the error says instead, or what is made of what it would have said. */
  readonly msg?: string | ((message: string) => string) | null;
}

/** A comparison under way: its settings, and the tolerances where the caller has chosen them. */
export interface Comparison {
  readonly tolerances: Tolerances | null;
  readonly equalNan: boolean;
  readonly device: boolean;
  readonly dtype: boolean;
  readonly stride: boolean;
}

/** Names of a plain object, or keys of a map, with what belongs to them. */
type Entries = ReadonlyMap<unknown, unknown>;

/** The entries of a plain object or a map, `null` for anything else. */
function entriesOf(value: unknown): Entries | null {
  if (value instanceof Map) return value;
  return isKeywords(value) ? new Map(Object.entries(value)) : null;
}

/** A key as Python shows it where an item is named: `['weight']`, `[0]`. */
function place(key: unknown): string {
  return typeof key === "string" ? `['${key}']` : `[${String(key)}]`;
}

function differenceOfLists(
  actual: readonly unknown[],
  expected: readonly unknown[],
  path: string,
  settings: Comparison,
): string | null {
  if (actual.length !== expected.length)
    return located(`The length of the sequences mismatch: ${actual.length} != ${expected.length}`, path);
  for (const [position, item] of actual.entries()) {
    const found = difference(item, expected[position], path + place(position), settings);
    if (found !== null) return found;
  }
  return null;
}

function differenceOfEntries(
  actual: Entries,
  expected: Entries,
  path: string,
  settings: Comparison,
): string | null {
  const missing = [...expected.keys()].filter((key) => !actual.has(key));
  const more = [...actual.keys()].filter((key) => !expected.has(key));
  if (missing.length + more.length > 0) {
    const shown = (keys: readonly unknown[]): string =>
      `[${keys.map((key) => place(key).slice(1, -1)).join(", ")}]`;
    return located(
      `The keys of the mappings do not match:\nMissing keys in the actual mapping: ${shown(missing)}\nAdditional keys in the actual mapping: ${shown(more)}`,
      path,
    );
  }
  for (const [key, value] of actual) {
    const found = difference(value, expected.get(key), path + place(key), settings);
    if (found !== null) return found;
  }
  return null;
}

function located(message: string, path: string): string {
  return path === "" ? message : `${message}\n\nThe failure occurred for item ${path}`;
}

/** What is different, as PyTorch says it; `null` where nothing is. @throws TypeError for values that have no comparison. */
function difference(actual: unknown, expected: unknown, path: string, settings: Comparison): string | null {
  if (actual instanceof Tensor && expected instanceof Tensor) {
    const found = differenceOfTensors(actual, expected, settings);
    return found && located(found, path);
  }
  if (Array.isArray(actual) && Array.isArray(expected))
    return differenceOfLists(actual, expected, path, settings);
  const [entries, expectedEntries] = [entriesOf(actual), entriesOf(expected)];
  if (entries !== null && expectedEntries !== null)
    return differenceOfEntries(entries, expectedEntries, path, settings);
  if (isScalar(actual) && isScalar(expected)) {
    const found = differenceOfNumbers(actual, expected, settings);
    return found && located(found, path);
  }
  if (actual === null && expected === null) return null;
  throw new TypeError(
    `No comparison pair was able to handle inputs of type ${describe(actual)} and ${describe(expected)}: compare tensors with tensors and numbers with numbers, also in arrays, objects and maps.`,
  );
}

function isScalar(value: unknown): value is number | bigint | boolean {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
}

/** @throws ValueError when one tolerance is given without the other. */
function chosenTolerances({ rtol = null, atol = null }: CloseOptions): Tolerances | null {
  if (rtol === null && atol === null) return null;
  if (rtol === null || atol === null)
    throw new ValueError(
      `rtol and atol must both be specified or both be unspecified, but got no value for ${rtol === null ? "rtol" : "atol"}. Give both: {rtol: 1e-5, atol: 1e-8}.`,
    );
  return { rtol, atol };
}

/**
 * Throws when `actual` is not nearly `expected`: `|actual − expected| ≤ atol + rtol · |expected|` in every element, with the same shape, dtype and device. Tolerances go by the dtype when
 * none are given (for float32, `rtol` 1.3e-6 and `atol` 1e-5; whole numbers have to be equal). Arrays, plain objects and maps are compared item by item.
 *
 * @throws AssertionError that counts the elements that are too far apart, and names the farthest; TypeError for values that have no comparison, ValueError for one
 * tolerance without the other.
 * Source: `torch.testing.assert_close`.
 */
export function assert_close(actual: unknown, expected: unknown, options: CloseOptions = {}): void {
  const {
    equal_nan = false,
    check_device = true,
    check_dtype = true,
    check_stride = false,
    msg = null,
  } = options;
  const found = difference(actual, expected, "", {
    tolerances: chosenTolerances(options),
    equalNan: equal_nan,
    device: check_device,
    dtype: check_dtype,
    stride: check_stride,
  });
  if (found === null) return;
  throw new AssertionError(msg === null ? found : typeof msg === "string" ? msg : msg(found));
}
