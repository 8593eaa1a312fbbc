/** Lengths of vectors. Derivatives: `norm_backward` in PyTorch's `FunctionsManual.cpp`. */
import type { ByName } from "../../keywords.ts";
import { float32, type DType } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { dims, dtype, flag, number, tensor } from "../../parameters.ts";
import { allocateZeros, convert, reduceDims } from "../../settle.ts";
import { formatShape, normalizeDims } from "../../shape.ts";
import type { DimOptions, Dims, DTypeOption, FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { div, masked_fill, mul, pow } from "../elementwise/arithmetic.ts";
import { eq, isnan, logical_and, logical_or, ne } from "../elementwise/comparison.ts";
import { to } from "../shaping/conversion.ts";
import { keepDims, outOfRange, sum } from "./reduction.ts";
import { sample } from "../samples.ts";
import { abs, sign, sqrt, square } from "../elementwise/unary.ts";

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

type VectorNormOptions = { readonly ord?: number } & DimOptions & DTypeOption;

type VectorNormSignature = FunctionSignature<
  (
    x: Tensor,
    ord?: number | VectorNormOptions,
    dim?: Dims | null | VectorNormOptions,
    keepdim?: boolean | VectorNormOptions,
    options?: DTypeOption,
  ) => Tensor
>;

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
      // A number of elements has no slope; PyTorch gives no gradient then, rather than zeros.
      if (order === 0) return null;
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
export const vector_norm: Operator<ByName<VectorNormSignature, "x, ord?, dim?, keepdim?, dtype?, out?">> =
  composite({
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
