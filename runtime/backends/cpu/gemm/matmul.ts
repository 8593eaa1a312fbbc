import type { View } from "../../backend.ts";
import type { ProductFinish } from "../../products.ts";
import { addressOf } from "../memory/storage.ts";
import { matmul as referenceMatmul, matrixAt } from "../reference/matmul.ts";
import type { Finish } from "./multiply.ts";
import type { Precision } from "./precision.ts";
import { multiplyBatch, type BatchPlace } from "./task.ts";

/** So few multiplications take less time in JavaScript than a kernel needs to be called. */
const fewMultiplications = 128;

/** The precision of the kernels for this dtype; `null` where there are none. */
function precisionOf(view: View): Precision["name"] | null {
  const { name } = view.dtype;
  return name === "float32" || name === "float64" ? name : null;
}

/** Where matrices of up to two batch dimensions are. */
function placeOf({ strides }: View, address: number): BatchPlace {
  const rank = strides.length;
  return {
    address,
    outer: rank > 3 ? strides[rank - 4]! : 0,
    batch: rank > 2 ? strides[rank - 3]! : 0,
    row: strides[rank - 2]!,
    column: strides[rank - 1]!,
  };
}

function transposed(place: BatchPlace): BatchPlace {
  return { ...place, row: place.column, column: place.row };
}

/** Whether neighbours in a row (or, with `dim` 2, in a column) are neighbours in memory. */
function isAdjacent({ shape, strides }: View, dim: 1 | 2): boolean {
  return strides.at(-dim) === 1 || shape.at(-dim) === 1;
}

/** See `ProductBackend.matmul`. */
export function matmul(output: View, left: View, right: View, finish: ProductFinish = {}): void {
  const { shape } = output;
  const rank = shape.length;
  const rows = shape[rank - 2]!;
  const columns = shape[rank - 1]!;
  const inner = left.shape[rank - 1]!;
  const precision = precisionOf(output);
  const batches = rank > 2 ? shape[rank - 3]! : 1;
  const outerBatches = rank > 3 ? shape[rank - 4]! : 1;
  if (precision === null || outerBatches * batches * rows * columns * inner <= fewMultiplications)
    referenceMatmul(output, left, right, finish);
  else if (rank > 4)
    for (let i = 0; i < shape[0]!; i++)
      matmul(matrixAt(output, i), matrixAt(left, i), matrixAt(right, i), finish);
  else if (isAdjacent(output, 1)) {
    const target = placeOf(output, addressOf(output));
    const places = {
      output: { ...target, column: 1 },
      left: placeOf(left, addressOf(left)),
      right: placeOf(right, addressOf(right)),
    };
    const sums = finishOf(finish, "columns");
    multiplyBatch({ precision, outerBatches, batches, rows, columns, inner, ...places, finish: sums });
  } else if (isAdjacent(output, 2)) {
    // A column-major result is the transposed product of the transposed operands.
    const target = placeOf(output, addressOf(output));
    const places = {
      output: { ...transposed(target), column: 1 },
      left: transposed(placeOf(right, addressOf(right))),
      right: transposed(placeOf(left, addressOf(left))),
    };
    const sizes = { outerBatches, batches, rows: columns, columns: rows, inner };
    multiplyBatch({ precision, ...sizes, ...places, finish: finishOf(finish, "rows") });
  } else referenceMatmul(output, left, right, finish);
}

function finishOf({ bias, ...finish }: ProductFinish, biasOf: "columns" | "rows"): Finish {
  return bias === undefined ? finish : { ...finish, bias: addressOf(bias), biasOf };
}
