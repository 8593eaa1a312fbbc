/** Least squares and condition numbers. */
import type { ByName } from "../../keywords.ts";
import { float64, int64 } from "../../dtype.ts";
import { LinAlgError } from "../../errors/linAlgError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator } from "../../operator.ts";
import { optionalNumber, tensor, type Parameter } from "../../parameters.ts";
import { sameShape } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { sub } from "../elementwise/arithmetic.ts";
import { gt } from "../elementwise/comparison.ts";
import { amax, sum } from "../reductions/reduction.ts";
import { given, sample } from "../samples.ts";
import { square } from "../elementwise/unary.ts";
import { squeeze, unsqueeze } from "../shaping/view.ts";
import { checkMatrices, checkPrecision, fresh, product, regular, sizesOf } from "./matrices.ts";
import { pinvOf, precisionOf } from "./pseudoinverse.ts";
import type { LinalgSignature, Results } from "./signatures.ts";
import { singularValuesOf } from "./singular.ts";

const drivers = ["gels", "gelsy", "gelsd", "gelss"] as const;

const driverParameter: Parameter<string | null> = {
  expects: `one of ${drivers.join(", ")}, or null`,
  fallback: null,
  keywordOnly: true,
  convert: (value) => (value === null || typeof value === "string" ? value : undefined),
};

/** @throws RuntimeError when the two sides do not fit. */
function checkSides(a: Tensor, b: Tensor, driver: string | null): void {
  if (a.ndim < 2)
    throw new RuntimeError(
      "torch.linalg.lstsq: input must have at least 2 dimensions: the last two are a matrix's rows and columns.",
    );
  if (b.ndim < 1) throw new RuntimeError("torch.linalg.lstsq: other must have at least 1 dimension.");
  checkMatrices("torch.linalg.lstsq", a);
  if (a.dtype !== b.dtype)
    throw new RuntimeError(
      `torch.linalg.lstsq: Expected input and other to have the same dtype, but got input's dtype ${a.dtype.typeName} and other's dtype ${b.dtype.typeName}. Convert one of them with .to().`,
    );
  checkPrecision("torch.linalg.lstsq", a);
  if (driver !== null && !(drivers as readonly string[]).includes(driver))
    throw new RuntimeError(
      `torch.linalg.lstsq: parameter \`driver\` should be one of (${drivers.join(", ")})`,
    );
}

/** Whether the right side holds vectors, as PyTorch takes it. */
function holdsVectors(a: Tensor, b: Tensor): boolean {
  return b.ndim === 1 || (a.ndim - 1 === b.ndim && sameShape(a.shape.slice(0, -1), b.shape));
}

/** The number of singular values that count, for each matrix. */
function ranks(values: Tensor, limit: number): Tensor {
  const bound = amax(values, -1, true).mul(limit);
  return sum(gt(values, bound), -1);
}

interface LstsqOptions {
  readonly rcond?: number | null;
  readonly driver?: string | null;
}

type Fit = Results<
  "solution" | "residuals" | "rank" | "singular_values",
  readonly [Tensor, Tensor, Tensor, Tensor]
>;

/** The squared distances of the columns from their best fit, where there are more equations than unknowns and the matrix has full rank. */
function residualsOf(a: Tensor, b: Tensor, solution: Tensor, rank: Tensor): Tensor {
  const [rows, columns] = sizesOf(a);
  const full = rank.reshape([-1]).tolist() as readonly number[]; // a vector of whole numbers
  if (rows <= columns || full.some((count) => count !== columns)) return fresh([0], a.dtype);
  return sum(square(sub(product(a, solution), b)), -2);
}

/**
 * The X that makes `‖A X − B‖` smallest, and what is known about it: the squared residuals of each column, where there are more equations than unknowns and A has full
 * rank (but not with the driver "gelsy"); A's rank (but not with the driver "gels"); its singular values (with "gelsd" and "gelss"). Singular values up to `rcond` times the largest one count as 0.
 *
 * @throws RuntimeError when the matrices do not fit; LinAlgError with the driver "gels" when A has no full rank.
 * Source: `torch.linalg.lstsq`.
 */
export const lstsq: Operator<
  ByName<
    LinalgSignature<[A: Tensor, B: Tensor, rcond?: number | null | LstsqOptions], LstsqOptions, Fit>,
    "A, B, rcond?, driver?"
  >
> = composite({
  name: "linalg_lstsq",
  resultNames: ["solution", "residuals", "rank", "singular_values"],
  parameters: { A: tensor, B: tensor, rcond: optionalNumber, driver: driverParameter },
  define: ({ A, B, rcond, driver }) => {
    checkSides(A, B, driver);
    const vectors = holdsVectors(A, B);
    const b = vectors ? unsqueeze(B, -1) : B;
    if (sizesOf(A)[0] !== sizesOf(b)[0])
      throw new RuntimeError(
        `torch.linalg.lstsq: input.size(-2) should match other.size(-${vectors ? 1 : 2}): they are ${sizesOf(A)[0]} and ${sizesOf(b)[0]}.`,
      );
    const method = driver ?? "gelsy";
    const relative = rcond ?? precisionOf(A.dtype) * Math.max(...sizesOf(A));
    const values = singularValuesOf(A.detach(), "torch.linalg.lstsq");
    const rank = values.size(-1) === 0 ? sum(gt(values, 0), -1) : ranks(values, Math.max(relative, 0));
    if (method === "gels") checkFullRank(values);
    const solution = product(pinvOf(A, false, 0, method === "gels" ? 0 : relative), b);
    const known = method === "gels" ? values.mul(0).add(1) : values;
    const fullRank = method === "gels" ? sum(gt(known, 0), -1) : rank;
    const residuals = method === "gelsy" ? fresh([0], A.dtype) : residualsOf(A, b, solution, fullRank);
    return [
      vectors ? squeeze(solution, -1) : solution,
      residuals,
      method === "gels" ? fresh([0], int64) : rank,
      method === "gelsd" || method === "gelss" ? values : fresh([0], A.dtype),
    ];
  },
  samples: [
    () => [regular([3, 2]), sample([3, 1], { seed: 1 })],
    () => [regular([2, 3]), sample([2, 1], { seed: 1 }), { driver: "gelsd" }],
  ],
  errors: [
    { args: () => [sample([2]), sample([2])], error: "RuntimeError", message: /at least 2 dimensions/ },
    {
      args: () => [given([1, 1, 1, 1, 1, 1], float64, [3, 2]), sample([3, 1]), { driver: "gels" }],
      error: "_LinAlgError",
      message: /full rank/,
    },
  ],
});

/** @throws LinAlgError for a matrix whose least singular value is as good as 0. */
function checkFullRank(values: Tensor): void {
  const k = values.size(-1);
  const limit = precisionOf(values.dtype) * 4;
  const rows = values.reshape([-1, Math.max(k, 1)]).tolist() as readonly (readonly number[])[]; // a matrix of numbers
  for (const row of rows) {
    const position = row.findIndex((value) => value <= limit * row[0]!);
    if (position >= 0)
      throw new LinAlgError(
        `torch.linalg.lstsq: The least squares solution could not be computed because the input matrix does not have full rank (error code: ${position + 1}). Use another driver.`,
      );
  }
}
