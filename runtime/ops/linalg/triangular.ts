/** Equations with triangular matrices. Derivatives: PyTorch's `torch/csrc/autograd/FunctionsManual.cpp`, `linalg_solve_triangular_backward`. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { operator, type Operator } from "../../operator.ts";
import { flag, keywordOnly, tensor } from "../../parameters.ts";
import { allocate, backendOf, broadcastTo, copyInto, duplicate } from "../../settle.ts";
import { broadcastShapes } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { neg } from "../elementwise/unary.ts";
import { add } from "../elementwise/arithmetic.ts";
import { tril, triu } from "../shaping/arranging.ts";
import { sample } from "../samples.ts";
import { batchOf, checkMatrices, checkSquare, flat, mT, product, regular, sizesOf } from "./matrices.ts";
import type { LinalgSignature, MethodSignature, Results } from "./signatures.ts";

/** @throws RuntimeError when `A X = B`, or `X A = B`, has no meaning for these matrices. */
export function checkEquation(name: string, a: Tensor, b: Tensor, left: boolean): void {
  checkSquare(name, a);
  checkMatrices(name, b, "B");
  if (a.dtype !== b.dtype)
    throw new RuntimeError(
      `${name}: Expected A and B to have the same dtype, but found A of type ${a.dtype.typeName} and B of type ${b.dtype.typeName} instead. Convert one of them with .to().`,
    );
  if (sizesOf(a)[0] !== sizesOf(b)[left ? 0 : 1])
    throw new RuntimeError(
      `${name}: Incompatible shapes of A and B for the equation ${left ? "AX = B" : "XA = B"} (${sizesOf(a).join("x")} and ${sizesOf(b).join("x")}). B needs ${sizesOf(a)[0]} ${left ? "rows" : "columns"}.`,
    );
}

/** Both sides with their batches broadcast, the right one a fresh copy. */
export function spreadEquation(a: Tensor, b: Tensor): { readonly matrices: Tensor; readonly right: Tensor } {
  const batch = broadcastShapes(batchOf(a), batchOf(b));
  const right = allocate([...batch, ...sizesOf(b)], b.dtype);
  copyInto(right, broadcastTo(b, right.shape));
  return { matrices: duplicate(broadcastTo(a, [...batch, ...sizesOf(a)])), right };
}

interface TriangularOptions {
  readonly upper: boolean;
  readonly left?: boolean;
  readonly unitriangular?: boolean;
}

/** Required, and only by name. */
const upperParameter = {
  expects: "true or false",
  keywordOnly: true,
  convert: (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined),
} as const;

/**
 * The solution X of `A X = B`, or of `X A = B` with `left: false`, for triangular matrices A, of which only one triangle is read. Batches broadcast.
 *
 * @throws RuntimeError when the matrices are not square or do not fit.
 * Source: `torch.linalg.solve_triangular`.
 */
export const solve_triangular: Operator<
  ByName<
    LinalgSignature<[A: Tensor, B: Tensor], TriangularOptions>,
    "A, B, upper, left?, unitriangular?, out?"
  >
> = operator({
  name: "linalg_solve_triangular",
  onCpu: true,
  out: true,
  parameters: {
    A: tensor,
    B: tensor,
    upper: upperParameter,
    left: keywordOnly(flag(true)),
    unitriangular: keywordOnly(flag(false)),
  },
  saves: ["A", "result"],
  forward: ({ A, B, upper, left, unitriangular }) => {
    checkEquation("linalg.solve_triangular", A, B, left);
    if (!left) {
      const { matrices, right } = spreadEquation(mT(A), mT(B));
      backendOf(right).solveTriangular(flat(right), flat(matrices), { upper: !upper, unitriangular });
      return duplicate(mT(right));
    }
    const { matrices, right } = spreadEquation(A, B);
    backendOf(right).solveTriangular(flat(right), flat(matrices), { upper, unitriangular });
    return right;
  },
  jointVjp: ([grad], { A, results: [x], upper, left, unitriangular }, wanted) => {
    const gradB = solve_triangular(mT(A), grad!, { upper: !upper, left, unitriangular });
    if (!wanted.A) return { B: gradB };
    const gradA = neg(left ? product(gradB, mT(x!)) : product(mT(x!), gradB));
    const skipped = unitriangular ? 1 : 0;
    return { B: gradB, A: upper ? triu(gradA, skipped) : tril(gradA, -skipped) };
  },
  samples: [
    () => [regular([3, 3]), sample([3, 2], { seed: 1 }), { upper: true }],
    () => [regular([2, 2, 2]), sample([2, 3, 2], { seed: 1 }), { upper: false, left: false }],
    () => [sample([2, 2]), sample([2, 2, 1], { seed: 1 }), { upper: false, unitriangular: true }],
  ],
  errors: [
    {
      args: () => [sample([2, 2]), sample([3, 1]), { upper: true }],
      error: "RuntimeError",
      message: /AX = B \(2x2 and 3x1\)/,
    },
  ],
});

/**
 * The solution X of `A X = b` for triangular matrices A, and a copy of A. Of `Aᵀ X = b` with `transpose`. An older name of `linalg.solve_triangular`.
 *
 * @throws RuntimeError when the matrices are not square or do not fit.
 * Source: `torch.triangular_solve`.
 */
export const triangular_solve: Operator<
  MethodSignature<
    [
      A: Tensor,
      upper?: boolean | { upper?: boolean; transpose?: boolean; unitriangular?: boolean },
      transpose?: boolean,
      unitriangular?: boolean,
    ],
    Results<"solution" | "cloned_coefficient", readonly [Tensor, Tensor]>
  >
> = operator({
  name: "triangular_solve",
  onCpu: true,
  resultNames: ["solution", "cloned_coefficient"],
  parameters: {
    b: tensor,
    A: tensor,
    upper: flag(true),
    transpose: flag(false),
    unitriangular: flag(false),
  },
  saves: ["A", "result"],
  forward: ({ b, A, upper, transpose, unitriangular }) => {
    checkEquation("triangular_solve", A, b, true);
    const { matrices, right } = spreadEquation(transpose ? mT(A) : A, b);
    const system = { upper: upper !== transpose, unitriangular };
    backendOf(right).solveTriangular(flat(right), flat(matrices), system);
    return [right, duplicate(A)];
  },
  jointVjp: ([gradX, gradA], { A, results: [x], upper, transpose, unitriangular }) => {
    if (!gradX) return { A: gradA! };
    const gradB = triangular_solve(gradX, A, upper, !transpose, unitriangular)[0];
    const whole = neg(transpose ? product(x!, mT(gradB)) : product(gradB, mT(x!)));
    const skipped = unitriangular ? 1 : 0;
    const read = upper ? triu(whole, skipped) : tril(whole, -skipped);
    return { b: gradB, A: gradA ? add(read, gradA) : read };
  },
  samples: [
    () => [sample([3, 2]), regular([3, 3])],
    () => [sample([2, 1]), regular([2, 2]), false, true, true],
  ],
});
