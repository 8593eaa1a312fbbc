/** Pseudoinverses and ranks. Derivatives: PyTorch's `torch/csrc/autograd/FunctionsManual.cpp`, `pinv_backward`. */
import type { ByName } from "../../keywords.ts";
import type { DType } from "../../dtype.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, keywordOnly, number, optionalOperand, tensor } from "../../parameters.ts";
import { allocateZeros, duplicate } from "../../settle.ts";
import { Tensor } from "../../tensor.ts";
import type { Operand } from "../../types.ts";
import { add, maximum, mul, sub, where } from "../elementwise/arithmetic.ts";
import { gt } from "../elementwise/comparison.ts";
import { amax, sum } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";
import { abs, reciprocal } from "../elementwise/unary.ts";
import { unsqueeze } from "../shaping/view.ts";
import { eigh, eigenvaluesOf } from "./eigen.ts";
import { batchOf, checkMatrices, checkPrecision, mT, product, regular, sizesOf } from "./matrices.ts";
import type { LinalgSignature, MethodSignature } from "./signatures.ts";
import { singularValuesOf, svdOf } from "./singular.ts";

/** The distance from 1 to the next number of a dtype. */
export function precisionOf(dtype: DType): number {
  return dtype.itemsize === 8 ? 2 ** -52 : 2 ** -23;
}

/** Below which size singular values count as 0: a number, or one for each matrix. */
interface Tolerances {
  readonly atol: Operand | null;
  readonly rtol: Operand | null;
}

/** The limit for each matrix, from its largest singular value. Source: `get_atol_rtol` in `ATen/native/LinearAlgebra.cpp`. */
function limitOf(input: Tensor, largest: Tensor, { atol, rtol }: Tolerances): Tensor {
  const usual = atol === null ? precisionOf(input.dtype) * Math.max(...sizesOf(input)) : 0;
  const relative = mul(largest, rtol ?? usual);
  if (atol === null) return relative;
  // A given absolute tolerance counts alone, unless a relative one is given too or it is 0.
  return maximum(relative, add(mul(largest, 0), atol));
}

/** The largest of each row, as a column. */
function largestOf(values: Tensor): Tensor {
  return amax(values, -1, true) as Tensor;
}

/** The inverses of the singular values above the limit, and zeros for the others. */
function inverted(input: Tensor, values: Tensor, tolerances: Tolerances): Tensor {
  const sizes = abs(values) as Tensor;
  const limit = limitOf(input, largestOf(sizes), spread(tolerances));
  return where(gt(sizes, limit), reciprocal(values), 0);
}

/** A tolerance for each matrix as a column. */
function asColumn(value: Operand | null): Operand | null {
  return value instanceof Tensor && value.ndim > 0 ? unsqueeze(value, -1) : value;
}

/** Tolerances of each matrix as columns. */
function spread({ atol, rtol }: Tolerances): Tolerances {
  return { atol: asColumn(atol), rtol: asColumn(rtol) };
}

/** Computed without history. */
function pseudoinverse(input: Tensor, hermitian: boolean, tolerances: Tolerances): Tensor {
  const [rows, columns] = sizesOf(input);
  if (input.numel() === 0) return allocateZeros([...batchOf(input), columns, rows], input.dtype);
  if (hermitian) {
    const [values, vectors] = eigh(input);
    return product(mul(vectors, unsqueeze(inverted(input, values, tolerances), -2)), mT(vectors));
  }
  const [u, s, vh] = svdOf(input, false);
  return duplicate(product(mul(mT(vh), unsqueeze(inverted(input, s, tolerances), -2)), mT(u)));
}

/** The gradient of A from that of its pseudoinverse P. */
function pinvBackward(grad: Tensor, p: Tensor, a: Tensor): Tensor {
  const [rows, columns] = sizesOf(a);
  const [pT, gT] = [mT(p), mT(grad)];
  if (rows <= columns) {
    const k = product(gT, p);
    const kp = product(k, pT);
    const direct = sub(kp, mT(product(p, k)));
    return add(sub(direct, product(product(a, p), kp)), product(product(pT, p), sub(gT, product(k, a))));
  }
  const k = product(p, gT);
  const pk = product(pT, k);
  const direct = sub(product(product(sub(gT, product(a, k)), p), pT), mT(product(k, p)));
  return sub(add(direct, pk), product(product(pk, p), a));
}

/** The pseudoinverse with its derivative; tolerances are not differentiated. */
export const pinvOf: Operator<
  ByName<
    LinalgSignature<[A: Tensor, hermitian?: boolean, atol?: Operand | null, rtol?: Operand | null], object>,
    "A, hermitian?, atol?, rtol?"
  >
> = operator({
  name: "linalg_pinv",
  parameters: {
    A: tensor,
    hermitian: flag(false),
    atol: { ...optionalOperand },
    rtol: { ...optionalOperand },
  },
  saves: ["A", "result"],
  forward: ({ A, hermitian, atol, rtol }) => {
    checkMatrices("linalg.pinv", A);
    checkPrecision("linalg.pinv", A);
    return pseudoinverse(A, hermitian, { atol, rtol });
  },
  vjp: { A: (g, { A, result }) => pinvBackward(g, result, A), atol: null, rtol: null },
  samples: [() => [regular([2, 2])], () => [regular([3, 2])], () => [regular([2, 3])]],
});

interface PinvOptions {
  readonly atol?: Operand | null;
  readonly rtol?: Operand | null;
  readonly hermitian?: boolean;
}

/**
 * The pseudoinverses of matrices: singular values up to `max(atol, rtol · the largest one)` count as 0. With `hermitian`, the matrices are taken for symmetric.
 *
 * @throws RuntimeError when there are no matrices.
 * Source: `torch.linalg.pinv`.
 */
export const pinv: Operator<
  ByName<
    LinalgSignature<[A: Tensor, rcond?: Operand | PinvOptions | null, hermitian?: boolean], PinvOptions>,
    "A, rcond?, hermitian?, atol?, rtol?, out?"
  >
> = composite({
  name: "linalg_pinv",
  out: true,
  parameters: {
    A: tensor,
    rcond: optionalOperand,
    hermitian: flag(false),
    atol: keywordOnly(optionalOperand),
    rtol: keywordOnly(optionalOperand),
  },
  define: ({ A, rcond, hermitian, atol, rtol }) =>
    rcond === null ? pinvOf(A, hermitian, atol, rtol) : pinvOf(A, hermitian, 0, rcond),
  samples: [() => [regular([2, 2])], () => [sample([2, 3]), { rtol: 0.1 }]],
  errors: [{ args: () => [sample([2])], error: "RuntimeError", message: /at least 2 dimensions/ }],
});

/**
 * The pseudoinverses of matrices: an older form of `linalg.pinv`.
 *
 * @throws RuntimeError when there are no matrices.
 * Source: `torch.pinverse`.
 */
export const pinverse: Operator<MethodSignature<[rcond?: number | { rcond?: number }]>> = composite({
  name: "pinverse",
  parameters: { input: tensor, rcond: number(1e-15) },
  define: ({ input, rcond }) => pinvOf(input, false, 0, rcond),
  samples: [() => [regular([2, 2])]],
});

interface RankOptions {
  readonly tol?: Operand | null;
  readonly hermitian?: boolean;
  readonly atol?: Operand | null;
  readonly rtol?: Operand | null;
}

/**
 * The ranks of matrices: how many of their singular values are larger than `max(atol, rtol · the largest one)`.
 *
 * @throws RuntimeError when there are no matrices.
 * Source: `torch.linalg.matrix_rank`.
 */
export const matrix_rank: Operator<
  ByName<
    LinalgSignature<[A: Tensor, tol?: Operand | RankOptions | null, hermitian?: boolean], RankOptions>,
    "A, tol?, hermitian?, atol?, rtol?, out?"
  >
> = composite({
  name: "linalg_matrix_rank",
  out: true,
  parameters: {
    A: tensor,
    tol: optionalOperand,
    hermitian: flag(false),
    atol: keywordOnly(optionalOperand),
    rtol: keywordOnly(optionalOperand),
  },
  define: ({ A, tol, hermitian, atol, rtol }) => {
    checkMatrices("linalg.matrix_rank", A);
    checkPrecision("linalg.matrix_rank", A);
    const plain = A.detach();
    const values = hermitian ? abs(eigenvaluesOf(plain)) : singularValuesOf(plain, "linalg.matrix_rank");
    if (values.size(-1) === 0) return sum(gt(values, 0), -1);
    const tolerances = tol === null ? { atol, rtol } : { atol: tol, rtol: 0 };
    const limit = limitOf(A, largestOf(values as Tensor), spread(tolerances));
    return sum(gt(values, limit), -1);
  },
  samples: [() => [sample([3, 2])], () => [sample([2, 2]), { hermitian: true }]],
});
