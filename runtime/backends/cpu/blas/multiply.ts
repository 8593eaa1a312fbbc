/** Matrix products by the system's BLAS library, where it was switched on. */
import { heapMemory } from "../memory/heap.ts";
import { threadCount } from "../threads/count.ts";
import type { BatchPlace, BatchProduct } from "../gemm/task.ts";
import { blasLibrary, type BlasLibrary } from "./library.ts";

let enabled = false;

/** Whether products go to the library. */
export function isBlasEnabled(): boolean {
  return enabled;
}

/** Switches it on or off. */
export function enableBlas(on: boolean): void {
  enabled = on;
}

/** Below so many multiplications, a call of the library costs more than it saves. */
const worthCalling = 16 * 1024;

/** And for each matrix of a batch: our kernels go through a batch in one call. */
const worthCallingOften = 256 * 1024;

const [rowMajor, asItIs, transposed] = [101, 111, 112];

/** How the library reads a matrix: transposed or not, and how far its rows are apart; `null` for what it cannot read. */
interface Operand {
  readonly transpose: number;
  readonly distance: number;
}

function operandOf({ row, column }: BatchPlace, rows: number, columns: number): Operand | null {
  if ((column === 1 || columns === 1) && (row >= columns || rows === 1))
    return { transpose: asItIs!, distance: Math.max(row, columns) };
  if ((row === 1 || rows === 1) && (column >= rows || columns === 1))
    return { transpose: transposed!, distance: Math.max(column, rows) };
  return null;
}

/** Puts the bias into every row of the output, for the library to add to. */
function spreadBias(
  { precision, rows, columns, finish }: BatchProduct,
  address: number,
  distance: number,
): void {
  const array = precision === "float32" ? Float32Array : Float64Array;
  const { buffer } = heapMemory;
  const bias = new array(buffer as never, finish!.bias!, columns);
  const output = new array(buffer as never, address, (rows - 1) * distance + columns);
  for (let i = 0; i < rows; i++) output.set(bias, i * distance);
}

/** Computes the products with the library. `false` where it is off, cannot do them, or would not be faster. */
export function multiplyWithBlas(product: BatchProduct): boolean {
  if (!enabled) return false;
  const { rows, columns, inner, batches, outerBatches, left, right, finish } = product;
  const fewest = batches * outerBatches > 1 ? worthCallingOften : worthCalling;
  if (rows * columns * inner < fewest || finish?.relu || finish?.biasOf === "rows") return false;
  if (finish?.accumulate && finish.bias !== undefined) return false;
  // A batch is divided among our threads; the library would divide each of its small matrices.
  if (batches * outerBatches > 1 && threadCount() > 1) return false;
  const [x, y] = [operandOf(left, rows, inner), operandOf(right, inner, columns)];
  const library = blasLibrary();
  if (x === null || y === null || library === null) return false;
  library.followThreadCount();
  for (let outer = 0; outer < outerBatches; outer++)
    for (let batch = 0; batch < batches; batch++) callGemm(library, product, [x, y], outer, batch);
  return true;
}

function callGemm(
  library: BlasLibrary,
  product: BatchProduct,
  [x, y]: readonly [Operand, Operand],
  outer: number,
  batch: number,
): void {
  const { precision, rows, columns, inner, finish } = product;
  const bytes = precision === "float32" ? 4 : 8;
  const at = (place: BatchPlace): number =>
    place.address + (outer * place.outer + batch * place.batch) * bytes;
  const distance = Math.max(product.output.row, columns);
  const output = at(product.output);
  const adds = finish?.accumulate === true || finish?.bias !== undefined;
  if (finish?.bias !== undefined) spreadBias(product, output, distance);
  const { base } = library;
  const operands = [base + at(product.left), x.distance, base + at(product.right), y.distance] as const;
  library.gemm[precision](
    rowMajor!,
    x.transpose,
    y.transpose,
    rows,
    columns,
    inner,
    1,
    ...operands,
    adds ? 1 : 0,
    base + output,
    distance,
  );
}
