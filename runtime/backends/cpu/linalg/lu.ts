/**
 * Replaces a `rows × columns` matrix by its factors L and U, with partial pivoting; `pivots` counts rows from 1. The answer is 0, or the number, from 1, of the
 * first diagonal element of U that is 0.
 *
 * Source: LAPACK, `getrf`.
 */
export function luFactor(a: Float64Array, rows: number, columns: number, pivots: Int32Array): number {
  let info = 0;
  for (let j = 0; j < Math.min(rows, columns); j++) {
    const pivot = largestBelow(a, rows, columns, j);
    pivots[j] = pivot + 1;
    if (a[pivot * columns + j] === 0) {
      if (info === 0) info = j + 1;
      continue;
    }
    if (pivot !== j) swapRows(a, columns, pivot, j);
    eliminateBelow(a, rows, columns, j);
  }
  return info;
}

/** The row, from row j on, whose element in column j is the largest. */
function largestBelow(a: Float64Array, rows: number, columns: number, j: number): number {
  let [best, largest] = [j, Math.abs(a[j * columns + j]!)];
  for (let i = j + 1; i < rows; i++) {
    const size = Math.abs(a[i * columns + j]!);
    if (size > largest) [best, largest] = [i, size];
  }
  return best;
}

/** Exchanges two rows. */
export function swapRows(a: Float64Array, columns: number, first: number, second: number): void {
  for (let k = 0; k < columns; k++) {
    const kept = a[first * columns + k]!;
    a[first * columns + k] = a[second * columns + k]!;
    a[second * columns + k] = kept;
  }
}

function eliminateBelow(a: Float64Array, rows: number, columns: number, j: number): void {
  const pivot = a[j * columns + j]!;
  for (let i = j + 1; i < rows; i++) {
    const factor = a[i * columns + j]! / pivot;
    a[i * columns + j] = factor;
    if (factor === 0) continue;
    for (let k = j + 1; k < columns; k++) a[i * columns + k]! -= factor * a[j * columns + k]!;
  }
}
