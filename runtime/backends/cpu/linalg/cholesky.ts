/**
 * Replaces the lower triangle of a symmetric `n × n` matrix by its Cholesky factor, and the upper one by zeros. The answer is 0, or the number, from 1, of the first
 * leading block that is not positive definite.
 *
 * Source: LAPACK, `potrf`.
 */
export function choleskyFactor(a: Float64Array, n: number): number {
  for (let j = 0; j < n; j++) {
    const pivot = a[j * n + j]! - dotRows(a, j * n, j * n, j);
    // NaN is not positive either.
    if (!(pivot > 0)) return j + 1;
    const root = Math.sqrt(pivot);
    a[j * n + j] = root;
    for (let i = j + 1; i < n; i++) a[i * n + j] = (a[i * n + j]! - dotRows(a, i * n, j * n, j)) / root;
    a.fill(0, j * n + j + 1, (j + 1) * n);
  }
  return 0;
}

/** The sum of the products of `count` elements from two places. */
function dotRows(a: Float64Array, left: number, right: number, count: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) sum += a[left + k]! * a[right + k]!;
  return sum;
}
