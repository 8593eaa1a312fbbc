import { readdirSync, readFileSync } from "node:fs";

/** An element as the generator writes it: see `generators/encode.py`. */
export type EncodedNumber = number | string;

/** A tensor as the generator writes it, its elements in row-major order. */
export interface EncodedTensor {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly EncodedNumber[];
}

const folder = new URL("data/", import.meta.url);

/** One file of PyTorch's answers; the caller says what the generator put into it. */
export function readOracle<Content>(name: string): Content {
  // The generator and the type are kept together by the tests that read every field.
  return JSON.parse(readFileSync(new URL(name, folder), "utf8")) as Content;
}

/** Names of the files of one folder of PyTorch's answers, sorted. */
export function oracleFiles(name: string): string[] {
  return readdirSync(new URL(name, folder)).toSorted();
}

const special: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, "-inf": -Infinity };

/** A floating or small whole number; NaN and the infinities are written as words. */
export function decodeNumber(value: EncodedNumber): number {
  return typeof value === "number" ? value : (special[value] ?? Number(value));
}

/** Elements in the array that holds the dtype exactly: bigint for int64, rounded to float32 for float32. */
export function decodeValues(dtype: string, values: readonly EncodedNumber[]): (number | bigint)[] {
  if (dtype === "int64") return values.map(BigInt);
  const numbers = values.map(decodeNumber);
  return dtype === "float32" ? numbers.map(Math.fround) : numbers;
}
