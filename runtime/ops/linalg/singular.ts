/** Singular values. Derivatives: PyTorch's `torch/csrc/autograd/FunctionsManual.cpp`, `svd_backward`. */
import type { ByName } from "../../keywords.ts";
import { is_grad_enabled } from "../../autograd/modes.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, tensor, type Parameter } from "../../parameters.ts";
import { allocateZeros, backendOf } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, mul, sub } from "../elementwise/arithmetic.ts";
import { sample } from "../samples.ts";
import { slice_dim } from "../shaping/slicing.ts";
import { unsqueeze } from "../shaping/view.ts";
import {
  asDiagonal,
  batchOf,
  checkInfo,
  checkMatrices,
  checkPrecision,
  copied,
  flat,
  fresh,
  identityLike,
  mT,
  noInfo,
  product,
  sizesOf,
} from "./matrices.ts";
import type { LinalgSignature, MethodSignature, Results } from "./signatures.ts";

type Triple = Results<"U" | "S" | "Vh", readonly [Tensor, Tensor, Tensor]>;

const noConvergence = (): string =>
  "The algorithm failed to converge because the input matrix contained non-finite values. Look for NaN or infinity with torch.isfinite.";

/** @throws RuntimeError when the tensor holds no matrices that can be factored. */
function checkInput(name: string, input: Tensor): void {
  checkMatrices(name, input);
  checkPrecision(name, input);
}

/** Singular values, and where they are wanted the vectors, without history. */
function decomposed(input: Tensor, full: boolean, vectors: boolean): readonly Tensor[] {
  const [rows, columns] = sizesOf(input);
  const batch = batchOf(input);
  const count = Math.min(rows, columns);
  const values = fresh([...batch, count], input.dtype);
  const info = noInfo(batch);
  const u = fresh([...batch, rows, vectors ? (full ? rows : count) : 0], input.dtype);
  const vh = fresh([...batch, vectors ? (full ? columns : count) : 0, columns], input.dtype);
  const { matrices } = copied(input);
  const wanted = vectors ? ([flat(u), flat(vh)] as const) : null;
  backendOf(input).singularValues(flat(values, 1), matrices, info.reshape(-1), wanted);
  checkInfo("linalg.svd", info, noConvergence);
  return [u, values, vh];
}

/** `x − xᵀ`. */
function skew(x: Tensor): Tensor {
  return sub(x, mT(x));
}

/** The gradient of A from those of its singular values and vectors. */
function svdBackward(
  [gradU, gradS, gradVh]: readonly (Tensor | null)[],
  [u, s, vh]: readonly [Tensor, Tensor, Tensor],
): Tensor {
  if (!gradU && !gradVh) return product(mul(u, unsqueeze(gradS!, -2)), vh);
  const gradV = gradVh ? mT(gradVh) : null;
  const [rows, k] = sizesOf(u);
  const columns = vh.size(-1);
  const square = mul(s, s);
  // Ones on the diagonal, where there is nothing to divide.
  const gaps = add(sub(unsqueeze(square, -2), unsqueeze(square, -1)), identityLike(u, k));
  const left = gradU ? mul(div(skew(product(mT(u), gradU)), gaps), unsqueeze(s, -2)) : null;
  const right = gradV ? mul(unsqueeze(s, -1), div(skew(product(vh, gradV)), gaps)) : null;
  const parts = [left, right, gradS ? asDiagonal(gradS) : null].filter((part) => part !== null);
  let result = product(
    u,
    parts.reduce((x, y) => add(x, y) as Tensor),
    vh,
  );
  if (gradU && rows > k) {
    const scaled = div(gradU, unsqueeze(s, -2));
    result = add(result, product(sub(scaled, product(u, product(mT(u), scaled))), vh));
  }
  if (gradVh && columns > k) {
    const scaled = div(gradVh, unsqueeze(s, -1));
    result = add(result, product(u, sub(scaled, product(product(scaled, mT(vh)), vh))));
  }
  return result;
}

/** The first `count` columns, or rows, that singular values belong to. */
function cut(tensor: Tensor | null | undefined, dim: -1 | -2, count: number): Tensor | null {
  return tensor ? slice_dim(tensor, dim, 0, count) : null;
}

/** `U`, `S` and `Vᵀ` with derivatives. */
export const svdOf: Operator<
  ByName<LinalgSignature<[A: Tensor, full_matrices?: boolean], object, Triple>, "A, full_matrices?">
> = operator({
  name: "linalg_svd",
  onCpu: true,
  resultNames: ["U", "S", "Vh"],
  parameters: { A: tensor, full_matrices: flag(true) },
  saves: ["result"],
  forward: ({ A, full_matrices }) => {
    checkInput("linalg.svd", A);
    return decomposed(A, full_matrices, true);
  },
  jointVjp: ([gradU, gradS, gradVh], { results }) => {
    const [u, s, vh] = results as readonly [Tensor, Tensor, Tensor]; // three, as forward gives them
    const k = s.size(-1);
    return {
      A: svdBackward(
        [cut(gradU, -1, k), gradS ?? null, cut(gradVh, -2, k)],
        [cut(u, -1, k)!, s, cut(vh, -2, k)!],
      ),
    };
  },
  samples: [() => [sample([3, 3]), false], () => [sample([2, 3]), false], () => [sample([3, 2]), false]],
});

/** The library's algorithm: only one exists here. */
const driverParameter: Parameter<null> = {
  expects: "null: other drivers are for another device",
  fallback: null,
  keywordOnly: true,
  convert: (value) => (value === null ? null : undefined),
};

/**
 * The singular value decomposition `A = U diag(S) Vᵀ`, with the singular values in descending order. With `full_matrices: false` U and V have only as many
 * columns as there are singular values. The signs of the vectors are arbitrary.
 *
 * @throws RuntimeError when there are no matrices, LinAlgError when they hold NaN or infinity.
 * Source: `torch.linalg.svd`.
 */
export const linalgSvd: Operator<
  ByName<
    LinalgSignature<
      [A: Tensor, full_matrices?: boolean | { full_matrices?: boolean; driver?: null }],
      { readonly driver?: null },
      Triple
    >,
    "A, full_matrices?, driver?, out?"
  >
> = composite({
  name: "linalg_svd",
  resultNames: ["U", "S", "Vh"],
  out: true,
  parameters: { A: tensor, full_matrices: flag(true), driver: driverParameter },
  define: ({ A, full_matrices }) => svdOf(A, full_matrices),
  samples: [() => [sample([2, 2]), false]],
  errors: [
    { args: () => [sample([2])], error: "RuntimeError", message: /at least 2 dimensions/ },
    { args: () => [sample([2, 2]).mul(NaN)], error: "_LinAlgError", message: /non-finite/ },
  ],
});

/** Singular values alone, or with the vectors that their derivative needs. */
export function singularValuesOf(input: Tensor, name = "linalg.svdvals"): Tensor {
  checkInput(name, input);
  if (is_grad_enabled() && input.requires_grad) return svdOf(input, false)[1];
  return decomposed(input, false, false)[1]!;
}

/**
 * The singular values of matrices in descending order.
 *
 * @throws RuntimeError when there are no matrices, LinAlgError when they hold NaN or infinity.
 * Source: `torch.linalg.svdvals`.
 */
export const svdvals: Operator<
  ByName<LinalgSignature<[A: Tensor], { readonly driver?: null }>, "A, driver?, out?">
> = composite({
  name: "linalg_svdvals",
  out: true,
  parameters: { A: tensor, driver: driverParameter },
  define: ({ A }) => singularValuesOf(A),
  samples: [() => [sample([2, 3])]],
});

interface SvdOptions {
  readonly some?: boolean;
  readonly compute_uv?: boolean;
}

/**
 * The singular value decomposition `A = U diag(S) Vᵀ`: an older form of `linalg.svd`, which gives V itself. Without `compute_uv`, U and V are zeros.
 *
 * @throws RuntimeError when there are no matrices, LinAlgError when they hold NaN or infinity.
 * Source: `torch.svd`.
 */
export const svd: Operator<
  MethodSignature<
    [some?: boolean | SvdOptions, compute_uv?: boolean],
    Results<"U" | "S" | "V", readonly [Tensor, Tensor, Tensor]>
  >
> = composite({
  name: "svd",
  resultNames: ["U", "S", "V"],
  out: true,
  parameters: { input: tensor, some: flag(true), compute_uv: flag(true) },
  define: ({ input, some, compute_uv }) => {
    if (compute_uv) {
      const [u, s, vh] = svdOf(input, !some);
      return [u, s, mT(vh)];
    }
    const zeros = (size: number): Tensor => allocateZeros([...batchOf(input), size, size], input.dtype);
    const values = singularValuesOf(input, "svd");
    const [rows, columns] = sizesOf(input);
    return [zeros(rows), values, zeros(columns)];
  },
  samples: [() => [sample([3, 2])], () => [sample([2, 2]), true, false]],
});
