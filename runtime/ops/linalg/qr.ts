/** Orthogonal factors and Householder reflections. Derivatives: PyTorch's `torch/csrc/autograd/FunctionsManual.cpp`, `linalg_qr_backward`. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, tensor, type Parameter } from "../../parameters.ts";
import { backendOf, copyInto } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul, sub } from "../elementwise/arithmetic.ts";
import { triu } from "../shaping/arranging.ts";
import { cat } from "../shaping/joining.ts";
import { sample } from "../samples.ts";
import { slice_dim } from "../shaping/slicing.ts";
import {
  asDiagonal,
  batchOf,
  checkMatrices,
  checkPrecision,
  copied,
  diagonalOf,
  flat,
  fresh,
  mT,
  product,
  regular,
  sizesOf,
} from "./matrices.ts";
import type { LinalgSignature, MethodSignature, Results } from "./signatures.ts";
import { solve_triangular } from "./triangular.ts";

/** R on and above the diagonal, reflections below it, and their factors. */
function reflections(input: Tensor): readonly [packed: Tensor, tau: Tensor] {
  const { whole, matrices } = copied(input);
  const tau = fresh([...batchOf(input), Math.min(...sizesOf(input))], input.dtype);
  backendOf(whole).householderFactor(matrices, flat(tau, 1));
  return [whole, tau];
}

/** The first `columns` columns of the product of the reflections. */
export function orthogonal(packed: Tensor, tau: Tensor, columns: number): Tensor {
  const [rows, width] = sizesOf(packed);
  const result = fresh([...batchOf(packed), rows, columns], packed.dtype);
  const kept = Math.min(width, columns);
  copyInto(slice_dim(result, -1, 0, kept), slice_dim(packed, -1, 0, kept));
  backendOf(result).householderProduct(flat(result), flat(tau, 1));
  return result;
}

/** The first factors of all reflections: as many as the matrix has columns, or fewer. */
function cutRows(packed: Tensor, rows: number): Tensor {
  return triu(slice_dim(packed, -2, 0, rows));
}

type Pair = Results<"Q" | "R", readonly [Tensor, Tensor]>;

const modes: ReadonlySet<string> = new Set(["reduced", "complete", "r"]);

const modeParameter: Parameter<string> = {
  expects: "'reduced', 'complete' or 'r'",
  fallback: "reduced",
  convert: (value) => (typeof value === "string" ? value : undefined),
};

/** What flows back: the factors, and their gradients, of which at least one arrived. */
interface QrGrads {
  readonly q: Tensor;
  readonly r: Tensor;
  readonly gradQ: Tensor | null;
  readonly gradR: Tensor | null;
}

/** `x + xᵀ` with half of its diagonal. */
function symmetric(x: Tensor): Tensor {
  return sub(add(x, mT(x)), asDiagonal(diagonalOf(x)));
}

/** For matrices with at least as many rows as columns. */
function tallBackward({ q, r, gradQ, gradR }: QrGrads): Tensor {
  const fromR = gradR && product(gradR, mT(r));
  const fromQ = gradQ && product(mT(q), gradQ);
  const both = fromR && fromQ ? sub(fromR, fromQ) : (fromR ?? fromQ!.neg());
  const turned = product(q, symmetric(triu(both)));
  return solve_triangular(mT(r), gradQ ? add(gradQ, turned) : turned, { upper: false, left: false });
}

/** For matrices with more columns than rows: the columns behind the square part give `R₂ = Qᵀ A₂`. */
function wideBackward({ q, r, gradQ, gradR }: QrGrads): Tensor {
  const [k, columns] = sizesOf(r);
  const right = (matrix: Tensor): Tensor => slice_dim(matrix, -1, k, columns);
  const square = (matrix: Tensor): Tensor => slice_dim(matrix, -1, 0, k);
  if (gradR === null) {
    const first = tallBackward({ q, r: square(r), gradQ, gradR: null });
    return cat([first, mul(product(q, right(r)), 0)], -1);
  }
  const behind = product(q, right(gradR));
  const through = product(q, right(r), mT(right(gradR)));
  const wholeQ = gradQ ? add(gradQ, through) : through;
  return cat([tallBackward({ q, r: square(r), gradQ: wholeQ, gradR: square(gradR) }), behind], -1);
}

/** @throws RuntimeError when this form of the factorisation has no derivative. */
function checkDifferentiable(mode: string, rows: number, columns: number): void {
  if (mode === "r")
    throw new RuntimeError(
      "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please use linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr.",
    );
  if (mode === "complete" && rows > columns)
    throw new RuntimeError(
      "The QR decomposition is not differentiable when mode='complete' and nrows > ncols. Use mode='reduced'.",
    );
}

/**
 * The factors of `A = Q R`: Q has orthonormal columns, R is an upper triangle. With the mode "reduced", Q has as many columns as the smaller size of A; with
 * "complete" it is square; with "r" it is empty. The signs are those of Householder's reflections: R's diagonal may be negative.
 *
 * @throws RuntimeError when there are no matrices, or for an unknown mode.
 * Source: `torch.linalg.qr`.
 */
export const linalgQr: Operator<
  ByName<
    LinalgSignature<[A: Tensor, mode?: string | { readonly mode?: string }], object, Pair>,
    "A, mode?, out?"
  >
> = operator({
  name: "linalg_qr",
  onCpu: true,
  resultNames: ["Q", "R"],
  out: true,
  parameters: { A: tensor, mode: modeParameter },
  saves: ["result"],
  forward: ({ A, mode }) => {
    checkMatrices("linalg.qr", A);
    checkPrecision("linalg.qr", A);
    if (!modes.has(mode))
      throw new RuntimeError(
        `qr received unrecognized mode '${mode}' but expected one of 'reduced' (default), 'r', or 'complete'`,
      );
    const [rows, columns] = sizesOf(A);
    const kept = mode === "complete" ? rows : Math.min(rows, columns);
    const [packed, tau] = reflections(A);
    const q = mode === "r" ? fresh([0], A.dtype) : orthogonal(packed, tau, kept);
    return [q, cutRows(packed, kept)];
  },
  jointVjp: ([gradQ, gradR], { results: [q, r], shapes, mode }) => {
    const [rows, columns] = shapes.A.slice(-2) as [number, number];
    checkDifferentiable(mode, rows, columns);
    const grads = { q: q!, r: r!, gradQ: gradQ ?? null, gradR: gradR ?? null };
    return { A: rows >= columns ? tallBackward(grads) : wideBackward(grads) };
  },
  samples: [() => [regular([3, 2])], () => [regular([2, 3])], () => [regular([2, 2, 2]), "complete"]],
  errors: [{ args: () => [sample([2, 2]), "x"], error: "RuntimeError", message: /unrecognized mode 'x'/ }],
});

/**
 * The factors of `A = Q R`: an older form of `linalg.qr`. With `some: false`, Q is square.
 *
 * @throws RuntimeError when there are no matrices.
 * Source: `torch.qr`.
 */
export const qr: Operator<MethodSignature<[some?: boolean | { some?: boolean }], Pair>> = composite({
  name: "qr",
  resultNames: ["Q", "R"],
  out: true,
  parameters: { input: tensor, some: flag(true) },
  define: ({ input, some }) => linalgQr(input, some ? "reduced" : "complete"),
  samples: [() => [regular([3, 2])]],
});

/**
 * R on and above the diagonal, the vectors of Householder's reflections below it, and their factors: what `orgqr` and `ormqr` take.
 *
 * @throws RuntimeError when there are no matrices.
 * Source: `torch.geqrf`.
 */
export const geqrf: Operator<MethodSignature<[], Results<"a" | "tau", readonly [Tensor, Tensor]>>> = operator(
  {
    name: "geqrf",
    onCpu: true,
    resultNames: ["a", "tau"],
    out: true,
    parameters: { input: tensor },
    forward: ({ input }) => {
      checkMatrices("torch.geqrf", input, "input");
      checkPrecision("torch.geqrf", input);
      return reflections(input);
    },
    vjp: null,
    samples: [() => [sample([3, 2], { requiresGrad: false })]],
  },
);
