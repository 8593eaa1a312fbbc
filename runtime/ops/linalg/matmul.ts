/** Products of vectors and matrices. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import type { ByName } from "../../keywords.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import { keywordOnly, optionalTensor, scalar, tensor } from "../../parameters.ts";
import type { View } from "../../backends/backend.ts";
import type { ProductFinish } from "../../backends/products.ts";
import { allocate, backendOf, broadcastTo, convert, duplicate, reshaped } from "../../settle.ts";
import { broadcastShapes, formatShape, isContiguous, numel, sameShape, type Shape } from "../../shape.ts";
import type { FunctionSignature, MatmulSignature, TwoTensorsSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Scalar } from "../../types.ts";
import { add, mul } from "../elementwise/arithmetic.ts";
import { given, sample } from "../samples.ts";
import { expand, reshape, squeezeResult, t, transpose, unsafeView, unsqueeze } from "../shaping/view.ts";
import { sum } from "../reductions/reduction.ts";
import { bool, float32, int64 } from "../../dtype.ts";

/** What PyTorch's messages call the kernels. */
const kernels: Readonly<Record<string, string>> = {
  mm: "addmm_impl_cpu_",
  addmm: "addmm_impl_cpu_",
  addbmm: "addmm_impl_cpu_",
  mv: "addmv_impl_cpu",
  addmv: "addmv_impl_cpu",
};

/** @throws RuntimeError when the two differ in dtype, NotImplementedError for truth values. */
export function checkDtypes(name: string, left: Tensor, right: Tensor): void {
  if (left.dtype.name === "bool" && right.dtype === left.dtype)
    throw new NotImplementedError(
      `"${kernels[name] ?? name}" not implemented for 'Bool': convert with .float() or .long() first.`,
    );
  if (left.dtype !== right.dtype)
    throw new RuntimeError(
      `expected m1 and m2 to have the same dtype, but got: ${left.dtype.toString()} != ${right.dtype.toString()}. Convert one of them for ${name}, for example with .to(${left.dtype.toString()}).`,
    );
}

/** @throws RuntimeError when two batches differ in dtype. */
export function checkScalarTypes(left: Tensor, right: Tensor): void {
  if (left.dtype !== right.dtype)
    throw new RuntimeError(
      `expected scalar type ${left.dtype.typeName} but found ${right.dtype.typeName}: both factors must have the same dtype. Convert one of them, for example with .to(${left.dtype.toString()}).`,
    );
}

/** @throws RuntimeError when a tensor has another number of dimensions than the operator multiplies. */
export function checkRank(name: string, which: string, operand: Tensor, rank: number): void {
  if (operand.ndim === rank) return;
  const kind = { 1: "a vector", 2: "a matrix", 3: "a 3D tensor" }[rank]!;
  throw new RuntimeError(
    `${which} must be ${kind}, got ${operand.ndim}-D tensor of shape ${formatShape(operand.shape)}: ${name} takes no other. matmul takes any number of dimensions.`,
  );
}

/** @throws RuntimeError that names the inner sizes. */
function checkInner(left: Tensor, right: Tensor, leftInner: number, rightInner: number): void {
  if (leftInner === rightInner) return;
  throw new RuntimeError(
    `mat1 and mat2 shapes cannot be multiplied (${shapeProduct(left.shape)} and ${shapeProduct(right.shape)}): the inner sizes differ, ${leftInner} and ${rightInner}. Transpose one of them, or check the layer's in_features.`,
  );
}

/** @throws RuntimeError when a matrix and a vector do not fit, with the sizes of what is added too. */
export function checkColumn(matrix: Tensor, vector: Tensor, added?: Tensor): void {
  if (matrix.shape[1] === vector.shape[0]) return;
  throw new RuntimeError(
    `size mismatch, got input (${shapeProduct(added?.shape ?? matrix.shape.slice(0, 1))}), mat (${shapeProduct(matrix.shape)}), vec (${vector.shape[0]}): the matrix has ${matrix.shape[1]} columns, and the vector ${vector.shape[0]} elements.`,
  );
}

function shapeProduct(shape: Shape): string {
  return shape.join("x");
}

/** The product of `[b…, n, k]` and `[b…, k, m]`, whose batch dimensions are the same. */
function product(left: View, right: View, finish?: ProductFinish): Tensor {
  const rank = left.shape.length;
  const result = allocate([...left.shape.slice(0, rank - 1), right.shape[rank - 1]!], left.dtype);
  if (numel(result.shape) > 0) backendOf(result).matmul(result, left, right, finish);
  return result;
}

/**
 * `x @ y` for the derivative of a product, laid out as `like`: PyTorch gives the gradient of a transposed matrix transposed too, so that the gradient of what
 * was transposed is row-major.
 */
function productLike(like: Tensor, x: Tensor, y: Tensor): Tensor {
  const columnMajor = like.strides[0] === 1 && like.strides[1] === like.shape[0] && like.shape[1] !== 1;
  return columnMajor ? t(mm(t(y), t(x))) : mm(x, y);
}

/**
 * The product of two matrices, `[n, k]` and `[k, m]`.
 *
 * @throws RuntimeError when one is not a matrix, the inner sizes differ, or the dtypes do.
 * Source: `torch.mm`.
 */
export const mm: Operator<MatmulSignature<"mat2">> = operator({
  name: "mm",
  out: true,
  parameters: { input: tensor, mat2: tensor },
  saves: ["input", "mat2"],
  forward: ({ input, mat2: other }) => {
    checkRank("mm", "self", input, 2);
    checkRank("mm", "mat2", other, 2);
    checkInner(input, other, input.shape[1]!, other.shape[0]!);
    checkDtypes("mm", input, other);
    return product(input, other);
  },
  vjp: {
    input: (g, { input, mat2: other }) => productLike(input, g, t(other)),
    mat2: (g, { input, mat2: other }) => productLike(other, t(input), g),
  },
  samples: [
    () => [sample([2, 3]), sample([3, 4], { seed: 1 })],
    () => [sample([3, 2]).t(), sample([3, 1], { seed: 1 })],
  ],
  errors: [
    {
      args: () => [sample([2, 3]), sample([4, 5])],
      error: "RuntimeError",
      message: /\(2x3 and 4x5\): the inner sizes differ, 3 and 4/,
    },
    { args: () => [sample([2]), sample([2, 2])], error: "RuntimeError", message: /must be a matrix/ },
    { args: () => [sample([1, 1]), given([1], int64, [1, 1])], error: "RuntimeError", message: /same dtype/ },
  ],
});

/**
 * The products of two batches of matrices, `[B, n, k]` and `[B, k, m]`.
 *
 * @throws RuntimeError when one is not 3-D, or batch or inner sizes differ.
 * Source: `torch.bmm`.
 */
export const bmm: Operator<MatmulSignature<"mat2">> = operator({
  name: "bmm",
  out: true,
  parameters: { input: tensor, mat2: tensor },
  saves: ["input", "mat2"],
  forward: ({ input, mat2: other }) => {
    checkRank("bmm", "batch1", input, 3);
    checkRank("bmm", "batch2", other, 3);
    if (input.shape[0] !== other.shape[0] || input.shape[2] !== other.shape[1])
      throw new RuntimeError(
        `Expected size for first two dimensions of batch2 tensor to be: [${input.shape[0]}, ${input.shape[2]}] but got: [${other.shape[0]}, ${other.shape[1]}]. bmm multiplies ${formatShape(input.shape)} with [${input.shape[0]}, ${input.shape[2]}, m].`,
      );
    checkScalarTypes(input, other);
    if (input.dtype.name === "bool") checkDtypes("bmm", input, other);
    return product(input, other);
  },
  vjp: {
    input: (g, { mat2: other }) => bmm(g, transpose(other, 1, 2)),
    mat2: (g, { input }) => bmm(transpose(input, 1, 2), g),
  },
  samples: [() => [sample([2, 2, 3]), sample([2, 3, 2], { seed: 1 })]],
  errors: [
    {
      args: () => [sample([2, 2, 3]), sample([2, 2, 3])],
      error: "RuntimeError",
      message: /\[2, 3\] but got: \[2, 2\]/,
    },
  ],
});

/** A vector as a matrix of one column. */
function columnOf(vector: Tensor): View {
  const { storage, dtype, shape, strides, offset } = vector;
  return { storage, dtype, shape: [shape[0]!, 1], strides: [strides[0]!, 1], offset };
}

/** The product of a matrix `[n, k]` and a vector `[k]`. @throws RuntimeError when the sizes differ. Source: `torch.mv`. */
export const mv: Operator<MatmulSignature<"vec">> = operator({
  name: "mv",
  out: true,
  parameters: { input: tensor, vec: tensor },
  saves: ["input", "vec"],
  savedFor: { input: ["vec"], vec: ["input"] },
  forward: ({ input, vec }) => {
    if (input.ndim !== 2 || vec.ndim !== 1)
      throw new RuntimeError(
        `vector + matrix @ vector expected, got 1, ${input.ndim}, ${vec.ndim}: these are the numbers of dimensions. matmul takes any.`,
      );
    checkColumn(input, vec);
    checkDtypes("mv", input, vec);
    return reshaped(product(input, columnOf(vec)), [input.shape[0]!]);
  },
  vjp: {
    input: (g, { vec }) => mul(unsqueeze(g, 1), vec),
    vec: (g, { input }) => mv(t(input), g),
  },
  samples: [() => [sample([2, 3]), sample([3], { seed: 1 })]],
  errors: [
    { args: () => [sample([2, 3]), sample([2])], error: "RuntimeError", message: /mat \(2x3\), vec \(2\)/ },
  ],
});

/** The sum of the products of two vectors' elements. @throws RuntimeError when the sizes differ. Source: `torch.dot`. */
export const dot: Operator<MatmulSignature<"tensor">> = operator({
  name: "dot",
  out: true,
  parameters: { input: tensor, tensor },
  saves: ["input", "tensor"],
  forward: ({ input, tensor: other }) => {
    if (input.ndim !== 1 || other.ndim !== 1)
      throw new RuntimeError(
        `1D tensors expected, but got ${input.ndim}D and ${other.ndim}D tensors: dot multiplies vectors. matmul takes any number of dimensions.`,
      );
    if (input.shape[0] !== other.shape[0])
      throw new RuntimeError(
        `inconsistent tensor size, expected tensor ${formatShape(input.shape)} and src ${formatShape(other.shape)} to have the same number of elements, but got ${input.shape[0]} and ${other.shape[0]} elements respectively.`,
      );
    if (input.dtype !== other.dtype)
      throw new RuntimeError(
        `dot : expected both vectors to have same dtype, but found ${input.dtype.typeName} and ${other.dtype.typeName}. Convert one of them with .to().`,
      );
    if (input.dtype === bool)
      throw new NotImplementedError(
        `"dot" not implemented for 'Bool': convert with .float() or .long() first.`,
      );
    return sum(mul(input, other)).to({ dtype: input.dtype });
  },
  vjp: { input: (g, { tensor: other }) => mul(g, other), tensor: (g, { input }) => mul(g, input) },
  samples: [() => [sample([3]), sample([3], { seed: 1 })]],
  errors: [{ args: () => [sample([3]), sample([2])], error: "RuntimeError", message: /3 and 2 elements/ }],
});

/**
 * The product of batches of matrices, `[b…, n, k]` and `[b…, k, m]`, whose batch dimensions broadcast. Neither operand is copied, whatever its strides.
 *
 * Source: `torch.matmul`, which expands and folds both into one batch for `bmm`, and so copies some.
 */
export const batchMatmul: Operator<ByName<MatmulSignature, "input, other">> = operator({
  name: "batch_matmul",
  parameters: { input: tensor, other: tensor },
  gradFn: "UnsafeViewBackward0",
  saves: ["input", "other"],
  savedFor: { input: ["other"], other: ["input"] },
  forward: ({ input, other }) => {
    checkInner(input, other, input.size(-1), other.size(-2));
    checkScalarTypes(input, other);
    const batch = broadcastShapes(input.shape.slice(0, -2), other.shape.slice(0, -2));
    const spread = (operand: Tensor): Tensor => broadcastTo(operand, [...batch, ...operand.shape.slice(-2)]);
    return product(spread(input), spread(other));
  },
  vjp: {
    input: (g, { other }) => batchMatmul(g, transpose(other, -2, -1)),
    other: (g, { input }) => batchMatmul(transpose(input, -2, -1), g),
  },
  samples: [
    () => [sample([2, 2, 3]), sample([2, 3, 2], { seed: 1 })],
    () => [sample([2, 1, 2, 3]), sample([2, 3, 2], { seed: 1 })],
    () => [sample([2, 3, 2, 3]).transpose(1, 2), sample([1, 2, 4, 3], { seed: 1 }).transpose(2, 3)],
  ],
  errors: [
    {
      args: () => [sample([2, 2, 3]), sample([2, 2, 3])],
      error: "RuntimeError",
      message: /inner sizes differ, 3 and 2/,
    },
  ],
});

/**
 * The product of two tensors: vectors give their dot product, matrices their product, and further dimensions are batches that broadcast.
 *
 * `[n, k] @ [k, m] → [n, m]`, `[B, n, k] @ [k, m] → [B, n, m]`; a vector on the left is a row, one on the right a column.
 *
 * @throws RuntimeError when the inner sizes differ, a tensor has no dimension, or the dtypes differ.
 * Source: `torch.matmul`.
 */
export const matmul: Operator<MatmulSignature> = composite({
  name: "matmul",
  out: true,
  parameters: { input: tensor, other: tensor },
  define: ({ input, other }) => {
    if (input.ndim === 0 || other.ndim === 0)
      throw new RuntimeError(
        `both arguments to matmul need to be at least 1D, but they are ${input.ndim}D and ${other.ndim}D. Use mul for a number times a tensor.`,
      );
    if (input.ndim === 1 && other.ndim === 1) return dot(input, other);
    if (input.ndim === 2 && other.ndim === 1) return mv(input, other);
    if (input.ndim === 1 && other.ndim === 2) return squeezeResult(mm(unsqueeze(input, 0), other), 0);
    if (input.ndim === 2 && other.ndim === 2) return mm(input, other);
    if (input.ndim === 1) return rowTimesBatch(input, other);
    if (other.ndim === 1) return batchTimesColumn(input, other);
    if (other.ndim === 2) return foldedMatmul(input, other);
    return batchMatmul(input, other);
  },
  samples: [
    () => [sample([2, 3]), sample([3, 2], { seed: 1 })],
    () => [sample([3]), sample([3], { seed: 1 })],
    () => [sample([2, 3]), sample([3], { seed: 1 })],
    () => [sample([3]), sample([3, 2], { seed: 1 })],
    () => [sample([2, 2, 3]), sample([3, 2], { seed: 1 })],
    () => [sample([2, 1, 2, 3]), sample([2, 3, 2], { seed: 1 })],
    () => [sample([3]), sample([2, 3, 2], { seed: 1 })],
    () => [sample([2, 2, 3]), sample([3], { seed: 1 })],
  ],
  errors: [{ args: () => [sample([]), sample([2])], error: "RuntimeError", message: /at least 1D/ }],
});

/** A batch times one matrix: the batch is one long matrix. */
function foldedMatmul(input: Tensor, matrix: Tensor): Tensor {
  const rows = input.shape.slice(0, -1);
  return unsafeView(mm(reshape(input, [numel(rows), input.size(-1)]), matrix), [...rows, matrix.shape[1]!]);
}

/** A batch times one vector: the batch is one long matrix. */
function batchTimesColumn(input: Tensor, vector: Tensor): Tensor {
  const rows = input.shape.slice(0, -1);
  checkInner(input, vector, input.size(-1), vector.shape[0]!);
  return unsafeView(mv(reshape(input, [numel(rows), input.size(-1)]), vector), rows);
}

/** A vector times each matrix of a batch. */
function rowTimesBatch(vector: Tensor, batch: Tensor): Tensor {
  const product = batchMatmul(unsqueeze(vector, 0), batch);
  return unsafeView(product, [...batch.shape.slice(0, -2), batch.size(-1)]);
}

type AddmmSignature = TwoTensorsSignature<"mat1", "mat2", { beta?: Scalar; alpha?: Scalar }>;

/**
 * `beta · input + alpha · (mat1 @ mat2)`; `input` broadcasts to the product's shape.
 *
 * @throws RuntimeError when the sizes do not fit.
 * Source: `torch.addmm`.
 */
export const addmm: InPlaceOperator<AddmmSignature> = operator({
  name: "addmm",
  out: true,
  inPlace: true,
  parameters: {
    input: tensor,
    mat1: tensor,
    mat2: tensor,
    beta: keywordOnly(scalar(1)),
    alpha: keywordOnly(scalar(1)),
  },
  saves: ["mat1", "mat2"],
  forward: ({ input, mat1, mat2, beta, alpha }) => {
    checkRank("addmm", "mat1", mat1, 2);
    checkRank("addmm", "mat2", mat2, 2);
    checkInner(mat1, mat2, mat1.shape[1]!, mat2.shape[0]!);
    checkDtypes("addmm", mat1, mat2);
    checkDtypes("addmm", input, mat1);
    return addedProduct(input, mat1, mat2, beta, alpha);
  },
  vjp: {
    input: (g, { beta }) => timesScalar(g, beta),
    mat1: (g, { mat1, mat2, alpha }) => timesScalar(productLike(mat1, g, t(mat2)), alpha),
    mat2: (g, { mat1, mat2, alpha }) => timesScalar(productLike(mat2, t(mat1), g), alpha),
  },
  samples: [
    () => [sample([4]), sample([2, 3], { seed: 1 }), sample([3, 4], { seed: 2 })],
    () => [sample([2, 4]), sample([2, 3], { seed: 1 }), sample([3, 4], { seed: 2 }), { beta: 0.5, alpha: 2 }],
  ],
});

/** The factor as the dtype holds it: for whole numbers, PyTorch drops its fraction. */
function factorIn(factor: Scalar, { dtype }: View): Scalar {
  return dtype.is_floating_point || typeof factor !== "number" ? factor : Math.trunc(factor);
}

/** `beta · input + alpha · (left @ right)`; without factors, in one pass over the result. */
export function addedProduct(
  input: Tensor,
  left: Tensor,
  right: Tensor,
  beta: Scalar = 1,
  alpha: Scalar = 1,
): Tensor {
  const [inputFactor, productFactor] = [factorIn(beta, left), factorIn(alpha, left)];
  const shape = [...left.shape.slice(0, -1), right.shape.at(-1)!];
  // It says so where the input cannot be repeated to the product's shape.
  if (!sameShape(input.shape, shape)) expand(input, shape);
  // As in PyTorch, an input that counts nothing is not looked at: NaN in it does not spread.
  const factors = inputFactor !== 1 || productFactor !== 1;
  if (factors && left.dtype.is_floating_point && left.dtype.itemsize < 4) {
    // PyTorch rounds to 16 bits once, at the end.
    const [wideInput, wideLeft, wideRight] = [input, left, right].map((value) => convert(value, float32));
    return convert(addedProduct(wideInput!, wideLeft!, wideRight!, beta, alpha), left.dtype);
  }
  if (inputFactor === 0) return timesScalar(product(left, right), productFactor);
  if (factors) return add(timesScalar(input, inputFactor), product(left, right), { alpha: productFactor });
  if (input.ndim === 1 && input.shape[0] === shape.at(-1) && isContiguous(input.shape, input.strides))
    return product(left, right, { bias: input });
  const result = duplicate(broadcastTo(input, shape));
  if (numel(shape) > 0) backendOf(result).matmul(result, left, right, { accumulate: true });
  return result;
}

/** `value · factor`, and without a factor the value itself. */
export function timesScalar(value: Tensor, factor: Scalar): Tensor {
  return factor === 1 ? value : mul(value, factor);
}

type LinearSignature = FunctionSignature<(input: Tensor, weight: Tensor, bias?: Tensor | null) => Tensor>;

/**
 * An affine map of the last dimension: `input @ weight.t() + bias`, shapes `[…, in]`, `[out, in]`, `[out]`.
 *
 * @throws RuntimeError when the sizes do not fit.
 * Source: `torch.nn.functional.linear`.
 */
export const linear: Operator<ByName<LinearSignature, "input, weight, bias?">> = composite({
  name: "linear",
  parameters: { input: tensor, weight: tensor, bias: optionalTensor },
  define: ({ input, weight, bias }) => {
    if (input.ndim === 2 && bias !== null && weight.ndim === 2) return addmm(bias, input, t(weight));
    if (input.ndim > 0 && bias !== null && weight.ndim === 2) return flatLinear(input, weight, bias);
    const product = matmul(input, t(weight));
    return bias === null ? product : add(product, bias);
  },
  samples: [
    () => [sample([2, 3]), sample([4, 3], { seed: 1 }), sample([4], { seed: 2 })],
    () => [sample([2, 2, 3]), sample([4, 3], { seed: 1 }), sample([4], { seed: 2 })],
    () => [sample([3]), sample([4, 3], { seed: 1 })],
  ],
  errors: [{ args: () => [sample([2, 5]), sample([4, 3])], error: "RuntimeError", message: /in_features/ }],
});

/** A batch of any shape as one long matrix. */
function flatLinear(input: Tensor, weight: Tensor, bias: Tensor): Tensor {
  const rows = input.shape.slice(0, -1);
  const flat = reshape(input, [numel(rows), input.size(-1)]);
  return reshape(addmm(bias, flat, t(weight)), [...rows, weight.shape[0]!]);
}
