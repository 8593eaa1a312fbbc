import type { TriangularSystem } from "../../linalg.ts";

/** Replaces `x`, `n × m`, by the solution of `A X = x` for a triangular `n × n` matrix. */
export function solveTriangular(
  x: Float64Array,
  a: Float64Array,
  n: number,
  m: number,
  { upper, unitriangular }: TriangularSystem,
): void {
  for (let step = 0; step < n; step++) {
    const i = upper ? n - 1 - step : step;
    const [from, to] = upper ? [i + 1, n] : [0, i];
    for (let k = from; k < to; k++) subtractRow(x, m, i, k, a[i * n + k]!);
    if (unitriangular) continue;
    const pivot = a[i * n + i]!;
    for (let j = 0; j < m; j++) x[i * m + j]! /= pivot;
  }
}

/** Subtracts `factor` times row `from` of row `to`. */
export function subtractRow(x: Float64Array, m: number, to: number, from: number, factor: number): void {
  if (factor === 0) return;
  for (let j = 0; j < m; j++) x[to * m + j]! -= factor * x[from * m + j]!;
}
