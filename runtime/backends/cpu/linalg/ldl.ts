/** Symmetric matrices that are not positive definite, with the pivots of Bunch and Kaufman. Source: LAPACK, `sytf2`, `sytrs`, lower variants. */
import { swapRows } from "./lu.ts";
import { subtractRow } from "./triangular.ts";

/** The ratio that bounds the growth of elements. */
const alpha = (1 + Math.sqrt(17)) / 8;

/** Which rows are exchanged at a step, and whether it takes one column or two. */
interface Pivot {
  readonly row: number;
  readonly size: 1 | 2;
}

/** An element of the symmetric matrix, of which the lower triangle is kept. */
function at(a: Float64Array, n: number, i: number, j: number): number {
  return Math.abs(i >= j ? a[i * n + j]! : a[j * n + i]!);
}

/** The position, other than k, of the largest element in row and column `i` of the part from k on; -1 where there is none. */
function largestBeside(a: Float64Array, n: number, k: number, i: number): number {
  let best = -1;
  for (let j = k; j < n; j++) if (j !== i && (best < 0 || at(a, n, i, j) > at(a, n, i, best))) best = j;
  return best;
}

/** The pivot of the step at k; `null` for a column of zeros. */
function choosePivot(a: Float64Array, n: number, k: number): Pivot | null {
  const diagonal = at(a, n, k, k);
  const candidate = largestBeside(a, n, k, k);
  const column = candidate < 0 ? 0 : at(a, n, candidate, k);
  if (Math.max(diagonal, column) === 0 || Number.isNaN(diagonal)) return null;
  if (diagonal >= alpha * column) return { row: k, size: 1 };
  const row = at(a, n, candidate, largestBeside(a, n, k, candidate));
  if (diagonal >= alpha * column * (column / row)) return { row: k, size: 1 };
  return { row: candidate, size: at(a, n, candidate, candidate) >= alpha * row ? 1 : 2 };
}

/** Exchanges rows and columns `kk` and `kp` of the symmetric matrix, from column k on. */
function exchange(a: Float64Array, n: number, k: number, kk: number, kp: number): void {
  const swap = (first: number, second: number): void => {
    [a[first], a[second]] = [a[second]!, a[first]!];
  };
  for (let i = kp + 1; i < n; i++) swap(i * n + kk, i * n + kp);
  for (let i = kk + 1; i < kp; i++) swap(i * n + kk, kp * n + i);
  swap(kk * n + kk, kp * n + kp);
  if (kk > k) swap(kk * n + k, kp * n + k);
}

function eliminateOne(a: Float64Array, n: number, k: number): void {
  const inverse = 1 / a[k * n + k]!;
  for (let j = k + 1; j < n; j++) {
    const factor = inverse * a[j * n + k]!;
    for (let i = j; i < n; i++) a[i * n + j]! -= factor * a[i * n + k]!;
  }
  for (let i = k + 1; i < n; i++) a[i * n + k]! *= inverse;
}

function eliminateTwo(a: Float64Array, n: number, k: number): void {
  const off = a[(k + 1) * n + k]!;
  const d11 = a[(k + 1) * n + k + 1]! / off;
  const d22 = a[k * n + k]! / off;
  const d21 = 1 / (d11 * d22 - 1) / off;
  for (let j = k + 2; j < n; j++) {
    const [x, y] = [a[j * n + k]!, a[j * n + k + 1]!];
    const [first, second] = [d21 * (d11 * x - y), d21 * (d22 * y - x)];
    for (let i = j; i < n; i++) a[i * n + j]! -= a[i * n + k]! * first + a[i * n + k + 1]! * second;
    a[j * n + k] = first;
    a[j * n + k + 1] = second;
  }
}

/** Replaces the lower triangle by L and D. The answer is 0, or the number, from 1, of the first column of zeros. */
export function ldlFactor(a: Float64Array, n: number, pivots: Int32Array): number {
  let info = 0;
  for (let k = 0; k < n;) {
    const pivot = choosePivot(a, n, k);
    if (pivot === null) {
      if (info === 0) info = k + 1;
      pivots[k] = k + 1;
      k++;
      continue;
    }
    const { row, size } = pivot;
    const last = k + size - 1;
    if (row !== last) exchange(a, n, k, last, row);
    if (size === 1) eliminateOne(a, n, k);
    else eliminateTwo(a, n, k);
    pivots.fill(size === 1 ? row + 1 : -(row + 1), k, k + size);
    k += size;
  }
  return info;
}

/** Replaces `x`, `n × m`, by the solution of `A X = x`, from the factors of A. */
export function ldlSolve(
  x: Float64Array,
  a: Float64Array,
  n: number,
  m: number,
  pivots: ArrayLike<number>,
): void {
  for (let k = 0; k < n;) {
    const size = pivots[k]! > 0 ? 1 : 2;
    swapRows(x, m, k + size - 1, Math.abs(pivots[k]!) - 1);
    for (let i = k + size; i < n; i++)
      for (let step = 0; step < size; step++) subtractRow(x, m, i, k + step, a[i * n + k + step]!);
    if (size === 1) for (let j = 0; j < m; j++) x[k * m + j]! /= a[k * n + k]!;
    else solveBlock(x, a, n, m, k);
    k += size;
  }
  for (let k = n - 1; k >= 0;) {
    const size = pivots[k]! > 0 ? 1 : 2;
    for (let step = 0; step < size; step++)
      for (let i = k + 1; i < n; i++) subtractRow(x, m, k - step, i, a[i * n + k - step]!);
    swapRows(x, m, k, Math.abs(pivots[k]!) - 1);
    k -= size;
  }
}

/** Divides rows k and k + 1 by the 2 × 2 block of D. */
function solveBlock(x: Float64Array, a: Float64Array, n: number, m: number, k: number): void {
  const off = a[(k + 1) * n + k]!;
  const [first, second] = [a[k * n + k]! / off, a[(k + 1) * n + k + 1]! / off];
  const denominator = first * second - 1;
  for (let j = 0; j < m; j++) {
    const [p, q] = [x[k * m + j]! / off, x[(k + 1) * m + j]! / off];
    x[k * m + j] = (second * p - q) / denominator;
    x[(k + 1) * m + j] = (first * q - p) / denominator;
  }
}
