/** What convolutions and pooling share: sizes that are given once or for each dimension, and inputs with or without a batch. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Parameter } from "../../parameters.ts";
import { formatShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { squeeze, unsqueeze } from "../shaping/view.ts";

/** One whole number for all dimensions, or one for each. */
export type PerDimension = number | readonly number[];

function isWhole(value: unknown): value is number {
  return typeof value === "number" && Number.isInteger(value);
}

function convert(value: unknown): PerDimension | undefined {
  if (isWhole(value)) return value;
  return Array.isArray(value) && value.every(isWhole) ? (value as number[]) : undefined;
}

/** A parameter of one whole number, or one for each spatial dimension. */
export function perDimension(fallback?: PerDimension): Parameter<PerDimension> {
  const parameter = { expects: "a whole number, or an array of one for each dimension", convert };
  return fallback === undefined ? parameter : { ...parameter, fallback };
}

/** The same, or `null` or nothing for what the operator takes by itself. */
export const optionalPerDimension: Parameter<PerDimension | null> = {
  expects: "a whole number, an array of one for each dimension, or null",
  fallback: null,
  convert: (value) =>
    value === null || (Array.isArray(value) && value.length === 0) ? null : convert(value),
};

/** One number for each of `rank` dimensions. @throws RuntimeError when the array has another length. */
export function eachDimension(
  operator: string,
  name: string,
  value: PerDimension,
  rank: number,
): readonly number[] {
  if (typeof value === "number") return Array.from<number>({ length: rank }).fill(value);
  if (value.length === 1) return Array.from<number>({ length: rank }).fill(value[0]!);
  if (value.length === rank) return value;
  throw new RuntimeError(
    `${operator}: expected ${name} to be a single integer value or a list of ${rank} values to match the ${rank} spatial dimension${rank === 1 ? "" : "s"}, but got ${name}=${formatShape(value)}.`,
  );
}

/** Runs an operator that works on batches on an input that may be a single item, of one dimension less. */
export function asBatch(
  input: Tensor,
  batchedRank: number,
  run: (input: Tensor) => Tensor | readonly Tensor[],
): Tensor | readonly Tensor[] {
  if (input.ndim === batchedRank) return run(input);
  const result = run(unsqueeze(input, 0));
  return Array.isArray(result)
    ? (result as readonly Tensor[]).map((item) => squeeze(item, 0))
    : squeeze(result as Tensor, 0);
}
