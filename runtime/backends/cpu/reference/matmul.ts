import type { View } from "../../backend.ts";

/** A matrix within a batch. */
interface Matrix {
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

function matrixAt(view: View, batch: number): Matrix {
  const [batchStride, rowStride, columnStride] = view.strides as [number, number, number];
  return { offset: view.offset + batch * batchStride, rowStride, columnStride };
}

/** Adds `x · right[p…]` to a row of sums, for consecutive or strided elements. */
function addScaledRow(
  row: Float64Array,
  x: number,
  right: ArrayLike<number>,
  offset: number,
  stride: number,
): void {
  const columns = row.length;
  if (stride === 1) for (let j = 0; j < columns; j++) row[j]! += x * right[offset + j]!;
  else for (let j = 0, p = offset; j < columns; j++, p += stride) row[j]! += x * right[p]!;
}

/** Rows of the result accumulate in float64, column by column of `left`, so that `right` is read along its rows. */
function multiplyNumbers(
  output: { [index: number]: number },
  left: ArrayLike<number>,
  right: ArrayLike<number>,
  at: { readonly output: Matrix; readonly left: Matrix; readonly right: Matrix },
  sizes: { readonly rows: number; readonly inner: number; readonly columns: number },
): void {
  const { rows, inner, columns } = sizes;
  const row = new Float64Array(columns);
  for (let i = 0; i < rows; i++) {
    row.fill(0);
    for (let k = 0; k < inner; k++) {
      const x = left[at.left.offset + i * at.left.rowStride + k * at.left.columnStride]!;
      addScaledRow(row, x, right, at.right.offset + k * at.right.rowStride, at.right.columnStride);
    }
    let p = at.output.offset + i * at.output.rowStride;
    for (let j = 0; j < columns; j++, p += at.output.columnStride) output[p] = row[j]!;
  }
}

/** The same for int64, exactly modulo 2⁶⁴. */
function multiplyBigints(
  output: BigInt64Array,
  left: BigInt64Array,
  right: BigInt64Array,
  at: { readonly output: Matrix; readonly left: Matrix; readonly right: Matrix },
  sizes: { readonly rows: number; readonly inner: number; readonly columns: number },
): void {
  for (let i = 0; i < sizes.rows; i++)
    for (let j = 0; j < sizes.columns; j++) {
      let sum = 0n;
      for (let k = 0; k < sizes.inner; k++)
        sum +=
          left[at.left.offset + i * at.left.rowStride + k * at.left.columnStride]! *
          right[at.right.offset + k * at.right.rowStride + j * at.right.columnStride]!;
      output[at.output.offset + i * at.output.rowStride + j * at.output.columnStride] = sum;
    }
}

/** See `Backend.matmul`. */
export function matmul(output: View, left: View, right: View): void {
  const [batches, rows, inner] = left.shape as [number, number, number];
  const columns = right.shape[2]!;
  for (let batch = 0; batch < batches; batch++) {
    const at = {
      output: matrixAt(output, batch),
      left: matrixAt(left, batch),
      right: matrixAt(right, batch),
    };
    const [o, l, r] = [output.storage.data, left.storage.data, right.storage.data];
    const sizes = { rows, inner, columns };
    if (o instanceof BigInt64Array) multiplyBigints(o, l as BigInt64Array, r as BigInt64Array, at, sizes);
    else multiplyNumbers(o, l as Float32Array, r as Float32Array, at, sizes);
  }
}
