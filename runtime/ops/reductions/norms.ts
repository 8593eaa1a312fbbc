/** Lengths of vectors, and tensors made as long as wanted. Derivatives: `norm_backward` in PyTorch's `FunctionsManual.cpp`. */
import { float32, type DType } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import {
  dims,
  dtype,
  flag,
  integer,
  number,
  requiredDims,
  tensor,
  type Parameter,
} from "../../parameters.ts";
import { allocateZeros, convert, reduceDims } from "../../settle.ts";
import { formatShape, normalizeDim, normalizeDims } from "../../shape.ts";
import type { DimOptions, Dims, DTypeOption, FunctionSignature, GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { clamp, div, masked_fill, mul, pow, sub, where } from "../arithmetic.ts";
import { eq, gt, isnan, logical_and, logical_or, ne } from "../comparison.ts";
import { to } from "../conversion.ts";
import { svdvals } from "../linalg/singular.ts";
import { keepDims, outOfRange, sum } from "../reduction.ts";
import { sample } from "../samples.ts";
import { abs, reciprocal, sign, sqrt, square } from "../unary.ts";
import { movedim } from "../view.ts";

/** The sizes along which an infinite or negative order has nothing to choose from. @throws RuntimeError */
function refuseEmptyNorm(input: Tensor, order: number, dim: Dims | null): void {
  if (input.numel() > 0 || (order >= 0 && order !== Infinity)) return;
  if (dim === null || (Array.isArray(dim) && dim.length === 0))
    throw new RuntimeError(
      `linalg.vector_norm cannot compute the ${order} norm on an empty tensor because the operation does not have an identity: the input has shape ${formatShape(input.shape)}.`,
    );
  for (const axis of normalizeDims(dim, input.ndim))
    if (input.shape[axis] === 0)
      throw new RuntimeError(
        `linalg.vector_norm cannot compute the ${order} norm on the dimension ${axis} because this dimension is empty and the operation does not have an identity: the input has shape ${formatShape(input.shape)}.`,
      );
}

/** The dtype in which the norm is computed. @throws RuntimeError for a dtype without fractions, and for one that is narrower. */
function normDtype(input: Tensor, wanted: DType | null): DType {
  if (!input.dtype.is_floating_point)
    throw new RuntimeError(
      `linalg.vector_norm: Expected a floating point or complex tensor as input. Got ${input.dtype.typeName}. Call .float() first.`,
    );
  if (wanted === null) return input.dtype;
  if (!wanted.is_floating_point)
    throw new RuntimeError(
      `linalg.vector_norm: dtype should be floating point or complex, but got ${wanted.typeName}. Choose torch.float32 or torch.float64.`,
    );
  if (wanted.itemsize < input.dtype.itemsize)
    throw new RuntimeError(
      `linalg.vector_norm: the dtype of the input (${input.dtype.typeName}) should be convertible without narrowing to the specified dtype (${wanted.typeName}). Convert the result instead.`,
    );
  return wanted;
}

/** The norm itself, unrecorded. Dtypes of few bits are summed in float32, as in PyTorch. */
function computeNorm(given: Tensor, order: number, axes: readonly number[], keepdim: boolean): Tensor {
  const input = given.dtype.itemsize < float32.itemsize ? convert(given, float32) : given;
  const reduce = (kind: "sum" | "amax" | "amin", values: Tensor): Tensor =>
    reduceDims(kind, values, axes, keepdim);
  if (order === 2) return sqrt(reduce("sum", square(input)));
  if (order === 1) return reduce("sum", abs(input));
  if (order === 0) return reduce("sum", to(ne(input, 0), { dtype: input.dtype }));
  if (order === Infinity) return reduce("amax", abs(input));
  if (order === -Infinity) return reduce("amin", abs(input));
  return pow(reduce("sum", pow(abs(input), order)), 1 / order);
}

/** The gradient to the elements that are as far from zero as the norm, in equal parts. */
function extremeGrad(grad: Tensor, input: Tensor, norm: Tensor, axes: readonly number[]): Tensor {
  const distance = abs(input);
  const chosen = to(logical_or(eq(distance, norm), logical_and(isnan(distance), isnan(norm))), {
    dtype: grad.dtype,
  });
  return mul(mul(sign(input), div(grad, sum(chosen, axes, true))), chosen);
}

/** `grad · ∂norm/∂input`; both `grad` and `norm` have their reduced dimensions. @internal */
export function normGrad(
  grad: Tensor,
  input: Tensor,
  norm: Tensor,
  order: number,
  axes: readonly number[],
): Tensor {
  const zero = eq(norm, 0);
  if (order === 0) return allocateZeros(input.shape, grad.dtype);
  if (order === 1) return mul(sign(input), grad);
  if (order === 2) return mul(grad, masked_fill(div(input, norm), zero, 0));
  if (Math.abs(order) === Infinity) return extremeGrad(grad, input, norm, axes);
  if (order < 1) {
    const slope = masked_fill(mul(sign(input), pow(abs(input), order - 1)), eq(input, 0), 0);
    return mul(mul(slope, grad), pow(norm, 1 - order));
  }
  const scale = masked_fill(div(grad, pow(norm, order - 1)), zero, 0);
  const slope =
    order < 2 ? mul(sign(input), pow(abs(input), order - 1)) : mul(input, pow(abs(input), order - 2));
  return mul(slope, scale);
}

type VectorNormSignature = FunctionSignature<{
  (x: Tensor, options: { readonly ord?: number } & DimOptions & DTypeOption): Tensor;
  (x: Tensor, ord?: number, dim?: Dims | null, keepdim?: boolean, options?: DTypeOption): Tensor;
}>;

const plainNormParameters = {
  input: tensor,
  order: number(),
  dim: dims,
  keepdim: flag(false),
} as const;

/** @internal The norm of numbers in the dtype that they have. */
export const plainVectorNorm: Operator<
  FunctionSignature<(input: Tensor, order: number, dim?: Dims | null, keepdim?: boolean) => Tensor>
> = operator({
  name: "linalg_vector_norm",
  parameters: plainNormParameters,
  saves: ["input", "result"],
  forward: ({ input, order, dim, keepdim }) =>
    convert(computeNorm(input, order, normalizeDims(dim, input.ndim), keepdim), input.dtype),
  vjp: {
    input: (g, { input, result, shapes, order, dim, keepdim }) => {
      const axes = normalizeDims(dim, shapes.input.length);
      const whole = (reduced: Tensor): Tensor => keepDims(reduced, shapes.input, dim, keepdim);
      return normGrad(whole(g), input, whole(result), order, axes);
    },
  },
  samples: [0.5, 1, 1.5, 2, 2.5, Infinity, -Infinity, -1].flatMap((order) => [
    () => [sample([2, 3]), order],
    () => [sample([2, 3]), order, 1, true],
  ]),
});

/**
 * The length of the tensor's elements taken as one vector, or of the vectors along `dim`: `(Σ |x|^ord)^(1 / ord)`; the largest absolute value for ∞, the smallest for
 * −∞, the number of elements that are not zero for 0.
 *
 * @throws RuntimeError for a dtype without fractions, and where there is nothing to choose from; IndexError when there is no such dimension.
 * Source: `torch.linalg.vector_norm`.
 */
export const vector_norm: Operator<VectorNormSignature> = composite({
  name: "linalg_vector_norm",
  out: true,
  parameters: { x: tensor, ord: number(2), dim: dims, keepdim: flag(false), dtype },
  define: ({ x, ord, dim, keepdim, dtype: wanted }) => {
    const computed = normDtype(x, wanted);
    normalizeDims(dim, x.ndim);
    refuseEmptyNorm(x, ord, dim);
    return plainVectorNorm(to(x, { dtype: computed }), ord, dim, keepdim);
  },
  samples: [() => [sample([2, 3])], () => [sample([2, 3]), 3, [0, 1], true], () => [sample([])]],
  errors: [{ ...outOfRange, args: () => [sample([2, 3]), 2, 2] }],
});

/** The order of a norm: a number, or the name of a norm of matrices. */
const namedOrder: Parameter<number | string> = {
  expects: 'a number, "fro" or "nuc"',
  fallback: "fro",
  convert: (value) =>
    value === null ? 2 : typeof value === "number" || typeof value === "string" ? value : undefined,
};

type NormOptions = { readonly p?: number | "fro" | "nuc" | null } & DimOptions & DTypeOption;

type NormSignature = GeneralSignature<
  [
    p?: number | "fro" | "nuc" | null | NormOptions,
    dim?: Dims | null | NormOptions,
    keepdim?: boolean | NormOptions,
    options?: DTypeOption,
  ]
>;

/** The sums of the singular values of the matrices that two dimensions make. */
function nuclearNorm(input: Tensor, name: string, dim: Dims, keepdim: boolean): Tensor {
  const pair = [dim].flat().map((each) => normalizeDim(each, input.ndim));
  if (name !== "nuc" || pair.length !== 2)
    throw new RuntimeError(
      `linalg.matrix_norm: Order ${name} not supported along the dimensions [${pair.join(", ")}]: "fro" and "nuc" are, for two dimensions.`,
    );
  const result: Tensor = svdvals(movedim(input, pair, [-2, -1])).sum(-1);
  if (!keepdim) return result;
  return pair.toSorted((a, b) => a - b).reduce((kept: Tensor, each) => kept.unsqueeze(each), result);
}

/**
 * The norm of order `p` of all elements, or along `dim`; `"fro"` is that of order 2, and `"nuc"` the sum of a matrix's singular values.
 *
 * @throws RuntimeError for a dtype without fractions, and for names and dimensions that no norm of matrices has; IndexError when there is no such dimension.
 * Source: `torch.norm`.
 */
export const norm: Operator<NormSignature> = composite({
  name: "norm",
  out: true,
  parameters: { input: tensor, p: namedOrder, dim: dims, keepdim: flag(false), dtype },
  define: ({ input, p, dim, keepdim, dtype: wanted }) => {
    const vector = (ord: number): Tensor => vector_norm(input, { ord, dim, keepdim, dtype: wanted });
    if (typeof p === "number") return vector(p);
    if (p === "fro" && (dim === null || [dim].flat().length <= 2)) return vector(2);
    const converted = wanted === null ? input : to(input, { dtype: wanted });
    return nuclearNorm(converted, p, dim ?? [...input.shape.keys()], keepdim);
  },
  samples: [
    () => [sample([2, 3])],
    () => [sample([2, 3]), 1, 1],
    () => [sample([2, 3]), "fro", [0, 1], true],
  ],
  errors: [
    { args: () => [sample([2, 3]), 2, 2], error: "IndexError", message: /Dimension out of range/ },
    { args: () => [sample([2, 3]), "max"], error: "RuntimeError", message: /Order max not supported/ },
  ],
});

/**
 * The norm of the difference of two tensors, taken as vectors; shapes broadcast.
 *
 * Source: `torch.dist`.
 */
export const dist: Operator<GeneralSignature<[other: Tensor, p?: number | { p: number }]>> = composite({
  name: "dist",
  out: true,
  parameters: { input: tensor, other: tensor, p: number(2) },
  define: ({ input, other, p }) => vector_norm(sub(input, other), p),
  samples: [
    () => [sample([2, 3]), sample([3], { seed: 1 })],
    () => [sample([2]), sample([2], { seed: 1 }), 3],
  ],
});

/** @throws RuntimeError as PyTorch's renorm. */
function checkRenorm(input: Tensor, p: number, maxnorm: number): void {
  if (p <= 0)
    throw new RuntimeError(`renorm: non-positive-norm not supported, got p = ${p}. Choose an order above 0.`);
  if (maxnorm < 0) throw new RuntimeError(`renorm: expected maxnorm to be >= 0 but got ${maxnorm}.`);
  if (input.ndim < 2)
    throw new RuntimeError(
      `renorm: input needs at least 2 dimensions, got ${input.ndim} dimensions. unsqueeze() adds one.`,
    );
}

type RenormSignature = GeneralSignature<[p: number, dim: number, maxnorm: number]>;

/**
 * The tensor with each slice of dimension `dim` whose norm of order `p` is above `maxnorm` scaled down to it.
 *
 * @throws RuntimeError for p or maxnorm out of range, and for fewer than two dimensions; IndexError when there is no such dimension.
 * Source: `torch.renorm`.
 */
export const renorm: InPlaceOperator<RenormSignature> = composite({
  name: "renorm",
  out: true,
  inPlace: true,
  parameters: { input: tensor, p: number(), dim: integer(), maxnorm: number() },
  define: ({ input, p, dim, maxnorm }) => {
    checkRenorm(input, p, maxnorm);
    const axis = normalizeDim(dim, input.ndim);
    const others = [...input.shape.keys()].filter((each) => each !== axis);
    const length = vector_norm(input, p, others, true);
    return mul(input, where(gt(length, maxnorm), mul(reciprocal(length.add(1e-7)), maxnorm), 1));
  },
  samples: [() => [sample([2, 3]), 2, 0, 1], () => [sample([2, 3]), 1, -1, 2.5]],
  errors: [
    { args: () => [sample([2, 3]), 0, 0, 1], error: "RuntimeError", message: /non-positive-norm/ },
    { args: () => [sample([2]), 2, 0, 1], error: "RuntimeError", message: /at least 2 dimensions/ },
  ],
});

interface NormalizeOptions {
  readonly p?: number;
  readonly dim?: Dims;
  readonly eps?: number;
  readonly out?: Tensor | null;
}

type NormalizeSignature = FunctionSignature<
  (
    input: Tensor,
    p?: number | NormalizeOptions,
    dim?: Dims | NormalizeOptions,
    eps?: number | NormalizeOptions,
    options?: NormalizeOptions,
  ) => Tensor
>;

/**
 * The vectors along `dim` divided by their norm of order `p`, which counts as at least `eps`.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.nn.functional.normalize`.
 */
export const normalize: Operator<NormalizeSignature> = composite({
  name: "normalize",
  out: true,
  parameters: { input: tensor, p: number(2), dim: { ...requiredDims, fallback: 1 }, eps: number(1e-12) },
  define: ({ input, p, dim, eps }) => div(input, clamp(vector_norm(input, p, dim, true), { min: eps })),
  samples: [() => [sample([2, 3])], () => [sample([2, 3]), 3, 0]],
  errors: [{ ...outOfRange, args: () => [sample([2, 3]), 2, 2] }],
});
