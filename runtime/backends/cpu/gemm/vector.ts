/** A matrix times a vector, where the layout has a kernel of its own. */
import { runKernel } from "../threads/parallel.ts";
import type { MatrixPlace } from "./multiply.ts";
import type { BatchProduct } from "./task.ts";
import { vectorKernels } from "./vectorKernels.ts";

/** Multiplications that are worth a thread's while: reading the matrix takes the time. */
const worthThread = 200_000;

/** Where the vector and the output are: how many numbers further the next one is. */
interface VectorPlace {
  readonly address: number;
  readonly step: number;
}

/**
 * Computes a product of a matrix and a vector, or of a vector and a matrix, without anything to finish. `false` where the general way must do it: for other
 * products, and for layouts in which neither rows nor columns are neighbours.
 */
export function multiplyVector(product: BatchProduct): boolean {
  const { rows, columns, left, right, output, finish, batches, outerBatches } = product;
  if ((rows !== 1 && columns !== 1) || batches * outerBatches !== 1) return false;
  if (finish !== undefined && (finish.accumulate || finish.relu || finish.bias !== undefined)) return false;
  if (columns === 1) {
    const vector = { address: right.address, step: right.row };
    return run(product, rows, left, vector, { address: output.address, step: output.row });
  }
  // The transposed product: a row times a matrix is the transposed matrix times a column.
  const matrix = { address: right.address, row: right.column, column: right.row };
  const vector = { address: left.address, step: left.column };
  return run(product, columns, matrix, vector, { address: output.address, step: output.column });
}

function run(
  { precision, inner }: BatchProduct,
  rows: number,
  matrix: MatrixPlace,
  vector: VectorPlace,
  output: VectorPlace,
): boolean {
  const alongRows = (matrix.column === 1 || inner === 1) && vector.step === 1;
  const alongColumns = (matrix.row === 1 || rows === 1) && output.step === 1;
  if (!alongRows && !alongColumns) return false;
  const bytes = precision === "float32" ? 4 : 8;
  const line = (alongRows ? matrix.row : matrix.column) * bytes;
  const places = [vector.address, vector.step * bytes, output.address, output.step * bytes];
  const args = [matrix.address, line, ...places, inner];
  const kernel = alongRows ? "alongRows" : "alongColumns";
  runKernel(vectorKernels[precision], kernel, rows, Math.ceil(worthThread / Math.max(inner, 1)), args);
  return true;
}
