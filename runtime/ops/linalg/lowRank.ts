/** Approximate decompositions by random projections. */
import type { ByName } from "../../keywords.ts";
import { randn } from "../../create.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, type Operator } from "../../operator.ts";
import { flag, integer, optionalInteger, optionalTensor, tensor } from "../../parameters.ts";
import { formatShape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sub } from "../elementwise/arithmetic.ts";
import { mean } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { expand } from "../shaping/view.ts";
import { checkMatrices, mT, product, sizesOf } from "./matrices.ts";
import { linalgQr } from "./qr.ts";
import type { Results } from "./signatures.ts";
import { svdOf } from "./singular.ts";

type Product = (right: Tensor) => Tensor;

/** How a matrix, less its mean, multiplies others. */
interface Multiplied {
  readonly times: Product;
  readonly transposedTimes: Product;
}

/** How `x`, or `x − y`, multiplies. */
function productWith(x: Tensor, y: Tensor | null): Product {
  return y === null ? (right) => product(x, right) : (right) => sub(product(x, right), product(y, right));
}

/** `A`, or `A − M`, which is never made. */
function multiplied(a: Tensor, m: Tensor | null): Multiplied {
  return { times: productWith(a, m), transposedTimes: productWith(mT(a), m && mT(m)) };
}

function orthonormal(matrix: Tensor): Tensor {
  return linalgQr(matrix)[0];
}

/** A matrix of q orthonormal columns whose span is nearly that of A's largest singular vectors. Source: N. Halko and others, 2009, algorithms 4.3 and 4.4. */
function approximateBasis({ times, transposedTimes }: Multiplied, random: Tensor, steps: number): Tensor {
  let basis = orthonormal(times(random));
  for (let step = 0; step < steps; step++) basis = orthonormal(times(orthonormal(transposedTimes(basis))));
  return basis;
}

type Triple = Results<"U" | "S" | "V", readonly [Tensor, Tensor, Tensor]>;

/** U, S and V of the largest q singular values. Source: the same, algorithm 5.1. */
function lowRank(
  a: Tensor,
  q: number,
  steps: number,
  mean: Tensor | null,
): readonly [Tensor, Tensor, Tensor] {
  const [rows, columns] = sizesOf(a);
  // The longer side is projected.
  const wide = rows < columns;
  const shift = mean && expand(mean, a.shape);
  const tall = wide ? multiplied(mT(a), shift && mT(shift)) : multiplied(a, shift);
  const random = randn([Math.min(rows, columns), q], { dtype: a.dtype });
  const basis = approximateBasis(tall, random, steps);
  const [u, s, vh] = svdOf(mT(tall.transposedTimes(basis)), false);
  const [left, right] = [product(basis, u), mT(vh)];
  return wide ? [right, s, left] : [left, s, right];
}

interface LowRankOptions {
  readonly q?: number | null;
  readonly niter?: number;
  readonly M?: Tensor | null;
}

/**
 * The largest `q` singular values, approximately, with their vectors, from random projections: `A ≈ U diag(S) Vᵀ`, or `A − M` for a given mean.
 *
 * @throws ValueError when q is not between 0 and the smaller size.
 * Source: `torch.svd_lowrank`.
 */
export const svd_lowrank: Operator<
  ByName<
    FunctionSignature<
      (
        A: Tensor,
        q?: number | null | LowRankOptions,
        niter?: number | LowRankOptions,
        M?: Tensor | null,
      ) => Triple
    >,
    "A, q?, niter?, M?"
  >
> = composite({
  name: "svd_lowrank",
  resultNames: ["U", "S", "V"],
  parameters: { A: tensor, q: optionalInteger, niter: integer(2), M: optionalTensor },
  define: ({ A, q, niter, M }) => lowRank(A, q ?? 6, niter, M),
  samples: [() => [sample([3, 2], { requiresGrad: false }), 2]],
});

interface PcaOptions {
  readonly q?: number | null;
  readonly center?: boolean;
  readonly niter?: number;
}

/**
 * The `q` main directions of the rows of a matrix, approximately: the columns of V, with the sizes of the spread along them, S, and the rows in these coordinates, U. The
 * mean of the rows is taken away first, unless `center` is false. Without `q` there are 6, or as many as the smaller size.
 *
 * @throws ValueError when q is not between 0 and the smaller size, or niter is negative.
 * Source: `torch.pca_lowrank`.
 */
export const pca_lowrank: Operator<
  ByName<
    FunctionSignature<
      (A: Tensor, q?: number | null | PcaOptions, center?: boolean | PcaOptions, niter?: number) => Triple
    >,
    "A, q?, center?, niter?"
  >
> = composite({
  name: "pca_lowrank",
  resultNames: ["U", "S", "V"],
  parameters: { A: tensor, q: optionalInteger, center: flag(true), niter: integer(2) },
  define: ({ A, q, center, niter }) => {
    checkMatrices("pca_lowrank", A);
    const smaller = Math.min(...sizesOf(A));
    const count = q ?? Math.min(6, smaller);
    if (!(count >= 0 && count <= smaller))
      throw new ValueError(
        `q(=${count}) must be non-negative integer and not greater than min(m, n)=${smaller}: the matrix has shape ${formatShape(A.shape)}.`,
      );
    if (niter < 0) throw new ValueError(`niter(=${niter}) must be non-negative integer`);
    if (!center) return lowRank(A, count, niter, null);
    return lowRank(sub(A, mean(A, -2, true)), count, niter, null);
  },
  samples: [() => [sample([3, 2], { requiresGrad: false }), 2]],
  errors: [{ args: () => [sample([3, 2]), 3], error: "ValueError", message: /q\(=3\)/ }],
});
