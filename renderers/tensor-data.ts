import type { TensorSnapshot } from "../runtime/snapshot.ts";

/** Elements that travel with a view; a notebook that holds a million of them opens no more. */
const MOST_VALUES = 4096;

/** Numbers as JSON can say them: `"NaN"`, `"Infinity"` and every int64 are strings. */
export type JsonNumber = number | string;

/** A {@link TensorSnapshot} as JSON of bounded size. */
export interface TensorData {
  readonly kind: "tensor";
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly device: string;
  readonly requiresGrad: boolean;
  readonly gradFn: string | null;
  readonly statistics: {
    readonly min: JsonNumber | null;
    readonly max: JsonNumber | null;
    readonly mean: JsonNumber | null;
    readonly nan: number;
    readonly inf: number;
  };
  /** The first elements in row-major order. */
  readonly values: readonly JsonNumber[];
  /** How many elements there are in all. */
  readonly total: number;
}

/** What a view of the tensor carries as JSON: its facts and at most 4096 of its elements. */
export function tensorData(snapshot: TensorSnapshot): TensorData {
  const { kind, dtype, shape, device, requiresGrad, gradFn, statistics } = snapshot;
  const length = Math.min(snapshot.values.length, MOST_VALUES);
  return {
    kind,
    dtype,
    shape: [...shape],
    device,
    requiresGrad,
    gradFn,
    statistics: {
      min: orNull(statistics.min),
      max: orNull(statistics.max),
      mean: orNull(statistics.mean),
      nan: statistics.nan,
      inf: statistics.inf,
    },
    values: Array.from({ length }, (_, i) => jsonNumber(snapshot.values[i] ?? 0)),
    total: snapshot.values.length,
  };
}

function orNull(value: number | bigint | null): JsonNumber | null {
  return value === null ? null : jsonNumber(value);
}

function jsonNumber(value: number | bigint): JsonNumber {
  return typeof value === "number" && Number.isFinite(value) ? value : String(value);
}
