import type { View } from "../../backend.ts";
import type { ProductFinish } from "../../products.ts";

/** One matrix, or smaller batch, of a batch. */
export function matrixAt(view: View, index: number): View {
  return {
    storage: view.storage,
    dtype: view.dtype,
    shape: view.shape.slice(1),
    strides: view.strides.slice(1),
    offset: view.offset + index * view.strides[0]!,
  };
}

/** Sums in float64, whatever the dtype. */
function multiplyNumbers(output: View, left: View, right: View, finish: ProductFinish): void {
  const [rows, columns] = output.shape as [number, number];
  const inner = left.shape[1]!;
  const [outputRow, outputColumn] = output.strides as [number, number];
  const [leftRow, leftColumn] = left.strides as [number, number];
  const [rightRow, rightColumn] = right.strides as [number, number];
  const target = output.storage.data as { [index: number]: number }; // not int64: see `matmul`
  const [x, y] = [left.storage.data, right.storage.data] as [ArrayLike<number>, ArrayLike<number>];
  const { accumulate = false, relu = false, bias } = finish;
  const biases = bias?.storage.data as ArrayLike<number> | undefined;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const at = output.offset + i * outputRow + j * outputColumn;
      let sum = accumulate ? target[at]! : 0;
      let p = left.offset + i * leftRow;
      let q = right.offset + j * rightColumn;
      for (let k = 0; k < inner; k++, p += leftColumn, q += rightRow) sum += x[p]! * y[q]!;
      if (bias !== undefined) sum += biases![bias.offset + j * bias.strides[0]!]!;
      target[at] = relu && sum < 0 ? 0 : sum;
    }
}

/** The same for int64, exactly modulo 2⁶⁴. */
function multiplyBigints(output: View, left: View, right: View, finish: ProductFinish): void {
  const [rows, columns] = output.shape as [number, number];
  const inner = left.shape[1]!;
  // All three are int64.
  const [target, x, y] = [output, left, right].map((view) => view.storage.data) as BigInt64Array[];
  const { accumulate = false, relu = false, bias } = finish;
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const at = output.offset + i * output.strides[0]! + j * output.strides[1]!;
      let sum = accumulate ? target![at]! : 0n;
      for (let k = 0; k < inner; k++)
        sum +=
          x![left.offset + i * left.strides[0]! + k * left.strides[1]!]! *
          y![right.offset + k * right.strides[0]! + j * right.strides[1]!]!;
      if (bias !== undefined)
        sum += (bias.storage.data as BigInt64Array)[bias.offset + j * bias.strides[0]!]!;
      target![at] = relu && sum < 0n ? 0n : sum;
    }
}

/** See `ProductBackend.matmul`. */
export function matmul(output: View, left: View, right: View, finish: ProductFinish = {}): void {
  if (output.shape.length > 2) {
    for (let i = 0; i < output.shape[0]!; i++)
      matmul(matrixAt(output, i), matrixAt(left, i), matrixAt(right, i), finish);
    return;
  }
  const multiply = output.dtype.name === "int64" ? multiplyBigints : multiplyNumbers;
  multiply(output, left, right, finish);
}
