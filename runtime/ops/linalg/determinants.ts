/** Determinants. Derivatives: PyTorch's `torch/csrc/autograd/FunctionsManual.cpp`, `linalg_det_backward`, `slogdet_backward`. */
import type { ByName } from "../../keywords.ts";
import { int64 } from "../../dtype.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { tensor } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { mul, where } from "../elementwise/arithmetic.ts";
import { lt } from "../elementwise/comparison.ts";
import { cat } from "../shaping/joining.ts";
import { index_select } from "../shaping/indexing.ts";
import { given, sample } from "../samples.ts";
import { reshape, unsqueeze } from "../shaping/view.ts";
import { prod } from "../reductions/reduction.ts";
import {
  batchOf,
  checkSquare,
  fresh,
  identityLike,
  integersOf,
  mT,
  product,
  regular,
  sizesOf,
} from "./matrices.ts";
import type { LinalgSignature, MethodSignature, Results } from "./signatures.ts";
import { svdOf } from "./singular.ts";
import { factor, solve_ex } from "./solve.ts";

/** For each matrix the sign of its determinant, and the logarithm of its size. */
function signsAndLogs(input: Tensor): { readonly signs: Float64Array; readonly logs: Float64Array } {
  const { lu, pivots } = factor(input);
  const [n] = sizesOf(input);
  const count = batchOf(input).reduce((sizes, size) => sizes * size, 1);
  const [signs, logs] = [new Float64Array(count).fill(1), new Float64Array(count)];
  // Matrices are float32 or float64.
  const data = lu.storage.data as Float64Array;
  const rows = integersOf(pivots);
  for (let batch = 0; batch < count; batch++)
    for (let i = 0; i < n; i++) {
      const element = data[lu.offset + (batch * n + i) * n + i]!;
      const exchanged = rows[batch * n + i] !== i + 1;
      signs[batch]! *= Math.sign(element) * (exchanged ? -1 : 1);
      logs[batch]! += Math.log(Math.abs(element));
    }
  return { signs, logs };
}

/** The determinants from the factors' diagonals. */
function determinants(input: Tensor): Tensor {
  const { lu, pivots } = factor(input);
  const [n] = sizesOf(input);
  const result = fresh(batchOf(input), input.dtype);
  // Matrices are float32 or float64.
  const [data, target] = [lu.storage.data as Float64Array, result.storage.data as Float64Array];
  const rows = integersOf(pivots);
  for (let batch = 0; batch < result.numel(); batch++) {
    let determinant = 1;
    for (let i = 0; i < n; i++) {
      const exchanged = rows[batch * n + i] !== i + 1;
      determinant *= data[lu.offset + (batch * n + i) * n + i]! * (exchanged ? -1 : 1);
    }
    target[batch] = determinant;
  }
  return result;
}

/** `grad` times the transposed adjugate of regular matrices: `det(A) A⁻ᵀ`. */
function regularBackward(grad: Tensor, a: Tensor, det: Tensor): Tensor {
  const scale = unsqueeze(unsqueeze(mul(grad, det), -1), -1);
  return solve_ex(mT(a), mul(scale, identityLike(a, sizesOf(a)[0])))[0];
}

/**
 * The same for singular matrices, of which the product of all singular values but one may still be there.
 * Source: N. Higham, "What Is the Adjugate of a Matrix?".
 */
function singularBackward(grad: Tensor, a: Tensor): Tensor {
  const [u, s, vh] = svdOf(a, false);
  const n = sizesOf(a)[0];
  // Row i holds every singular value but the i-th, which is 1.
  const others = where(identityLike(a, n).bool(), 1, unsqueeze(s, -2));
  const rest = prod(others, -1) as Tensor;
  const sign = mul(det(u), det(vh));
  const weights = mul(unsqueeze(mul(grad, sign), -1), rest);
  return product(mul(u, unsqueeze(weights, -2)), vh);
}

/** Some of a batch. */
function pick(from: Tensor, positions: readonly number[]): Tensor {
  return index_select(from, 0, given(positions, int64));
}

/** Chooses the form for each matrix of the batch. */
function determinantBackward(grad: Tensor, a: Tensor, det: Tensor): Tensor {
  const limit = 100 * (a.dtype.itemsize === 8 ? 2 ** -52 : 2 ** -23);
  const flags = lt(det.detach().abs(), limit).reshape([-1]).tolist() as unknown as readonly boolean[]; // a bool vector
  const singular = [...flags.keys()].filter((i) => flags[i]);
  if (singular.length === 0) return regularBackward(grad, a, det);
  if (singular.length === flags.length) return singularBackward(grad, a);
  const regularOnes = [...flags.keys()].filter((i) => !flags[i]);
  const n = sizesOf(a)[0];
  const [flatA, flatGrad, flatDet] = [reshape(a, [-1, n, n]), reshape(grad, [-1]), reshape(det, [-1])];
  const joined = cat([
    regularBackward(pick(flatGrad, regularOnes), pick(flatA, regularOnes), pick(flatDet, regularOnes)),
    singularBackward(pick(flatGrad, singular), pick(flatA, singular)),
  ]);
  const order = [...regularOnes, ...singular];
  const back = order.map((_, position) => order.indexOf(position));
  return reshape(pick(joined, back), a.shape);
}

/**
 * The determinants of square matrices.
 *
 * @throws RuntimeError when the matrices are not square.
 * Source: `torch.linalg.det`.
 */
export const linalgDet: Operator<ByName<LinalgSignature<[A: Tensor], object>, "A, out?">> = operator({
  name: "linalg_det",
  onCpu: true,
  out: true,
  parameters: { A: tensor },
  saves: ["A", "result"],
  forward: ({ A }) => {
    checkSquare("linalg.det", A);
    return determinants(A);
  },
  vjp: { A: (g, { A, result }) => determinantBackward(g, A, result) },
  samples: [() => [regular([3, 3])], () => [regular([2, 2, 2])]],
  errors: [{ args: () => [sample([2, 3])], error: "RuntimeError", message: /2 by 3 matrices/ }],
});

/**
 * The determinants of square matrices: `linalg.det`.
 *
 * @throws RuntimeError when the matrices are not square.
 * Source: `torch.det`.
 */
export const det: Operator<MethodSignature<[]>> = composite({
  name: "det",
  parameters: { input: tensor },
  define: ({ input }) => linalgDet(input),
  samples: [() => [regular([2, 2])]],
});

/**
 * The signs of the determinants of square matrices, and the logarithms of their sizes, which stay finite where the determinant itself would overflow.
 *
 * @throws RuntimeError when the matrices are not square.
 * Source: `torch.linalg.slogdet`.
 */
export const linalgSlogdet: Operator<
  ByName<
    LinalgSignature<[A: Tensor], object, Results<"sign" | "logabsdet", readonly [Tensor, Tensor]>>,
    "A, out?"
  >
> = operator({
  name: "linalg_slogdet",
  onCpu: true,
  resultNames: ["sign", "logabsdet"],
  out: true,
  parameters: { A: tensor },
  saves: ["A"],
  forward: ({ A }) => {
    checkSquare("linalg.slogdet", A);
    const { signs, logs } = signsAndLogs(A);
    return [signs, logs].map((values) => {
      const result = fresh(batchOf(A), A.dtype);
      (result.storage.data as Float64Array).set(values); // float32 or float64
      return result;
    });
  },
  jointVjp: ([, grad], { A }) => {
    if (!grad) return {};
    const scale = unsqueeze(unsqueeze(grad, -1), -1);
    return { A: solve_ex(mT(A), mul(scale, identityLike(A, sizesOf(A)[0])))[0] };
  },
  samples: [() => [regular([3, 3])], () => [sample([2, 2, 2])]],
});

/**
 * The signs of the determinants of square matrices, and the logarithms of their sizes: `linalg.slogdet`.
 *
 * @throws RuntimeError when the matrices are not square.
 * Source: `torch.slogdet`.
 */
export const slogdet: Operator<
  MethodSignature<[], Results<"sign" | "logabsdet", readonly [Tensor, Tensor]>>
> = composite({
  name: "slogdet",
  resultNames: ["sign", "logabsdet"],
  out: true,
  parameters: { input: tensor },
  define: ({ input }) => linalgSlogdet(input),
  samples: [() => [regular([2, 2])]],
});

/**
 * The logarithms of the determinants of square matrices: NaN for a negative one, minus infinity for 0.
 *
 * @throws RuntimeError when the matrices are not square.
 * Source: `torch.logdet`.
 */
export const logdet: Operator<MethodSignature<[]>> = composite({
  name: "logdet",
  parameters: { input: tensor },
  define: ({ input }) => {
    const [sign, logs] = linalgSlogdet(input);
    return where(lt(sign, 0), NaN, logs);
  },
  samples: [() => [regular([2, 2])]],
});
