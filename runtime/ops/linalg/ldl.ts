/** Factors of symmetric matrices that need not be positive definite. */
import type { ByName } from "../../keywords.ts";
import { int32 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, keywordOnly, tensor } from "../../parameters.ts";
import { backendOf, broadcastTo, duplicate } from "../../settle.ts";
import { broadcastShapes } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { tril } from "../shaping/arranging.ts";
import { given, sample } from "../samples.ts";
import { batchOf, checkInfo, checkSquare, copied, flat, fresh, noInfo, sizesOf } from "./matrices.ts";
import type { LinalgSignature, Results } from "./signatures.ts";
import { checkEquation, spreadEquation } from "./triangular.ts";

interface FactorOptions {
  readonly hermitian?: boolean;
}

interface FactorExOptions extends FactorOptions {
  readonly check_errors?: boolean;
}

function describeZero(code: number): string {
  return `D[${code},${code}] is zero: the matrix is singular, and ldl_solve would divide by zero.`;
}

/**
 * The factors of `A = L D Lᵀ` of symmetric matrices in one matrix, of which the lower triangle is read, with the pivots of Bunch and Kaufman, and for each matrix 0 or
 * the place of the first zero in D.
 *
 * @throws RuntimeError when the matrices are not square, or for a zero in D with `check_errors`.
 * Source: `torch.linalg.ldl_factor_ex`.
 */
export const ldl_factor_ex: Operator<
  ByName<
    LinalgSignature<
      [A: Tensor],
      FactorExOptions,
      Results<"LD" | "pivots" | "info", readonly [Tensor, Tensor, Tensor]>
    >,
    "A, hermitian?, check_errors?, out?"
  >
> = operator({
  name: "linalg_ldl_factor_ex",
  onCpu: true,
  resultNames: ["LD", "pivots", "info"],
  out: true,
  parameters: { A: tensor, hermitian: keywordOnly(flag(false)), check_errors: keywordOnly(flag(false)) },
  forward: ({ A, check_errors }) => {
    checkSquare("torch.linalg.ldl_factor_ex", A);
    const { whole, matrices } = copied(A);
    const batch = batchOf(A);
    const pivots = fresh([...batch, sizesOf(A)[0]], int32);
    const info = noInfo(batch);
    backendOf(whole).ldlFactor(matrices, flat(pivots, 1), info.reshape(-1));
    if (check_errors)
      checkInfo("torch.linalg.ldl_factor_ex", info, describeZero, (message) => new RuntimeError(message));
    return [tril(whole), pivots, info];
  },
  vjp: null,
  samples: [() => [sample([3, 3], { requiresGrad: false })]],
});

/**
 * The factors of `A = L D Lᵀ` of symmetric matrices in one matrix, of which the lower triangle is read, with the pivots of Bunch and Kaufman.
 *
 * @throws RuntimeError when the matrices are not square, or a zero is in D.
 * Source: `torch.linalg.ldl_factor`.
 */
export const ldl_factor: Operator<
  ByName<
    LinalgSignature<[A: Tensor], FactorOptions, Results<"LD" | "pivots", readonly [Tensor, Tensor]>>,
    "A, hermitian?, out?"
  >
> = composite({
  name: "linalg_ldl_factor",
  resultNames: ["LD", "pivots"],
  out: true,
  parameters: { A: tensor, hermitian: keywordOnly(flag(false)) },
  define: ({ A, hermitian }) => {
    const [factors, pivots, info] = ldl_factor_ex(A, { hermitian });
    checkInfo("torch.linalg.ldl_factor", info, describeZero, (message) => new RuntimeError(message));
    return [factors, pivots];
  },
  samples: [() => [sample([2, 2], { requiresGrad: false })]],
  errors: [{ args: () => [sample([2, 2]).mul(0)], error: "RuntimeError", message: /D\[1,1\] is zero/ }],
});

/**
 * The solution X of `A X = B` from what `linalg.ldl_factor` gave of A.
 *
 * @throws RuntimeError when the matrices do not fit.
 * Source: `torch.linalg.ldl_solve`.
 */
export const ldl_solve: Operator<
  ByName<
    LinalgSignature<[LD: Tensor, pivots: Tensor, B: Tensor], FactorOptions>,
    "LD, pivots, B, hermitian?, out?"
  >
> = operator({
  name: "linalg_ldl_solve",
  onCpu: true,
  out: true,
  parameters: { LD: tensor, pivots: tensor, B: tensor, hermitian: keywordOnly(flag(false)) },
  forward: ({ LD, pivots, B }) => {
    checkEquation("torch.linalg.ldl_solve", LD, B, true);
    const batch = broadcastShapes(batchOf(LD), batchOf(B));
    const { matrices, right } = spreadEquation(LD, B);
    const chosen = duplicate(broadcastTo(pivots, [...batch, sizesOf(LD)[0]]));
    backendOf(right).ldlSolve(flat(right), flat(matrices), flat(chosen, 1));
    return right;
  },
  vjp: null,
  samples: [
    () => [
      sample([2, 2], { requiresGrad: false }),
      given([1, 2], int32),
      sample([2, 1], { requiresGrad: false }),
    ],
  ],
});
