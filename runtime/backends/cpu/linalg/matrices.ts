/** Batches of matrices, one after the other as float64: float32 is computed in float64 too, and rounded once. */
import type { View } from "../../backend.ts";

/** The half of the distance from 1 to the next number of a dtype: how far LAPACK's iterations go. */
export function epsilonOf({ dtype }: View): number {
  return dtype.itemsize === 8 ? 2 ** -53 : 2 ** -24;
}

/** Number of matrices (or of rows) in a batch. */
export function batchesOf(view: View): number {
  return view.shape[0]!;
}

function elementsPerBatch(view: View): number {
  let count = 1;
  for (let dim = 1; dim < view.shape.length; dim++) count *= view.shape[dim]!;
  return count;
}

/** A copy of the elements of one matrix of a batch. */
export function readMatrix(view: View, batch: number): Float64Array {
  const count = elementsPerBatch(view);
  const begin = view.offset + batch * count;
  // Matrices are of floating-point dtypes; pivots are read by the same function.
  const data = view.storage.data as Float64Array;
  return Float64Array.from(data.subarray(begin, begin + count));
}

/** Writes the elements of one matrix of a batch. */
export function writeMatrix(view: View, batch: number, values: ArrayLike<number>): void {
  // As in `readMatrix`.
  const data = view.storage.data as Float64Array;
  data.set(values, view.offset + batch * elementsPerBatch(view));
}

/** The transpose of a `rows × columns` matrix. */
export function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  const result = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) result[j * rows + i] = matrix[i * columns + j]!;
  return result;
}

/** The identity of `size`. */
export function identity(size: number): Float64Array {
  const result = new Float64Array(size * size);
  for (let i = 0; i < size; i++) result[i * size + i] = 1;
  return result;
}
