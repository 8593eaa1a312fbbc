/** Eigenvalues of symmetric matrices. Derivatives: PyTorch's `torch/csrc/autograd/FunctionsManual.cpp`, `linalg_eig_backward`. */
import type { ByName } from "../../keywords.ts";
import { is_grad_enabled } from "../../autograd/modes.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { tensor, type Parameter } from "../../parameters.ts";
import { backendOf } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, mul, sub } from "../elementwise/arithmetic.ts";
import { sample } from "../samples.ts";
import { unsqueeze } from "../shaping/view.ts";
import {
  asDiagonal,
  batchOf,
  checkInfo,
  checkSquare,
  copied,
  flat,
  fresh,
  identityLike,
  mT,
  noInfo,
  product,
} from "./matrices.ts";
import type { LinalgSignature, Results } from "./signatures.ts";

const triangle: Parameter<string> = {
  expects: "'L' or 'U'",
  fallback: "L",
  convert: (value) => (typeof value === "string" ? value : undefined),
};

/** Whether the upper triangle is to be read. @throws RuntimeError when the word is neither L nor U. */
function readsUpper(triangle: string): boolean {
  const word = triangle.toUpperCase();
  if (word === "U" || word === "L") return word === "U";
  throw new RuntimeError(
    `Expected UPLO argument to be 'L' or 'U', but got ${triangle}. It says which triangle of the symmetric matrix is read.`,
  );
}

/** Eigenvalues, and the vectors where they are wanted, without history. */
function decomposed(
  name: string,
  input: Tensor,
  upper: boolean,
  vectors: boolean,
): readonly [Tensor, Tensor] {
  checkSquare(name, input);
  const batch = batchOf(input);
  const values = fresh([...batch, input.size(-1)], input.dtype);
  const info = noInfo(batch);
  const { whole, matrices } = copied(input);
  backendOf(whole).symmetricEigen(flat(values, 1), matrices, info.reshape(-1), upper, vectors);
  checkInfo(
    name,
    info,
    (code) =>
      `The algorithm failed to converge because the input matrix is ill-conditioned or has too many repeated eigenvalues (error code: ${code}). Look for NaN or infinity with torch.isfinite.`,
  );
  return [values, whole];
}

/** Symmetric matrices, which the operators are smooth functions of. */
function symmetrized(inputs: readonly Tensor[]): readonly Tensor[] {
  return inputs.map((input) => add(input, mT(input)));
}

interface TriangleOption {
  readonly UPLO?: string;
}

/**
 * The eigenvalues of symmetric matrices in ascending order, and their eigenvectors as columns. One triangle is read: the lower one, or the upper one with `UPLO: "U"`. The
 * signs of the vectors are arbitrary.
 *
 * @throws RuntimeError when the matrices are not square, LinAlgError when they hold NaN or infinity.
 * Source: `torch.linalg.eigh`.
 */
export const eigh: Operator<
  ByName<
    LinalgSignature<
      [A: Tensor, UPLO?: string | TriangleOption],
      object,
      Results<"eigenvalues" | "eigenvectors", readonly [Tensor, Tensor]>
    >,
    "A, UPLO?, out?"
  >
> = operator({
  name: "linalg_eigh",
  onCpu: true,
  resultNames: ["eigenvalues", "eigenvectors"],
  out: true,
  parameters: { A: tensor, UPLO: triangle },
  saves: ["result"],
  forward: ({ A, UPLO }) => decomposed("linalg.eigh", A, readsUpper(UPLO), true),
  jointVjp: ([gradValues, gradVectors], { results }) => {
    const [values, vectors] = results as readonly [Tensor, Tensor]; // two, as forward gives them
    const scaled = gradValues ? mul(vectors, unsqueeze(gradValues, -2)) : null;
    if (!gradVectors) return { A: product(scaled!, mT(vectors)) };
    const identity = identityLike(values, values.size(-1));
    const gaps = add(sub(unsqueeze(values, -2), unsqueeze(values, -1)), identity);
    const turned = product(mT(vectors), gradVectors);
    // Vectors of length 1 can only turn: the symmetric part has nothing to change.
    const inner = div(mul(sub(turned, mT(turned)), 0.5), gaps);
    const whole = gradValues ? add(inner, asDiagonal(gradValues)) : inner;
    return { A: product(vectors, whole, mT(vectors)) };
  },
  prepare: symmetrized,
  samples: [() => [sample([3, 3])], () => [sample([2, 2, 2]), "U"]],
  errors: [
    { args: () => [sample([2, 3])], error: "RuntimeError", message: /2 by 3 matrices/ },
    { args: () => [sample([2, 2]), "x"], error: "RuntimeError", message: /'L' or 'U', but got x/ },
  ],
});

/** Eigenvalues alone, or with the vectors that their derivative needs. */
export function eigenvaluesOf(input: Tensor, upper = false): Tensor {
  if (is_grad_enabled() && input.requires_grad) return eigh(input, upper ? "U" : "L")[0];
  return decomposed("linalg.eigvalsh", input, upper, false)[0];
}

/**
 * The eigenvalues of symmetric matrices in ascending order, of which one triangle is read.
 *
 * @throws RuntimeError when the matrices are not square, LinAlgError when they hold NaN or infinity.
 * Source: `torch.linalg.eigvalsh`.
 */
export const eigvalsh: Operator<
  ByName<LinalgSignature<[A: Tensor, UPLO?: string | TriangleOption], object>, "A, UPLO?, out?">
> = composite({
  name: "linalg_eigvalsh",
  out: true,
  parameters: { A: tensor, UPLO: triangle },
  define: ({ A, UPLO }) => eigenvaluesOf(A, readsUpper(UPLO)),
  prepare: symmetrized,
  samples: [() => [sample([3, 3])]],
});
