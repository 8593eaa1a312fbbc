/** Equations and inverses. Derivatives: PyTorch's `torch/csrc/autograd/FunctionsManual.cpp`, `linalg_solve_backward`. */
import type { ByName } from "../../keywords.ts";
import { int32 } from "../../dtype.ts";
import { LinAlgError } from "../../errors/linAlgError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, keywordOnly, tensor } from "../../parameters.ts";
import { backendOf, duplicate } from "../../settle.ts";
import { broadcastShapes, sameShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { sample, given } from "../samples.ts";
import { float64 } from "../../dtype.ts";
import { neg } from "../elementwise/unary.ts";
import { squeeze, unsqueeze } from "../shaping/view.ts";
import {
  batchOf,
  checkInfo,
  checkSquare,
  copied,
  flat,
  fresh,
  identityLike,
  integersOf,
  mT,
  noInfo,
  product,
  regular,
  sizesOf,
} from "./matrices.ts";
import type { LinalgSignature, MethodSignature, Results } from "./signatures.ts";
import { checkEquation, spreadEquation } from "./triangular.ts";

/** The factors of a batch of square matrices, without history. */
export interface Factors {
  /** L below the diagonal, U on and above it. */
  readonly lu: Tensor;
  readonly pivots: Tensor;
  readonly info: Tensor;
}

/** Factors matrices of any number of rows and columns. */
export function factor(input: Tensor): Factors {
  const { whole, matrices } = copied(input);
  const batch = batchOf(input);
  const pivots = fresh([...batch, Math.min(...sizesOf(input))], int32);
  const info = noInfo(batch);
  backendOf(whole).luFactor(matrices, flat(pivots, 1), info.reshape(-1));
  return { lu: whole, pivots, info };
}

/** The order in which pivots leave the rows: row i of `P⁻¹ A` is row `order[i]` of A. */
export function orderOf(pivots: ArrayLike<number>, rows: number): Int32Array {
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  for (let i = 0; i < pivots.length; i++) {
    const other = pivots[i]! - 1;
    [order[i], order[other]] = [order[other]!, order[i]!];
  }
  return order;
}

/** The rows of each matrix in the order that the pivots leave them in. */
function inOrder(right: Tensor, pivots: Tensor): Tensor {
  const result = fresh(right.shape, right.dtype);
  const [rows, columns] = sizesOf(right);
  const chosen = integersOf(pivots);
  const count = pivots.size(-1);
  // Matrices are float32 or float64.
  const source = right.storage.data as Float64Array;
  const target = result.storage.data as Float64Array;
  for (let batch = 0; batch * rows * columns < right.numel(); batch++) {
    const order = orderOf(chosen.subarray(batch * count, (batch + 1) * count), rows);
    for (let i = 0; i < rows; i++) {
      const from = (batch * rows + order[i]!) * columns;
      target.set(
        source.subarray(right.offset + from, right.offset + from + columns),
        (batch * rows + i) * columns,
      );
    }
  }
  return result;
}

/** Whether B of `A X = B` holds vectors: it has a dimension less than A, and otherwise A's. Source: `linalg_solve_is_vector_rhs`. */
function holdsVectors(a: Tensor, b: { readonly shape: readonly number[] }): boolean {
  return b.shape.length === 1 || (a.ndim - 1 === b.shape.length && sameShape(b.shape, a.shape.slice(0, -1)));
}

/** X of `A X = B`, without history. */
function solved(a: Tensor, b: Tensor): { readonly result: Tensor; readonly info: Tensor } {
  const batch = broadcastShapes(batchOf(a), batchOf(b));
  const { matrices, right } = spreadEquation(a, b);
  const { lu, pivots, info } = factor(matrices);
  const result = inOrder(right, pivots);
  const backend = backendOf(result);
  backend.solveTriangular(flat(result), flat(lu), { upper: false, unitriangular: true });
  backend.solveTriangular(flat(result), flat(lu), { upper: true, unitriangular: false });
  return { result, info: info.reshape(batch) };
}

const singular = "The solver failed because the input matrix is singular.";

interface SolveExOptions {
  readonly left?: boolean;
  readonly check_errors?: boolean;
}

/**
 * The solution X of `A X = B` for square matrices A, or of `X A = B` with `left: false`, and for each matrix 0, or the place of the zero that made it singular.
 * B holds matrices or, with one dimension less than A, vectors; batches broadcast.
 *
 * @throws RuntimeError when the matrices are not square or do not fit; LinAlgError for a singular one with `check_errors`.
 * Source: `torch.linalg.solve_ex`.
 */
export const solve_ex: Operator<
  ByName<
    LinalgSignature<
      [A: Tensor, B: Tensor],
      SolveExOptions,
      Results<"result" | "info", readonly [Tensor, Tensor]>
    >,
    "A, B, left?, check_errors?, out?"
  >
> = operator({
  name: "linalg_solve_ex",
  onCpu: true,
  resultNames: ["result", "info"],
  out: true,
  parameters: {
    A: tensor,
    B: tensor,
    left: keywordOnly(flag(true)),
    check_errors: keywordOnly(flag(false)),
  },
  saves: ["A", "result"],
  forward: ({ A, B, left, check_errors }) => {
    checkSquare("linalg.solve", A);
    const vectors = left && holdsVectors(A, B);
    const b = vectors ? unsqueeze(B, -1) : B;
    checkEquation("linalg.solve", A, b, left);
    const { result, info } = left ? solved(A, b) : solved(mT(A), mT(b));
    if (check_errors) checkInfo("torch.linalg.solve_ex", info, () => singular);
    if (vectors) return [squeeze(result, -1), info];
    return [left ? result : duplicate(mT(result)), info];
  },
  jointVjp: ([grad], { A, results: [x], shapes, left }, wanted) => {
    const vectors = left && holdsVectors(A, { shape: shapes.B });
    const matrix = (tensor: Tensor): Tensor => (vectors ? unsqueeze(tensor, -1) : tensor);
    const gradB = solve_ex(mT(A), matrix(grad!), { left })[0];
    const back = vectors ? squeeze(gradB, -1) : gradB;
    if (!wanted.A) return { B: back };
    const solution = mT(matrix(x!));
    return { B: back, A: neg(left ? product(gradB, solution) : product(solution, gradB)) };
  },
  samples: [
    () => [regular([3, 3]), sample([3, 2], { seed: 1 })],
    () => [regular([2, 2, 2]), sample([2, 2], { seed: 1 })],
    () => [regular([2, 2]), sample([2, 3, 2], { seed: 1 }), { left: false }],
  ],
});

/**
 * The solution X of `A X = B` for square matrices A, or of `X A = B` with `left: false`. B holds matrices or, with one dimension less than A, vectors; batches
 * broadcast. Faster and more accurate than `inv(A) @ B`.
 *
 * @throws LinAlgError when a matrix is singular, RuntimeError when the matrices are not square or do not fit.
 * Source: `torch.linalg.solve`.
 */
export const solve: Operator<
  ByName<LinalgSignature<[A: Tensor, B: Tensor], { readonly left?: boolean }>, "A, B, left?, out?">
> = composite({
  name: "linalg_solve",
  out: true,
  parameters: { A: tensor, B: tensor, left: keywordOnly(flag(true)) },
  define: ({ A, B, left }) => {
    const [result, info] = solve_ex(A, B, { left });
    checkInfo(
      "torch.linalg.solve",
      info,
      () => `${singular} Use linalg.lstsq for a solution that fits best.`,
    );
    return result;
  },
  samples: [
    () => [regular([3, 3]), sample([3, 2], { seed: 1 })],
    () => [regular([2, 2]), sample([2], { seed: 1 })],
  ],
  errors: [
    {
      args: () => [given([1, 2, 2, 4], float64, [2, 2]), sample([2, 1])],
      error: "_LinAlgError",
      message: /singular/,
    },
    { args: () => [sample([2, 2]), sample([3, 1])], error: "RuntimeError", message: /\(2x2 and 3x1\)/ },
  ],
});

/**
 * The inverses of square matrices, and for each of them 0, or the place of the zero that made it singular.
 *
 * @throws RuntimeError when the matrices are not square; LinAlgError for a singular one with `check_errors`.
 * Source: `torch.linalg.inv_ex`.
 */
export const inv_ex: Operator<
  ByName<
    LinalgSignature<
      [A: Tensor],
      { readonly check_errors?: boolean },
      Results<"inverse" | "info", readonly [Tensor, Tensor]>
    >,
    "A, check_errors?, out?"
  >
> = operator({
  name: "linalg_inv_ex",
  onCpu: true,
  resultNames: ["inverse", "info"],
  out: true,
  parameters: { A: tensor, check_errors: keywordOnly(flag(false)) },
  saves: ["result"],
  forward: ({ A, check_errors }) => {
    checkSquare("linalg.inv", A);
    const { result, info } = solved(A, identityLike(A, sizesOf(A)[0]));
    if (check_errors) checkInverse("linalg.inv_ex", info);
    return [result, info];
  },
  vjp: { A: (g, { result }) => neg(product(mT(result), g, mT(result))) },
  samples: [() => [regular([3, 3])], () => [regular([2, 2, 2])]],
});

function checkInverse(name: string, info: Tensor): void {
  checkInfo(
    name,
    info,
    (code) =>
      `The diagonal element ${code} is zero, the inversion could not be completed because the input matrix is singular. Use linalg.pinv, or add a small multiple of the identity.`,
    (message) => new LinAlgError(message),
  );
}

/**
 * The inverses of square matrices.
 *
 * @throws LinAlgError when one is singular, RuntimeError when they are not square.
 * Source: `torch.linalg.inv`.
 */
export const inv: Operator<ByName<LinalgSignature<[A: Tensor], object>, "A, out?">> = composite({
  name: "linalg_inv",
  out: true,
  parameters: { A: tensor },
  define: ({ A }) => checkedInverse(A),
  samples: [() => [regular([3, 3])]],
  errors: [
    {
      args: () => [given([0, 0, 0, 0], float64, [2, 2])],
      error: "_LinAlgError",
      message: /diagonal element 1 is zero/,
    },
    { args: () => [sample([2, 3])], error: "RuntimeError", message: /2 by 3 matrices/ },
    { args: () => [sample([2])], error: "RuntimeError", message: /at least 2 dimensions/ },
  ],
});

function checkedInverse(input: Tensor): Tensor {
  const [inverse, info] = inv_ex(input);
  checkInverse("linalg.inv", info);
  return inverse;
}

/**
 * The inverses of square matrices: `linalg.inv`.
 *
 * @throws LinAlgError when one is singular, RuntimeError when they are not square.
 * Source: `torch.inverse`.
 */
export const inverse: Operator<MethodSignature<[]>> = composite({
  name: "inverse",
  out: true,
  parameters: { input: tensor },
  define: ({ input }) => checkedInverse(input),
  samples: [() => [regular([2, 2])]],
});
