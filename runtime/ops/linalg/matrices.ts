/** Batches of matrices: what every operator of linear algebra checks, and how it hands its work to the backend. */
import { onCpu } from "../../reading.ts";
import { int32, type DType } from "../../dtype.ts";
import { LinAlgError } from "../../errors/linAlgError.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { alias, allocate, allocateZeros, duplicate } from "../../settle.ts";
import { contiguousStrides, formatShape, numel, type Shape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { eye } from "../../create.ts";
import { tril } from "../shaping/arranging.ts";
import { matmul } from "./matmul.ts";
import { sample } from "../samples.ts";
import { diag_embed, diagonal } from "../shaping/diagonals.ts";
import { transpose } from "../shaping/view.ts";

/** @throws RuntimeError when the tensor holds no matrices. */
export function checkMatrices(name: string, input: Tensor, which = "A"): void {
  if (input.ndim < 2)
    throw new RuntimeError(
      `${name}: The input tensor ${which} must have at least 2 dimensions, but its shape is ${formatShape(input.shape)}. The last two are a matrix's rows and columns; use unsqueeze for a row or a column.`,
    );
}

/** PyTorch's kernels of operators that ask only those whether they know a dtype of 16 bits; the others refuse it themselves. */
const kernels: Readonly<Record<string, string>> = {
  cholesky: "cholesky_cpu",
  cholesky_inverse: "cholesky_inverse_out_cpu",
  cholesky_solve: "cholesky_solve_cpu",
  "linalg.cholesky": "cholesky_cpu",
  "linalg.cond": "linalg_svd_cpu",
  "linalg.det": "lu_cpu",
  "linalg.eigh": "linalg_eigh_cpu",
  "linalg.lu_factor": "lu_cpu",
  "linalg.lu_solve": "linalg.lu_solve_cpu",
  "linalg.qr": "geqrf_cpu",
  "linalg.solve": "lu_cpu",
  "linalg.solve_triangular": "triangular_solve_cpu",
  "linalg.svd": "linalg_svd_cpu",
  "torch.geqrf": "geqrf_cpu",
  "torch.linalg.householder_product": "orgqr_cpu",
  "torch.linalg.ldl_factor_ex": "ldl_factor_kernel_cpu",
  "torch.linalg.ldl_solve": "ldl_solve_kernel_cpu",
  "torch.ormqr": "ormqr_cpu",
  triangular_solve: "triangular_solve_cpu",
};
/** Those of them that leave whole numbers to the kernel too. */
const asksKernelAlone: ReadonlySet<string> = new Set([
  "cholesky",
  "cholesky_inverse",
  "cholesky_solve",
  "linalg.eigh",
  "linalg.lu_factor",
  "linalg.solve_triangular",
  "torch.geqrf",
  "torch.linalg.householder_product",
  "torch.ormqr",
  "triangular_solve",
]);

/** @throws RuntimeError, or NotImplementedError where PyTorch has only a kernel that refuses, when the dtype is not one of those that matrices are factored in. */
export function checkPrecision(name: string, input: Tensor): void {
  const { dtype } = input;
  if (dtype.is_floating_point && dtype.itemsize >= 4) return;
  const kernel = kernels[name];
  if (kernel !== undefined && (dtype.is_floating_point || asksKernelAlone.has(name)))
    throw new NotImplementedError(
      `"${kernel}" not implemented for '${dtype.typeName}': matrices are factored in float32 and float64. Convert with .float() first.`,
    );
  if (!dtype.is_floating_point)
    throw new RuntimeError(
      `${name}: Expected a floating point or complex tensor as input. Got ${dtype.typeName}. Convert it with .float() first.`,
    );
  throw new RuntimeError(
    `${name}: Low precision dtypes not supported. Got ${dtype.typeName}. Convert the tensor with .float() first.`,
  );
}

/** @throws RuntimeError when the matrices are not square, or of a dtype that cannot be factored. */
export function checkSquare(name: string, input: Tensor, which = "A"): void {
  checkMatrices(name, input, which);
  const [rows, columns] = sizesOf(input);
  if (rows !== columns)
    throw new RuntimeError(
      `${name}: ${which} must be batches of square matrices, but they are ${rows} by ${columns} matrices. Use linalg.lstsq or linalg.pinv for others.`,
    );
  checkPrecision(name, input);
}

/** Rows and columns of the matrices. */
export function sizesOf(input: Tensor): readonly [rows: number, columns: number] {
  return [input.shape.at(-2)!, input.shape.at(-1)!];
}

/** The dimensions before the matrices'. */
export function batchOf(input: Tensor): Shape {
  return input.shape.slice(0, -2);
}

/** A row-major tensor as one long batch of matrices, or of rows for `rank` 1. */
export function flat(tensor: Tensor, rank: 1 | 2 = 2): Tensor {
  const lead = tensor.shape.slice(0, tensor.ndim - rank);
  const shape = [numel(lead), ...tensor.shape.slice(tensor.ndim - rank)];
  return alias(tensor, shape, contiguousStrides(shape));
}

/** A row-major copy as one long batch of matrices, and the copy itself, of which the batch is a view. */
export function copied(tensor: Tensor): { readonly whole: Tensor; readonly matrices: Tensor } {
  const whole = duplicate(tensor);
  return { whole, matrices: flat(whole) };
}

/** New whole numbers for each matrix: LAPACK's `info`, all 0. */
export function noInfo(batch: Shape): Tensor {
  return allocateZeros(batch, int32);
}

/** A tensor of numbers that belong to a factorisation. */
export function fresh(shape: Shape, dtype: DType): Tensor {
  return allocate(shape, dtype);
}

/** The whole numbers in a row-major int32 tensor. */
export function integersOf(tensor: Tensor): Int32Array {
  const { storage, offset } = onCpu(tensor);
  // The caller's tensor is int32.
  return storage.peek().slice(offset, offset + tensor.numel()) as Int32Array;
}

/** The transpose of every matrix. */
export function mT(input: Tensor): Tensor {
  return transpose(input, -2, -1);
}

/** Zeros in the shape of some matrices, which depend on them for autograd only. */
export function zerosLike(input: Tensor): Tensor {
  return tril(input, -sizesOf(input)[0]);
}

/** The product of matrices. */
export function product(...factors: readonly Tensor[]): Tensor {
  return factors.reduce((left, right) => matmul(left, right) as Tensor);
}

/** The identity in the dtype of `like`. */
export function identityLike(like: Tensor, size: number): Tensor {
  return eye(size, { dtype: like.dtype, device: like.device });
}

/** Matrices with the elements of the last dimension on their diagonals. */
export function asDiagonal(elements: Tensor): Tensor {
  return diag_embed(elements);
}

/** The diagonals of matrices. */
export function diagonalOf(input: Tensor): Tensor {
  return diagonal(input, 0, -2, -1);
}

/**
 * The first failure in a batch, as PyTorch words it.
 *
 * @throws LinAlgError when one is not 0. `describe` gets the number of the first one.
 */
export function checkInfo(
  name: string,
  info: Tensor,
  describe: (code: number) => string,
  fail: (message: string) => Error = (message) => new LinAlgError(message),
): void {
  const codes = integersOf(info);
  const position = codes.findIndex((code) => code !== 0);
  if (position < 0) return;
  const where = info.ndim === 0 ? "" : `(Batch element ${position}): `;
  throw fail(`${name}: ${where}${describe(codes[position]!)}`);
}

/** A matrix of samples that is far from singular. */
export function regular(shape: Shape, seed = 0): Tensor {
  const matrix = sample(shape, { seed, low: -1, high: 1 });
  const { data } = matrix.storage;
  const [rows, columns] = sizesOf(matrix);
  for (let i = 0; i < matrix.numel(); i++) {
    const place = i % (rows * columns);
    // The samples are float64.
    if (Math.floor(place / columns) === place % columns) (data as Float64Array)[i]! += 2 + (place % columns);
  }
  return matrix;
}
