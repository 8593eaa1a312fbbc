import type { View } from "../../backend.ts";
import { addressOf } from "../memory/storage.ts";
import { matmul as referenceMatmul } from "../reference/matmul.ts";
import { multiplyBatch, type BatchPlace } from "./task.ts";

/** So few multiplications take less time in JavaScript than a kernel needs to be called. */
const fewMultiplications = 128;

function placeOf(view: View): BatchPlace {
  const [batch, row, column] = view.strides as [number, number, number];
  return { address: addressOf(view), batch, row, column };
}

function transposed(place: BatchPlace): BatchPlace {
  return { ...place, row: place.column, column: place.row };
}

/** See `Backend.matmul`. */
export function matmul(output: View, left: View, right: View): void {
  const [batches, rows, columns] = output.shape as [number, number, number];
  const inner = left.shape[2]!;
  const precision = output.dtype.name;
  const few = batches * rows * columns * inner <= fewMultiplications;
  if ((precision !== "float32" && precision !== "float64") || few) {
    referenceMatmul(output, left, right);
    return;
  }
  const sizes = { precision, batches, inner } as const;
  const places = { output: placeOf(output), left: placeOf(left), right: placeOf(right) };
  if (places.output.column === 1 || columns === 1) multiplyBatch({ ...sizes, rows, columns, ...places });
  // A column-major result is the transposed product of the transposed operands.
  else if (places.output.row === 1 || rows === 1)
    multiplyBatch({
      ...sizes,
      rows: columns,
      columns: rows,
      left: transposed(places.right),
      right: transposed(places.left),
      output: transposed(places.output),
    });
  else referenceMatmul(output, left, right);
}
