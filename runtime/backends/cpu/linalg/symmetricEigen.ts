/**
 * Eigenvalues and eigenvectors of symmetric matrices: reflections make the matrix tridiagonal, implicit QL or QR steps make that diagonal. In LAPACK's order of
 * operations, which decides about the signs of the vectors.
 *
 * Source: LAPACK, `sytd2`, `steqr`.
 */
import { makeReflection } from "./householder.ts";
import { earlierRotation, eigen2, rotateRows, sign } from "./rotations.ts";

/** A symmetric tridiagonal matrix, and the columns that its rotations turn, kept as rows. */
interface Tridiagonal {
  readonly d: Float64Array;
  readonly e: Float64Array;
  /** `n × n`, one eigenvector a row; `null` where only values are wanted. */
  readonly vectors: Float64Array | null;
}

/** Most steps per eigenvalue. */
const stepsPerValue = 30;

/**
 * Reflections that make the symmetric `a`, whose two triangles are equal, tridiagonal. Reflection i stays in column i below the diagonal's neighbour.
 */
function tridiagonalize(a: Float64Array, n: number): { d: Float64Array; e: Float64Array; tau: Float64Array } {
  const [d, e, tau] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)];
  for (let i = 0; i < n - 1; i++) {
    const begin = (i + 1) * n + i;
    const made = makeReflection(a, begin, n - i - 1, n);
    e[i] = made.beta;
    tau[i] = made.tau;
    a[begin] = 1;
    if (made.tau !== 0) updateBothSides(a, n, i, made.tau);
    d[i] = a[i * n + i]!;
  }
  if (n > 0) d[n - 1] = a[n * n - 1]!;
  return { d, e, tau };
}

/** `A ← H A H` for the rows and columns behind i, where column i holds the reflection's vector. */
function updateBothSides(a: Float64Array, n: number, i: number, tau: number): void {
  const count = n - i - 1;
  const v = new Float64Array(count);
  for (let k = 0; k < count; k++) v[k] = a[(i + 1 + k) * n + i]!;
  const w = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    const begin = (i + 1 + row) * n + i + 1;
    let sum = 0;
    for (let k = 0; k < count; k++) sum += a[begin + k]! * v[k]!;
    w[row] = tau * sum;
  }
  let product = 0;
  for (let k = 0; k < count; k++) product += w[k]! * v[k]!;
  const half = -0.5 * tau * product;
  for (let k = 0; k < count; k++) w[k]! += half * v[k]!;
  for (let row = 0; row < count; row++) {
    const begin = (i + 1 + row) * n + i + 1;
    const [vRow, wRow] = [v[row]!, w[row]!];
    for (let k = 0; k < count; k++) a[begin + k]! -= vRow * w[k]! + wRow * v[k]!;
  }
}

/** Turns eigenvectors of the tridiagonal matrix, one a row, into those of the matrix that the reflections in `a` were made of. */
function applyReflections(vectors: Float64Array, a: Float64Array, tau: Float64Array, n: number): void {
  for (let i = n - 2; i >= 0; i--) {
    if (tau[i] === 0) continue;
    const v = new Float64Array(n - i - 1);
    for (let k = 0; k < v.length; k++) v[k] = a[(i + 1 + k) * n + i]!;
    for (let row = 0; row < n; row++) {
      const begin = row * n + i + 1;
      let sum = 0;
      for (let k = 0; k < v.length; k++) sum += v[k]! * vectors[begin + k]!;
      sum *= tau[i]!;
      for (let k = 0; k < v.length; k++) vectors[begin + k]! -= sum * v[k]!;
    }
  }
}

/** The first neighbour from `from` on that is negligible: its index, or the last one. */
function nextGap({ d, e }: Tridiagonal, from: number, eps: number): number {
  const last = d.length - 1;
  for (let m = from; m < last; m++) {
    const size = Math.abs(e[m]!);
    if (size === 0) return m;
    if (size <= Math.sqrt(Math.abs(d[m]!)) * Math.sqrt(Math.abs(d[m + 1]!)) * eps) {
      e[m] = 0;
      return m;
    }
  }
  return last;
}

/** Whether the element between positions m and m + 1 is as good as 0. */
function negligible({ d, e }: Tridiagonal, m: number, eps: number): boolean {
  return e[m]! ** 2 <= eps * eps * Math.abs(d[m]!) * Math.abs(d[m + 1]!) + Number.MIN_VALUE;
}

/** The shift of a step, at the end where the eigenvalue is expected, relative to the other end. */
function shiftOf(here: number, next: number, off: number, other: number): number {
  const g = (next - here) / (2 * off);
  return other - here + off / (g + sign(Math.hypot(g, 1), g));
}

/** One implicit QL step on the positions from l to m. */
function stepDown({ d, e, vectors }: Tridiagonal, l: number, m: number): void {
  const n = d.length;
  let g = shiftOf(d[l]!, d[l + 1]!, e[l]!, d[m]!);
  let [s, c, p] = [1, 1, 0];
  for (let i = m - 1; i >= l; i--) {
    const [f, b] = [s * e[i]!, c * e[i]!];
    const turn = earlierRotation(g, f);
    ({ c, s } = turn);
    if (i !== m - 1) e[i + 1] = turn.r;
    g = d[i + 1]! - p;
    const r = (d[i]! - g) * s + 2 * c * b;
    p = s * r;
    d[i + 1] = g + p;
    g = c * r - b;
    if (vectors !== null) rotateRows(vectors, n, i, c, -s);
  }
  d[l]! -= p;
  e[l] = g;
}

/** One implicit QR step on the positions from m to l. */
function stepUp({ d, e, vectors }: Tridiagonal, l: number, m: number): void {
  const n = d.length;
  let g = shiftOf(d[l]!, d[l - 1]!, e[l - 1]!, d[m]!);
  let [s, c, p] = [1, 1, 0];
  for (let i = m; i < l; i++) {
    const [f, b] = [s * e[i]!, c * e[i]!];
    const turn = earlierRotation(g, f);
    ({ c, s } = turn);
    if (i !== m) e[i - 1] = turn.r;
    g = d[i]! - p;
    const r = (d[i + 1]! - g) * s + 2 * c * b;
    p = s * r;
    d[i] = g + p;
    g = c * r - b;
    if (vectors !== null) rotateRows(vectors, n, i, c, s);
  }
  d[l]! -= p;
  e[l - 1] = g;
}

/** Solves the two positions from `i` on at once. */
function solvePair({ d, e, vectors }: Tridiagonal, i: number): void {
  const { first, second, cosine, sine } = eigen2(d[i]!, e[i]!, d[i + 1]!);
  if (vectors !== null) rotateRows(vectors, d.length, i, cosine, sine);
  d[i] = first;
  d[i + 1] = second;
  e[i] = 0;
}

/** Makes the block from `begin` to `end` diagonal from its top. The answer is the number of steps that are left. */
function runDown(matrix: Tridiagonal, begin: number, end: number, eps: number, steps: number): number {
  let l = begin;
  while (l <= end) {
    let m = l;
    while (m < end && !negligible(matrix, m, eps)) m++;
    if (m < end) matrix.e[m] = 0;
    if (m === l) l++;
    else if (m === l + 1) {
      solvePair(matrix, l);
      l += 2;
    } else if (steps-- > 0) stepDown(matrix, l, m);
    else return 0;
  }
  return steps;
}

/** Makes the block from `end` up to `begin` diagonal from its bottom. */
function runUp(matrix: Tridiagonal, begin: number, end: number, eps: number, steps: number): number {
  let l = begin;
  while (l >= end) {
    let m = l;
    while (m > end && !negligible(matrix, m - 1, eps)) m--;
    if (m > end) matrix.e[m - 1] = 0;
    if (m === l) l--;
    else if (m === l - 1) {
      solvePair(matrix, m);
      l -= 2;
    } else if (steps-- > 0) stepUp(matrix, l, m);
    else return 0;
  }
  return steps;
}

/** Makes the matrix diagonal. The answer is 0, or how many elements beside the diagonal did not become 0. */
function diagonalize(matrix: Tridiagonal, eps: number): number {
  const { d, e } = matrix;
  let steps = d.length * stepsPerValue;
  for (let begin = 0; begin < d.length;) {
    const end = nextGap(matrix, begin, eps);
    const upwards = Math.abs(d[end]!) < Math.abs(d[begin]!);
    steps = upwards ? runUp(matrix, end, begin, eps, steps) : runDown(matrix, begin, end, eps, steps);
    if (steps <= 0) return e.filter((value) => value !== 0).length;
    // The block may have fallen apart, and its parts are done too.
    begin = end + 1;
  }
  return 0;
}

/** Puts the eigenvalues in ascending order, and their vectors with them. */
function sortValues({ d, vectors }: Tridiagonal): void {
  const n = d.length;
  for (let i = 0; i < n - 1; i++) {
    let least = i;
    for (let j = i + 1; j < n; j++) if (d[j]! < d[least]!) least = j;
    if (least === i) continue;
    [d[i], d[least]] = [d[least]!, d[i]!];
    if (vectors === null) continue;
    const kept = vectors.slice(i * n, (i + 1) * n);
    vectors.copyWithin(i * n, least * n, (least + 1) * n);
    vectors.set(kept, least * n);
  }
}

/** A copy of the matrix with both triangles equal; from the upper one, in the reverse order of rows and columns. */
function symmetricCopy(a: Float64Array, n: number, upper: boolean): Float64Array {
  const result = new Float64Array(n * n);
  const place = (i: number): number => (upper ? n - 1 - i : i);
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const value = a[place(i) * n + place(j)]!;
      result[i * n + j] = value;
      result[j * n + i] = value;
    }
  return result;
}

/** Eigenvalues and, one a row, eigenvectors. */
export interface SymmetricEigen {
  readonly values: Float64Array;
  readonly vectors: Float64Array | null;
  /** 0, or how many elements did not become 0. */
  readonly info: number;
}

/** The eigenvalues of a symmetric `n × n` matrix, of which one triangle is read, in ascending order, and its eigenvectors where they are wanted. */
export function symmetricEigen(
  a: Float64Array,
  n: number,
  upper: boolean,
  wantVectors: boolean,
  eps: number,
): SymmetricEigen {
  // LAPACK's `U` variant is its `L` variant on the matrix read from its other end.
  const work = symmetricCopy(a, n, upper);
  const { d, e, tau } = tridiagonalize(work, n);
  const order = (values: Float64Array): Float64Array => (upper ? values.toReversed() : values);
  const vectors = wantVectors ? new Float64Array(n * n) : null;
  if (vectors !== null) for (let i = 0; i < n; i++) vectors[i * n + i] = 1;
  const matrix = { d: order(d), e: order(e.subarray(0, Math.max(n - 1, 0))), vectors };
  const info = diagonalize(matrix, eps);
  sortValues(matrix);
  if (vectors === null) return { values: matrix.d, vectors, info };
  if (upper) reverseRows(vectors, n);
  applyReflections(vectors, work, tau, n);
  if (upper) reverseRows(vectors, n);
  return { values: matrix.d, vectors, info };
}

/** Reverses the elements of each row. */
function reverseRows(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) a.subarray(i * n, (i + 1) * n).reverse();
}
