/** Factors of positive definite matrices. Derivatives: PyTorch's `torch/csrc/autograd/FunctionsManual.cpp`, `cholesky_backward` and those behind it. */
import type { ByName } from "../../keywords.ts";
import { float64 } from "../../dtype.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, keywordOnly, tensor } from "../../parameters.ts";
import { backendOf, duplicate } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul, sub } from "../elementwise/arithmetic.ts";
import { tril } from "../shaping/arranging.ts";
import { given, sample } from "../samples.ts";
import { neg } from "../elementwise/unary.ts";
import {
  asDiagonal,
  batchOf,
  checkInfo,
  checkSquare,
  copied,
  diagonalOf,
  identityLike,
  mT,
  noInfo,
  product,
  regular,
  sizesOf,
} from "./matrices.ts";
import type { LinalgSignature, MethodSignature, Results } from "./signatures.ts";
import { checkEquation, solve_triangular } from "./triangular.ts";

/** A positive definite matrix of samples. */
function definite(size: number): Tensor {
  const data = Array.from({ length: size * size }, (_, place) => {
    const [i, j] = [Math.floor(place / size), place % size];
    return i === j ? 3 + i : 1 / (1 + i + j);
  });
  return given(data, float64, [size, size]).requires_grad_(true);
}

function describeFailure(order: number): string {
  return `The factorization could not be completed because the input is not positive-definite (the leading minor of order ${order} is not positive-definite). A covariance needs more samples than columns; adding a small multiple of the identity helps.`;
}

/** The symmetric parts of matrices: what the factorisation is a smooth function of. */
function symmetrized(inputs: readonly Tensor[]): readonly Tensor[] {
  return inputs.map((input) => mul(add(input, mT(input)), 0.5));
}

/** The last matrix without what stands above its diagonal: it is not read, but PyTorch's derivative has something there. */
function withFactor(inputs: readonly Tensor[]): readonly Tensor[] {
  return inputs.map((input, i) => (i === inputs.length - 1 ? tril(input) : input));
}

/** The factor L, or U with `upper`, and for each matrix 0 or the order of the minor that failed. */
function factored(name: string, input: Tensor, upper: boolean): readonly [factor: Tensor, info: Tensor] {
  checkSquare(name, input);
  const { whole, matrices } = copied(upper ? mT(input) : input);
  const info = noInfo(batchOf(input));
  backendOf(whole).choleskyFactor(matrices, info.reshape(-1));
  return [upper ? duplicate(mT(whole)) : whole, info];
}

/** The gradient of the matrix, symmetric, from that of its factor. Source: `cholesky_backward`. */
function factorBackward(grad: Tensor, factor: Tensor, upper: boolean): Tensor {
  const [g, l] = upper ? [mT(grad), mT(factor)] : [grad, factor];
  const lower = tril(product(mT(l), g));
  const symmetric = mul(sub(add(lower, mT(lower)), asDiagonal(diagonalOf(lower))), 0.5);
  const right = solve_triangular(l, symmetric, { upper: false, left: false });
  return solve_triangular(mT(l), right, { upper: true });
}

interface ExOptions {
  readonly upper?: boolean;
  readonly check_errors?: boolean;
}

/**
 * The Cholesky factors L of positive definite matrices, `A = L Lᵀ` (or U of `A = Uᵀ U`), and for each of them 0, or the order of the leading minor that is not
 * positive definite.
 *
 * @throws RuntimeError when the matrices are not square; LinAlgError for one that is not positive definite with `check_errors`.
 * Source: `torch.linalg.cholesky_ex`.
 */
export const cholesky_ex: Operator<
  ByName<
    LinalgSignature<[A: Tensor], ExOptions, Results<"L" | "info", readonly [Tensor, Tensor]>>,
    "A, upper?, check_errors?, out?"
  >
> = operator({
  name: "linalg_cholesky_ex",
  onCpu: true,
  resultNames: ["L", "info"],
  out: true,
  parameters: { A: tensor, upper: keywordOnly(flag(false)), check_errors: keywordOnly(flag(false)) },
  saves: ["result"],
  forward: ({ A, upper, check_errors }) => {
    const [factor, info] = factored("linalg.cholesky", A, upper);
    if (check_errors) checkInfo("linalg.cholesky_ex", info, describeFailure);
    return [factor, info];
  },
  vjp: { A: (g, { result, upper }) => factorBackward(g, result, upper) },
  prepare: symmetrized,
  samples: [() => [definite(3)], () => [definite(2), { upper: true }]],
});

const notDefinite = [
  {
    args: () => [given([1, 2, 2, 1], float64, [2, 2])],
    error: "_LinAlgError",
    message: /leading minor of order 2/,
  },
  { args: () => [sample([2, 3])], error: "RuntimeError", message: /2 by 3 matrices/ },
];

/**
 * The Cholesky factors L of positive definite matrices, `A = L Lᵀ`; with `upper`, U of `A = Uᵀ U`. Only one triangle is read.
 *
 * @throws LinAlgError when a matrix is not positive definite, RuntimeError when the matrices are not square.
 * Source: `torch.linalg.cholesky`.
 */
export const linalgCholesky: Operator<
  ByName<LinalgSignature<[A: Tensor], { readonly upper?: boolean }>, "A, upper?, out?">
> = composite({
  name: "linalg_cholesky",
  out: true,
  parameters: { A: tensor, upper: keywordOnly(flag(false)) },
  define: ({ A, upper }) => {
    const [factor, info] = cholesky_ex(A, { upper });
    checkInfo("linalg.cholesky", info, describeFailure);
    return factor;
  },
  prepare: symmetrized,
  samples: [() => [definite(2)]],
  errors: notDefinite,
});

/**
 * The Cholesky factors of positive definite matrices: an older name of `linalg.cholesky`.
 *
 * @throws LinAlgError when a matrix is not positive definite, RuntimeError when the matrices are not square.
 * Source: `torch.cholesky`.
 */
export const cholesky: Operator<MethodSignature<[upper?: boolean], Tensor, ["upper"]>> = operator({
  name: "cholesky",
  onCpu: true,
  out: true,
  parameters: { input: tensor, upper: flag(false) },
  saves: ["result"],
  forward: ({ input, upper }) => {
    const [factor, info] = factored("cholesky", input, upper);
    checkInfo("cholesky", info, describeFailure);
    return factor;
  },
  vjp: { input: (g, { result, upper }) => factorBackward(g, result, upper) },
  prepare: symmetrized,
  samples: [() => [definite(2)], () => [definite(2), true]],
  errors: notDefinite,
});

/** Solves with a factor, and with its transpose. */
function solveWith(factor: Tensor, right: Tensor, upper: boolean): Tensor {
  const [first, second] = upper ? [mT(factor), factor] : [factor, mT(factor)];
  return solve_triangular(second, solve_triangular(first, right, { upper: false }), { upper: true });
}

/**
 * The solution X of `A X = B` from the Cholesky factor of A: `A = L Lᵀ`, or `Uᵀ U` with `upper`.
 *
 * @throws RuntimeError when the matrices do not fit.
 * Source: `torch.cholesky_solve`.
 */
export const cholesky_solve: Operator<MethodSignature<[L: Tensor, upper?: boolean], Tensor, ["L", "upper"]>> =
  operator({
    name: "cholesky_solve",
    onCpu: true,
    out: true,
    parameters: { B: tensor, L: tensor, upper: flag(false) },
    saves: ["L", "result"],
    forward: ({ B, L, upper }) => {
      checkEquation("cholesky_solve", L, B, true);
      return solveWith(L, B, upper);
    },
    jointVjp: ([grad], { L, results: [x], upper }, wanted) => {
      const gradB = cholesky_solve(grad!, L, upper);
      if (!wanted.L) return { B: gradB };
      const half = product(gradB, mT(x!));
      const both = add(half, mT(half));
      return { B: gradB, L: neg(upper ? product(L, both) : product(both, L)) };
    },
    prepare: withFactor,
    samples: [
      () => [sample([2, 2]), regular([2, 2], 1)],
      () => [sample([2, 1], { requiresGrad: false }), regular([2, 2], 1).detach(), true],
    ],
  });

/**
 * The inverses of positive definite matrices from their Cholesky factors.
 *
 * @throws RuntimeError when the matrices are not square.
 * Source: `torch.cholesky_inverse`.
 */
export const cholesky_inverse: Operator<MethodSignature<[upper?: boolean], Tensor, ["upper"]>> = operator({
  name: "cholesky_inverse",
  onCpu: true,
  out: true,
  parameters: { input: tensor, upper: flag(false) },
  saves: ["input", "result"],
  forward: ({ input, upper }) => {
    checkSquare("cholesky_inverse", input);
    return solveWith(input, identityLike(input, sizesOf(input)[0]), upper);
  },
  vjp: {
    input: (g, { input, result, upper }) => {
      const both = product(result, add(g, mT(g)), result);
      return neg(upper ? product(input, both) : product(both, input));
    },
  },
  prepare: withFactor,
  samples: [() => [regular([2, 2])], () => [regular([2, 2]).detach(), true]],
});
