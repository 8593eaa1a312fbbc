/** Norms of matrices, and condition numbers. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { dims, dtype, flag, tensor, type Parameter } from "../../parameters.ts";
import { formatShape, normalizeDim } from "../../shape.ts";
import type { Dims, DTypeOption } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { DType } from "../../dtype.ts";
import { div, where } from "../elementwise/arithmetic.ts";
import { to } from "../shaping/conversion.ts";
import { amax, amin, sum } from "../reductions/reduction.ts";
import { vector_norm } from "../reductions/norms.ts";
import { sample } from "../samples.ts";
import { abs } from "../elementwise/unary.ts";
import { flatten, movedim, unsqueeze } from "../shaping/view.ts";
import { batchOf, checkMatrices, checkPrecision, checkSquare, regular, sizesOf } from "./matrices.ts";
import type { LinalgSignature } from "./signatures.ts";
import { singularValuesOf } from "./singular.ts";
import { inv_ex } from "./solve.ts";
import { allocateZeros } from "../../settle.ts";

/** The order of a norm: a number, or the name of a norm of matrices. */
type Order = number | string;

const orderParameter = (fallback: Order | null): Parameter<Order | null> => ({
  expects: 'a number, "fro", "nuc" or null',
  fallback,
  convert: (value) =>
    value === null || typeof value === "number" || typeof value === "string" ? value : undefined,
});

const pairOfDims: Parameter<readonly number[]> = {
  expects: "an array of two dimensions",
  fallback: [-2, -1],
  convert: (value) =>
    Array.isArray(value) && value.every(Number.isInteger) ? (value as number[]) : undefined,
};

/** What decides about a norm besides the tensor. */
interface NormArguments {
  readonly ord: Order;
  readonly dim: readonly number[];
  readonly keepdim: boolean;
  readonly dtype: DType | null;
}

/** The largest or least along a dimension. */
function extreme(input: Tensor, largest: boolean, dim: number, keepdim: boolean): Tensor {
  return (largest ? amax : amin)(input, dim, keepdim);
}

/** The norms that singular values give: their sum, the largest or the least. */
function singularNorm(input: Tensor, ord: Order, [rows, columns]: Pair, keepdim: boolean): Tensor {
  checkPrecision("linalg.matrix_norm", input);
  const values = singularValuesOf(movedim(input, [rows, columns], [-2, -1]), "linalg.matrix_norm");
  const result: Tensor = ord === "nuc" ? sum(values, -1, keepdim) : extreme(values, ord === 2, -1, keepdim);
  return keepdim ? movedim(unsqueeze(result, -1), [-2, -1], [rows, columns]) : result;
}

/** The largest or least sum of absolute values along one of the two dimensions. */
function sumNorm(input: Tensor, ord: number, [rows, columns]: Pair, keepdim: boolean): Tensor {
  const [summed, other] = Math.abs(ord) === 1 ? [rows, columns] : [columns, rows];
  const sums = sum(abs(input), summed, keepdim);
  return extreme(sums, ord > 0, !keepdim && summed < other ? other - 1 : other, keepdim);
}

/** The two dimensions of matrices. */
type Pair = readonly [rows: number, columns: number];

/** @throws RuntimeError when these are not two different dimensions. */
function checkPair(dim: readonly number[], rank: number): Pair {
  if (dim.length !== 2)
    throw new RuntimeError(`linalg.matrix_norm: dim must be a 2-tuple. Got ${dim.join(", ")}`);
  const [rows, columns] = dim.map((each) => normalizeDim(each, rank)) as [number, number]; // as many as were checked
  if (rows === columns)
    throw new RuntimeError(`linalg.matrix_norm: dims must be different. Got (${dim.join(", ")})`);
  return [rows, columns];
}

/** The norm of the matrices that two dimensions make. */
function matrixNorm(input: Tensor, { ord, dim, keepdim, dtype: wanted }: NormArguments): Tensor {
  checkMatrices("linalg.matrix_norm", input);
  const pair = checkPair(dim, input.ndim);
  if (ord === "fro") return vector_norm(input, { ord: 2, dim: pair, keepdim, dtype: wanted });
  const converted = wanted === null ? input : to(input, { dtype: wanted });
  if (!converted.dtype.is_floating_point) checkPrecision("linalg.matrix_norm", converted);
  if (ord === "nuc" || ord === 2 || ord === -2) return singularNorm(converted, ord, pair, keepdim);
  if (typeof ord === "number" && (Math.abs(ord) === 1 || Math.abs(ord) === Infinity))
    return sumNorm(converted, ord, pair, keepdim);
  throw new RuntimeError(
    `linalg.matrix_norm: Order ${ord} not supported. There are "fro", "nuc", 1, -1, 2, -2, Infinity and -Infinity.`,
  );
}

interface MatrixNormOptions extends DTypeOption {
  readonly ord?: Order;
  readonly dim?: readonly number[];
  readonly keepdim?: boolean;
}

/**
 * The norms of matrices: Frobenius's, `"fro"`; the sum of the singular values, `"nuc"`; the largest or least singular value, 2 or −2; the largest or least sum of a column's
 * absolute values, 1 or −1, or of a row's, ±Infinity.
 *
 * @throws RuntimeError for another order, or a tensor without matrices.
 * Source: `torch.linalg.matrix_norm`.
 */
export const matrix_norm: Operator<
  ByName<
    LinalgSignature<
      [
        A: Tensor,
        ord?: Order | MatrixNormOptions,
        dim?: readonly number[] | MatrixNormOptions,
        keepdim?: boolean,
      ],
      MatrixNormOptions
    >,
    "A, ord?, dim?, keepdim?, dtype?, out?"
  >
> = composite({
  name: "linalg_matrix_norm",
  out: true,
  parameters: { A: tensor, ord: orderParameter("fro"), dim: pairOfDims, keepdim: flag(false), dtype },
  define: ({ A, ord, ...rest }) => matrixNorm(A, { ord: ord ?? "fro", ...rest }),
  samples: [
    () => [sample([2, 3])],
    () => [sample([2, 3]), "nuc"],
    () => [sample([2, 2, 3]), 1, [0, 2], true],
    () => [sample([3, 2]), -2],
  ],
  errors: [
    { args: () => [sample([2])], error: "RuntimeError", message: /at least 2 dimensions/ },
    { args: () => [sample([2, 2]), 3], error: "RuntimeError", message: /Order 3 not supported/ },
  ],
});

interface NormOptions extends DTypeOption {
  readonly ord?: Order | null;
  readonly dim?: Dims | null;
  readonly keepdim?: boolean;
}

/**
 * The norm of a vector, of matrices, or of all elements: with an order and one dimension that of vectors, with two that of matrices; without an order the Euclidean length.
 *
 * @throws RuntimeError for an order that does not exist, or dimensions that do not fit.
 * Source: `torch.linalg.norm`.
 */
export const linalgNorm: Operator<
  ByName<
    LinalgSignature<
      [A: Tensor, ord?: Order | null | NormOptions, dim?: Dims | null | NormOptions, keepdim?: boolean],
      NormOptions
    >,
    "A, ord?, dim?, keepdim?, dtype?, out?"
  >
> = composite({
  name: "linalg_norm",
  out: true,
  parameters: { A: tensor, ord: orderParameter(null), dim: dims, keepdim: flag(false), dtype },
  define: ({ A, ord, dim, keepdim, dtype: wanted }) => {
    const chosen = dim === null ? null : [dim].flat();
    if (chosen !== null && chosen.length !== 1 && chosen.length !== 2)
      throw new RuntimeError(
        `linalg.norm: If dim is specified, it must be of length 1 or 2. Got ${formatShape(chosen)}`,
      );
    if (chosen === null && ord !== null && A.ndim !== 1 && A.ndim !== 2)
      throw new RuntimeError(
        `linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got ${A.ndim}D.`,
      );
    const matrices = ord !== null && (typeof ord === "string" || (chosen?.length ?? A.ndim) === 2);
    if (matrices) return matrixNorm(A, { ord, dim: chosen ?? [-2, -1], keepdim, dtype: wanted });
    if (ord === null && chosen === null && !keepdim)
      return vector_norm(flatten(A), { ord: 2, dtype: wanted });
    return vector_norm(A, { ord: typeof ord === "number" ? ord : 2, dim: chosen, keepdim, dtype: wanted });
  },
  samples: [
    () => [sample([2, 3])],
    () => [sample([2, 3]), 3, 1],
    () => [sample([2, 2]), "nuc"],
    () => [sample([2, 2, 2]), { dim: [0, 2], keepdim: true }],
  ],
  errors: [
    {
      args: () => [sample([2, 2, 2]), 2],
      error: "RuntimeError",
      message: /the input must be 1D or 2D. Got 3D/,
    },
  ],
});

/**
 * The condition numbers of matrices in a norm, that of the singular values unless given: how much a small change of the right side may change the solution of an
 * equation. Infinite for a singular matrix.
 *
 * @throws RuntimeError for an order that does not exist; for others than ±2, when the matrices are not square.
 * Source: `torch.linalg.cond`.
 */
export const cond: Operator<
  ByName<
    LinalgSignature<[A: Tensor, p?: Order | null | { readonly p?: Order | null }], object>,
    "A, p?, out?"
  >
> = composite({
  name: "linalg_cond",
  out: true,
  parameters: { A: tensor, p: orderParameter(null) },
  define: ({ A, p }) => {
    checkMatrices("linalg.cond", A);
    checkPrecision("linalg.cond", A);
    if (p === null || p === 2 || p === -2) return singularRatio(A, p === -2);
    checkSquare("linalg.cond", A);
    if (A.numel() === 0) return allocateZeros(batchOf(A), A.dtype);
    const [inverse, info] = inv_ex(A);
    const norm = (matrix: Tensor): Tensor =>
      matrixNorm(matrix, { ord: p, dim: [-2, -1], keepdim: false, dtype: null });
    const product = norm(A).mul(norm(inverse));
    // What has no inverse is infinitely far from a good condition.
    return where(info.ne(0), Infinity, product) as Tensor;
  },
  samples: [() => [regular([3, 2])], () => [regular([2, 2]), 1], () => [regular([2, 2]), "fro"]],
});

/** The ratio of the largest to the least singular value, or its inverse. */
function singularRatio(input: Tensor, inverse: boolean): Tensor {
  if (Math.min(...sizesOf(input)) === 0) return allocateZeros(batchOf(input), input.dtype);
  const values = singularValuesOf(input, "linalg.cond");
  const [largest, least] = [values.select(-1, 0) as Tensor, values.select(-1, -1) as Tensor];
  return inverse ? div(least, largest) : div(largest, least);
}
