/**
 * Singular values and vectors: reflections make the matrix bidiagonal, `bidiagonal.ts` makes that diagonal. In LAPACK's order of operations, which decides about the
 * signs of the vectors.
 *
 * Source: LAPACK, `gesdd`, `gebd2`.
 */
import { diagonalizeBidiagonal } from "./bidiagonal.ts";
import {
  householderFactor,
  householderProduct,
  makeReflection,
  reflectColumns,
  reflectRows,
} from "./householder.ts";
import { identity, transposed } from "./matrices.ts";

/** Singular values in descending order, and the vectors: the left ones as columns, the right ones as rows, each square. */
export interface Singular {
  readonly values: Float64Array;
  readonly left: Float64Array | null;
  readonly right: Float64Array | null;
  /** 0, or how many elements did not become 0. */
  readonly info: number;
}

/** From this ratio of rows to columns on, a QR factorisation comes first: as in the library that PyTorch's builds use, which does so for tall matrices only. */
const tallRatio = 1.6;

/** The singular values of a `rows × columns` matrix. */
export function singularValues(
  a: Float64Array,
  rows: number,
  columns: number,
  wantVectors: boolean,
  eps: number,
): Singular {
  if (!a.every(Number.isFinite)) return withoutAnswer(a, rows, columns);
  const isTall = rows > columns && rows >= Math.trunc(columns * tallRatio);
  return wantVectors && isTall
    ? singularTall(a, rows, columns, eps)
    : singularDirect(a, rows, columns, wantVectors, eps);
}

function unknowns(count: number): Float64Array {
  return new Float64Array(count).fill(NaN);
}

/** What LAPACK gives for infinite elements: NaN everywhere; NaN itself it refuses. */
function withoutAnswer(a: Float64Array, rows: number, columns: number): Singular {
  return {
    values: unknowns(Math.min(rows, columns)),
    left: unknowns(rows * rows),
    right: unknowns(columns * columns),
    info: a.some(Number.isNaN) ? 1 : 0,
  };
}

/** The upper triangle of the first `n` rows. */
function upperTriangle(a: Float64Array, n: number): Float64Array {
  const result = new Float64Array(n * n);
  for (let i = 0; i < n; i++) for (let j = i; j < n; j++) result[i * n + j] = a[i * n + j]!;
  return result;
}

/** `A = Q R`: the left vectors are those of R, turned by Q. */
function singularTall(a: Float64Array, rows: number, columns: number, eps: number): Singular {
  const tau = householderFactor(a, rows, columns);
  const inner = singularDirect(upperTriangle(a, columns), columns, columns, true, eps);
  const q = householderProduct(a, [rows, columns, rows], tau);
  return { ...inner, left: timesLeading(q, rows, inner.left!, columns) };
}

/** `q`, `size × size`, with its first `count` columns multiplied by `inner` from the right. */
function timesLeading(q: Float64Array, size: number, inner: Float64Array, count: number): Float64Array {
  const result = q.slice();
  const row = new Float64Array(count);
  for (let i = 0; i < size; i++) {
    row.fill(0);
    for (let k = 0; k < count; k++) {
      const factor = q[i * size + k]!;
      for (let j = 0; j < count; j++) row[j]! += factor * inner[k * count + j]!;
    }
    result.set(row, i * size);
  }
  return result;
}

/** A bidiagonal matrix, and the reflections that made it, whose vectors stay in the matrix. */
interface Bidiagonal {
  readonly d: Float64Array;
  readonly e: Float64Array;
  readonly tauLeft: Float64Array;
  readonly tauRight: Float64Array;
}

/** Makes a `rows × columns` matrix, with at least as many rows as columns, upper bidiagonal. */
function bidiagonalize(a: Float64Array, rows: number, columns: number): Bidiagonal {
  const made = Array.from({ length: 4 }, () => new Float64Array(columns)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]; // as long as the line says
  const [d, e, tauLeft, tauRight] = made;
  for (let i = 0; i < columns; i++) {
    const begin = i * columns + i;
    const left = makeReflection(a, begin, rows - i, columns);
    [d[i], tauLeft[i]] = [left.beta, left.tau];
    const column = { data: a, begin, stride: columns, count: rows - i };
    reflectRows(a, columns, [i, i + 1, columns], column, left.tau);
    if (i === columns - 1) break;
    const right = makeReflection(a, begin + 1, columns - i - 1, 1);
    [e[i], tauRight[i]] = [right.beta, right.tau];
    const row = { data: a, begin: begin + 1, stride: 1, count: columns - i - 1 };
    reflectColumns(a, columns, [i + 1, rows, i + 1], row, right.tau);
  }
  return { d, e, tauLeft, tauRight };
}

/** The rows of `vectors`, `count × size`, turned by the reflections that stand in the columns of `a` (or in its rows, one place to the right). */
function turnRows(
  vectors: Float64Array,
  [count, size]: readonly [number, number],
  a: Float64Array,
  width: number,
  tau: Float64Array,
  inRows: boolean,
): void {
  const shift = inRows ? 1 : 0;
  for (let i = tau.length - 1; i >= 0; i--) {
    const from = i + shift;
    if (from >= size) continue;
    const place = {
      data: a,
      begin: i * width + from,
      stride: inRows ? 1 : width,
      count: size - from,
    };
    reflectColumns(vectors, size, [0, count, from], place, tau[i]!);
  }
}

/** The `small × small` matrix in the upper left corner of the identity of `size`. */
function embedded(small: Float64Array, count: number, size: number): Float64Array {
  if (count === size) return small;
  const result = identity(size);
  for (let i = 0; i < count; i++) result.set(small.subarray(i * count, (i + 1) * count), i * size);
  return result;
}

/** Without a QR factorisation first. A wide matrix is the transpose of a tall one, whose bidiagonal form is then a lower one. */
function singularDirect(
  a: Float64Array,
  rows: number,
  columns: number,
  wantVectors: boolean,
  eps: number,
): Singular {
  const wide = rows < columns;
  const [long, short] = wide ? [columns, rows] : [rows, columns];
  const matrix = wide ? transposed(a, rows, columns) : a;
  const { d, e, tauLeft, tauRight } = bidiagonalize(matrix, long, short);
  const vectors = wantVectors ? { left: identity(short), right: identity(short) } : null;
  const info = diagonalizeBidiagonal({ d, e, lower: wide, ...(vectors ?? { left: null, right: null }) }, eps);
  if (vectors === null) return { values: d, left: null, right: null, info };
  // One vector a row: of the long side those that the left reflections turn, of the short side those of the right ones.
  const longSide = embedded(wide ? vectors.right : vectors.left, short, long);
  const shortSide = wide ? vectors.left : vectors.right;
  turnRows(longSide, [long, long], matrix, short, tauLeft, false);
  turnRows(shortSide, [short, short], matrix, short, tauRight, true);
  const left = wide ? shortSide : longSide;
  return {
    values: d,
    left: transposed(left, rows, rows),
    right: wide ? longSide : shortSide,
    info,
  };
}
