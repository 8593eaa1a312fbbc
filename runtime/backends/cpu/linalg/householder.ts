/**
 * Householder reflections `H = I − τ v vᵀ`, where `v` begins with 1.
 *
 * Source: LAPACK, `larfg`, `geqr2`, `org2r`.
 */

/** What a reflection does to the vector that it was made for: its first element becomes `beta`, all others 0. */
export interface Reflection {
  readonly tau: number;
  readonly beta: number;
}

/** The Euclidean length of `count` elements that are `stride` apart, without overflow. */
function length(a: Float64Array, begin: number, count: number, stride: number): number {
  let largest = 0;
  for (let i = 0; i < count; i++) largest = Math.max(largest, Math.abs(a[begin + i * stride]!));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = 0; i < count; i++) sum += (a[begin + i * stride]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/**
 * Makes the reflection of the vector of `count` elements from `begin` on, `stride` apart. Its elements but the first become those of `v`; the first one is left for the
 * caller to set.
 */
export function makeReflection(a: Float64Array, begin: number, count: number, stride: number): Reflection {
  const alpha = a[begin] ?? 0;
  const rest = count > 1 ? length(a, begin + stride, count - 1, stride) : 0;
  if (rest === 0) return { tau: 0, beta: alpha };
  const norm = Math.hypot(alpha, rest);
  const beta = alpha < 0 || Object.is(alpha, -0) ? norm : -norm;
  const scale = 1 / (alpha - beta);
  for (let i = 1; i < count; i++) a[begin + i * stride]! *= scale;
  return { tau: (beta - alpha) / beta, beta };
}

/** Where a reflection's vector is: its first element counts as 1, whatever is there. */
export interface VectorPlace {
  readonly data: Float64Array;
  readonly begin: number;
  readonly stride: number;
  readonly count: number;
}

/** The vector as an array of its own, with its 1. */
function unpack({ data, begin, stride, count }: VectorPlace): Float64Array {
  const v = new Float64Array(count);
  for (let i = 0; i < count; i++) v[i] = data[begin + i * stride]!;
  v[0] = 1;
  return v;
}

/** `A ← H A` for the rows of `a` from `row` on, as many as the vector has elements, and the columns from `column` to `end`. */
export function reflectRows(
  a: Float64Array,
  width: number,
  [row, column, end]: readonly [number, number, number],
  place: VectorPlace,
  tau: number,
): void {
  if (tau === 0 || end <= column) return;
  const v = unpack(place);
  const sums = new Float64Array(end - column);
  for (let i = 0; i < v.length; i++) {
    const [factor, begin] = [v[i]!, (row + i) * width + column];
    for (let j = 0; j < sums.length; j++) sums[j]! += factor * a[begin + j]!;
  }
  for (let i = 0; i < v.length; i++) {
    const [factor, begin] = [tau * v[i]!, (row + i) * width + column];
    for (let j = 0; j < sums.length; j++) a[begin + j]! -= factor * sums[j]!;
  }
}

/** `A ← A H` for the rows from `row` to `end`, and the columns from `column` on, as many as the vector has elements. */
export function reflectColumns(
  a: Float64Array,
  width: number,
  [row, end, column]: readonly [number, number, number],
  place: VectorPlace,
  tau: number,
): void {
  if (tau === 0) return;
  const v = unpack(place);
  for (let i = row; i < end; i++) {
    const begin = i * width + column;
    let sum = 0;
    for (let j = 0; j < v.length; j++) sum += v[j]! * a[begin + j]!;
    sum *= tau;
    for (let j = 0; j < v.length; j++) a[begin + j]! -= sum * v[j]!;
  }
}

/** Replaces a `rows × columns` matrix by R, and below its diagonal by the reflections' vectors; the answer is their factors. */
export function householderFactor(a: Float64Array, rows: number, columns: number): Float64Array {
  const tau = new Float64Array(Math.min(rows, columns));
  for (let i = 0; i < tau.length; i++) {
    const begin = i * columns + i;
    const made = makeReflection(a, begin, rows - i, columns);
    const place = { data: a, begin, stride: columns, count: rows - i };
    reflectRows(a, columns, [i, i + 1, columns], place, made.tau);
    a[begin] = made.beta;
    tau[i] = made.tau;
  }
  return tau;
}

/**
 * The first `columns` columns of the product of the reflections that `factors`, `rows × width`, holds below its diagonal.
 */
export function householderProduct(
  factors: Float64Array,
  [rows, width, columns]: readonly [number, number, number],
  tau: Float64Array,
): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < Math.min(rows, columns); i++) result[i * columns + i] = 1;
  for (let i = tau.length - 1; i >= 0; i--) {
    const place = { data: factors, begin: i * width + i, stride: width, count: rows - i };
    reflectRows(result, columns, [i, i, columns], place, tau[i]!);
  }
  return result;
}
