/** Each element combined with those before it. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { is_grad_enabled } from "../../autograd/modes.ts";
import { int64, type DType } from "../../dtype.ts";
import { composite, operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import { dtype, integer, tensor } from "../../parameters.ts";
import { alias, allocate, allocateZeros, backendOf, duplicate } from "../../settle.ts";
import { normalizeDim, numel } from "../../shape.ts";
import type {
  DimByName,
  DTypeOption,
  FunctionSignature,
  GeneralSignature,
  Signature,
  ValuesAndIndices,
} from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { DTypeOf } from "../../types.ts";
import { div, mul, where } from "../elementwise/arithmetic.ts";
import { eq, gt, logical_and } from "../elementwise/comparison.ts";
import { to } from "../shaping/conversion.ts";
import { valuesBackward } from "./selecting.ts";
import { cat } from "../shaping/joining.ts";
import { sample } from "../samples.ts";
import { narrow } from "../shaping/slicing.ts";

/** A contiguous tensor as `[what is before a dimension, the dimension, what is behind it]`. */
function around(input: Tensor, axis: number): Tensor {
  const shape = [
    numel(input.shape.slice(0, axis)),
    input.shape[axis] ?? 1,
    numel(input.shape.slice(axis + 1)),
  ] as const;
  return alias(input, shape, [shape[1] * shape[2], shape[2], 1]);
}

function whole(input: Tensor): Tensor {
  return input.is_contiguous() ? input : duplicate(input);
}

/** Running sums or products of a floating-point or int64 tensor. */
function scanned(kind: "sum" | "prod", input: Tensor, axis: number, reverse: boolean): Tensor {
  const result = allocate(input.shape, input.dtype);
  if (result.numel() > 0)
    backendOf(input).scan(kind, around(result, axis), around(whole(input), axis), reverse);
  return result;
}

/** The dtype that is accumulated: fractions in their own, whole numbers in int64. */
function accumulated(input: Tensor, wanted: DType | null): Tensor {
  const target = wanted ?? (input.dtype.is_floating_point ? input.dtype : int64);
  const computed = target.is_floating_point ? target : int64;
  return to(input, { dtype: computed });
}

type PlainSignature = FunctionSignature<(input: Tensor, dim: number) => Tensor>;

/** @internal The sum of each element and all behind it. */
export const reverseCumsum: Operator<PlainSignature> = operator({
  name: "reverse_cumsum",
  parameters: { input: tensor, dim: integer() },
  forward: ({ input, dim }) => scanned("sum", input, normalizeDim(dim, input.ndim), true),
  vjp: { input: (g, { dim }) => plainCumsum(g, dim) },
  samples: [() => [sample([2, 3]), 1], () => [sample([3, 2]), 0]],
});

/** @internal `cumsum` of a dtype that is accumulated as it is. */
export const plainCumsum: Operator<PlainSignature> = operator({
  name: "cumsum",
  parameters: { input: tensor, dim: integer() },
  forward: ({ input, dim }) => scanned("sum", input, normalizeDim(dim, input.ndim), false),
  vjp: { input: (g, { dim }) => reverseCumsum(g, dim) },
  samples: [() => [sample([2, 3]), 1], () => [sample([3, 2]), 0], () => [sample([]), 0]],
});

/** @internal `cumprod` of a dtype that is accumulated as it is. */
export const plainCumprod: Operator<PlainSignature> = operator({
  name: "cumprod",
  parameters: { input: tensor, dim: integer() },
  saves: ["input", "result"],
  forward: ({ input, dim }) => scanned("prod", input, normalizeDim(dim, input.ndim), false),
  vjp: {
    input: (g, { input, result, dim }) => {
      if (input.ndim === 0) return g;
      const axis = normalizeDim(dim, input.ndim);
      if (!eq(input, 0).any().item()) return div(reverseCumsum(mul(g, result), axis), input);
      return is_grad_enabled()
        ? exactCumprodGradient(g, input, axis)
        : zerosCumprodGradient(g, input, result, axis);
    },
  },
  samples: [
    () => [sample([2, 3]), 1],
    () => [sample([3, 2]), 0],
    () => [
      sample([4])
        .mul(sample([4], { seed: 1, requiresGrad: false }).gt(0))
        .detach()
        .requires_grad_(),
      0,
    ],
  ],
});

/**
 * Where there are zeros: before the first one as elsewhere; at it, the products without it; and nothing behind it, since every product contains it.
 */
function zerosCumprodGradient(g: Tensor, input: Tensor, result: Tensor, axis: number): Tensor {
  const zeros = eq(input, 0);
  const count = cumsum(zeros, axis);
  const first = logical_and(zeros, eq(count, 1));
  const without = plainCumprod(where(first, 1, input), axis);
  const atFirst = reverseCumsum(mul(g, without), axis);
  const before = div(reverseCumsum(mul(g, result), axis), where(zeros, 1, input));
  return where(first, atFirst, where(gt(count, 0), 0, before));
}

/** The same in a form whose own derivative is right at zeros too, at the price of one product for each position. */
function exactCumprodGradient(g: Tensor, input: Tensor, axis: number): Tensor {
  const size = input.shape[axis]!;
  const slices: Tensor[] = [];
  for (let k = 0; k < size; k++) {
    const before = narrow(input, axis, 0, k);
    const behind = narrow(input, axis, k + 1, size - k - 1);
    const one = allocateZeros(input.shape.with(axis, 1), input.dtype).add(1);
    const products = plainCumprod(cat([before, one, behind], axis), axis);
    slices.push(mul(narrow(g, axis, k, size - k), narrow(products, axis, k, size - k)).sum(axis, true));
  }
  return cat(slices, axis);
}

type ScanSignature = GeneralSignature<
  [dim: number | (DTypeOption & DimByName), options?: DTypeOption],
  "same",
  [],
  DTypeOption & DimByName
>;

function scanOperator(name: string, plain: Operator<PlainSignature>): InPlaceOperator<ScanSignature> {
  return composite({
    name,
    out: true,
    inPlace: true,
    parameters: { input: tensor, dim: integer(), dtype },
    define: ({ input, dim, dtype: wanted }) => {
      const axis = normalizeDim(dim, input.ndim);
      const result = plain(accumulated(input, wanted), axis);
      return wanted === null ? result : to(result, { dtype: wanted });
    },
    samples: [() => [sample([2, 3]), 1], () => [sample([3, 2]), -2]],
    errors: [{ args: () => [sample([2]), 1], error: "IndexError", message: /Dimension out of range/ }],
  });
}

/**
 * The sum of each element and all before it along a dimension. Whole numbers give int64, unless a `dtype` is given.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.cumsum`.
 */
export const cumsum: InPlaceOperator<ScanSignature> = scanOperator("cumsum", plainCumsum);

/**
 * The product of each element and all before it along a dimension. Whole numbers give int64, unless a `dtype` is given.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.cumprod`.
 */
export const cumprod: InPlaceOperator<ScanSignature> = scanOperator("cumprod", plainCumprod);

interface ExtremeSignature extends Signature {
  readonly function: <T extends Tensor>(input: T, dim: number | DimByName) => ValuesAndIndices<DTypeOf<T>>;
  readonly method: <T extends Tensor>(this: T, dim: number | DimByName) => ValuesAndIndices<DTypeOf<T>>;
}

function extremeOperator(name: "cummax" | "cummin"): Operator<ExtremeSignature> {
  return operator({
    name,
    resultNames: ["values", "indices"],
    out: true,
    parameters: { input: tensor, dim: integer() },
    forward: ({ input, dim }) => {
      const axis = normalizeDim(dim, input.ndim);
      const values = allocate(input.shape, input.dtype);
      const indices = allocate(input.shape, int64);
      if (values.numel() > 0)
        backendOf(input).scanExtreme(
          name === "cummax" ? "max" : "min",
          around(values, axis),
          around(indices, axis),
          around(whole(input), axis),
        );
      return [values, indices] as const;
    },
    vjp: { input: (g, { shapes, dim, others }) => valuesBackward(g, shapes.input, dim, others[0]!) },
    samples: [() => [sample([2, 4]), 1], () => [sample([4, 2]), 0], () => [sample([]), 0]],
    errors: [{ args: () => [sample([2]), 1], error: "IndexError", message: /Dimension out of range/ }],
  });
}

/**
 * The largest element so far along a dimension, and where it is: `const [values, indices] = x.cummax(0)`. Of equals the last; NaN is the largest.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.cummax`.
 */
export const cummax: Operator<ExtremeSignature> = extremeOperator("cummax");

/**
 * The smallest element so far along a dimension, and where it is: `const [values, indices] = x.cummin(0)`. Of equals the last; NaN is the smallest.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.cummin`.
 */
export const cummin: Operator<ExtremeSignature> = extremeOperator("cummin");
