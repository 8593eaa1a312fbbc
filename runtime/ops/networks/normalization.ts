/** Layer normalisation and its kin of whole rows. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import type { ByName } from "../../keywords.ts";
import { is_grad_enabled } from "../../autograd/modes.ts";
import { float64, int64, type DType } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator, type Sample } from "../../operator.ts";
import { number, optionalNumber, optionalTensor, sizes, tensor } from "../../parameters.ts";
import { allocate, allocateZeros, backendOf, duplicate, reshaped } from "../../settle.ts";
import { formatShape, numel, sameShape, type Shape } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, mul, sub } from "../elementwise/arithmetic.ts";
import { mean } from "../reductions/reduction.ts";
import { given, sample } from "../samples.ts";
import { to, widened } from "../shaping/conversion.ts";
import { rsqrt } from "../elementwise/unary.ts";
import { reshape } from "../shaping/view.ts";

/** What `normalized_shape` names: the last dimensions, all of them together one row. */
function checkNormalizedShape(
  input: Tensor,
  normalized: Shape,
  parameters: Record<string, Tensor | null>,
): void {
  if (normalized.length === 0)
    throw new RuntimeError(
      "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one element, but got normalized_shape = []. Name the sizes of the last dimensions, for example [10].",
    );
  for (const [name, parameter] of Object.entries(parameters))
    if (parameter !== null && !sameShape(parameter.shape, normalized))
      throw new RuntimeError(
        `Expected ${name} to be of same shape as normalized_shape, but got ${name} of shape ${formatShape(parameter.shape)} and normalized_shape = ${formatShape(normalized)}.`,
      );
  if (!sameShape(input.shape.slice(Math.max(0, input.ndim - normalized.length)), normalized))
    throw new RuntimeError(
      `Given normalized_shape=${formatShape(normalized)}, expected input with shape [*, ${normalized.join(", ")}], but got input of size${formatShape(input.shape)}. The last dimensions must be those of normalized_shape.`,
    );
}

/** @throws when the input has no fractions, or a parameter has another dtype than it. */
export function checkDtypes(kernel: string, input: Tensor, parameters: readonly (Tensor | null)[]): void {
  if (!input.dtype.is_floating_point)
    throw new NotImplementedError(
      `"${kernel}" not implemented for '${input.dtype.typeName}': convert with .float() first.`,
    );
  for (const parameter of parameters)
    // Beside fractions of 16 bits, parameters may be of the dtype in which these are computed.
    if (parameter !== null && parameter.dtype !== input.dtype && !isWiderOf(parameter.dtype, input.dtype))
      throw new RuntimeError(
        `mixed dtype (CPU): expect parameter to have scalar type of ${input.dtype.typeName}, got ${parameter.dtype.typeName}: the input and the parameters of a normalisation have one dtype. Convert one of them, for example with .to(${input.dtype.toString()}).`,
      );
}

function isWiderOf(dtype: DType, narrow: DType): boolean {
  return narrow.bits !== null && narrow.wider === dtype;
}

/** A tensor in row-major order as `[rows, length]`. */
export function asRows(tensor: Tensor, length: number): Tensor {
  const whole = tensor.is_contiguous() ? tensor : duplicate(tensor);
  return reshaped(whole, [length === 0 ? 0 : numel(tensor.shape) / length, length]);
}

function asRow(parameter: Tensor | null): Tensor | null {
  return parameter === null ? null : asRows(parameter, numel(parameter.shape));
}

/** The dimensions that `normalized` names. */
function lastDims(rank: number, normalized: Shape): number[] {
  return normalized.map((_, position) => rank - normalized.length + position);
}

interface Normalized {
  /** The input with mean 0 and variance 1 along the dimensions. */
  readonly normal: Tensor;
  /** One over the deviation. */
  readonly scale: Tensor;
}

/** Normalisation in operators that can be differentiated: the kernels' derivatives cannot. */
function normalizedAlong(input: Tensor, dims: readonly number[], epsilon: number): Normalized {
  const centered = sub(input, mean(input, dims, true));
  const scale = rsqrt(add(mean(mul(centered, centered), dims, true), epsilon));
  return { normal: mul(centered, scale), scale };
}

interface LayerNormFacts {
  readonly input: Tensor;
  readonly weight: Tensor | null;
  readonly normalized_shape: Shape;
  readonly eps: number;
  readonly others: readonly Tensor[];
}

/** The gradient of the input: by a kernel, or where that is differentiated again, in operators. */
function inputGradient(
  grad: Tensor,
  { input, weight, normalized_shape, eps, others }: LayerNormFacts,
): Tensor {
  if (is_grad_enabled()) {
    const dims = lastDims(input.ndim, normalized_shape);
    const { normal, scale } = normalizedAlong(input, dims, eps);
    const g = weight === null ? grad : mul(grad, weight);
    const onNormal = mul(normal, mean(mul(g, normal), dims, true));
    return mul(scale, sub(sub(g, mean(g, dims, true)), onNormal));
  }
  const length = numel(normalized_shape);
  const result = allocate(input.shape, input.dtype);
  if (numel(input.shape) === 0) return result;
  backendOf(result).normalizeBackward(
    reshaped(result, [numel(input.shape) / length, length]),
    asRows(grad, length),
    asRows(input, length),
    others[0]!,
    others[1]!,
    asRow(weight),
  );
  return result;
}

/** The gradient of the weight, alike. */
function weightGradient(grad: Tensor, { input, normalized_shape, eps, others }: LayerNormFacts): Tensor {
  if (is_grad_enabled())
    return mul(grad, normalizedAlong(input, lastDims(input.ndim, normalized_shape), eps).normal);
  if (numel(input.shape) === 0) return allocateZeros(normalized_shape, input.dtype);
  const length = numel(normalized_shape);
  const result = allocate(normalized_shape, input.dtype);
  backendOf(result).normalizeWeightGradient(
    reshaped(result, [length]),
    asRows(grad, length),
    asRows(input, length),
    others[0]!,
    others[1]!,
  );
  return result;
}

type NativeSignature = FunctionSignature<
  (
    input: Tensor,
    normalized_shape: Shape,
    weight: Tensor | null,
    bias: Tensor | null,
    eps: number,
  ) => [Tensor, Tensor, Tensor]
>;

const affineSamples: readonly Sample[] = [
  () => [sample([3, 4]), [4], sample([4], { seed: 1 }), sample([4], { seed: 2 }), 0.1],
  () => [sample([2, 3, 4]), [3, 4], sample([3, 4], { seed: 1 }), null, 0.1],
  () => [sample([2, 5]), [5], null, null, 1e-3],
];

/** Layer normalisation with what its derivative needs: beside the result the means and the scales of the rows. Source: `torch.native_layer_norm`. */
export const native_layer_norm: Operator<
  ByName<NativeSignature, "input, normalized_shape?, weight?, bias?, eps">
> = operator({
  name: "native_layer_norm",
  parameters: {
    input: tensor,
    normalized_shape: sizes,
    weight: optionalTensor,
    bias: optionalTensor,
    eps: number(),
  },
  saves: ["input", "weight"],
  forward: ({ input, normalized_shape, weight, bias, eps }) => {
    checkNormalizedShape(input, normalized_shape, { weight, bias });
    checkDtypes("LayerNormKernelImpl", input, [weight, bias]);
    const length = numel(normalized_shape);
    const rows = asRows(input, length);
    const result = allocate(input.shape, input.dtype);
    const single = input.shape.map((size, dim) => (dim < input.ndim - normalized_shape.length ? size : 1));
    const [means, scales] = [allocate(single, input.dtype), allocate(single, input.dtype)];
    if (numel(input.shape) > 0) {
      const neutral = bias !== null && weight === null ? ones(length, input) : weight;
      backendOf(result).normalize(
        reshaped(result, rows.shape),
        means,
        scales,
        rows,
        asRow(neutral),
        asRow(bias),
        eps,
      );
    }
    return [result, means, scales];
  },
  vjp: {
    input: (g, context) => inputGradient(g, context),
    weight: (g, context) => weightGradient(g, context),
    bias: (g) => g,
  },
  samples: affineSamples,
});

function ones(length: number, { dtype }: Tensor): Tensor {
  return given(Array<number>(length).fill(1), dtype);
}

type LayerNormOptions = { weight?: Tensor | null; bias?: Tensor | null; eps?: number };

/**
 * Layer normalisation: each row, that is what lies in the dimensions of `normalized_shape`, less its mean and divided by its deviation, then times `weight` plus `bias`.
 *
 * Shapes: `input` `[…, *normalized_shape]`, `weight` and `bias` `normalized_shape`; the result has the input's.
 *
 * @throws RuntimeError when the last dimensions are not `normalized_shape` or the dtypes differ, NotImplementedError for a dtype without fractions.
 * Source: `torch.nn.functional.layer_norm`; Ba et al., "Layer Normalization" (2016).
 */
export const layer_norm: Operator<
  ByName<
    FunctionSignature<{
      (
        input: Tensor,
        normalized_shape: Shape,
        weight?: Tensor | null,
        bias?: Tensor | null,
        eps?: number,
      ): Tensor;
      (input: Tensor, normalized_shape: Shape, options: LayerNormOptions): Tensor;
    }>,
    "input, normalized_shape?, weight?, bias?, eps?"
  >
> = composite({
  name: "layer_norm",
  parameters: {
    input: tensor,
    normalized_shape: sizes,
    weight: optionalTensor,
    bias: optionalTensor,
    eps: number(1e-5),
  },
  define: ({ input, normalized_shape, weight, bias, eps }) => {
    if (input.dtype.bits === null || (weight ?? bias ?? input).dtype === input.dtype)
      return native_layer_norm(input, normalized_shape, weight, bias, eps)[0];
    checkDtypes("LayerNormKernelImpl", input, [weight, bias]);
    return to(native_layer_norm(widened(input), normalized_shape, weight, bias, eps)[0], input.dtype);
  },
  samples: affineSamples,
  errors: [
    {
      args: () => [sample([2, 4]), [3]],
      error: "RuntimeError",
      message: /expected input with shape \[\*, 3\], but got input of size\[2, 4\]/,
    },
    {
      args: () => [sample([2, 4]), [4], sample([3])],
      error: "RuntimeError",
      message: /Expected weight to be of same shape as normalized_shape/,
    },
    {
      args: () => [given([1, 2], int64), [2]],
      error: "NotImplementedError",
      message: /not implemented for 'Long'/,
    },
  ],
});

/** The smallest number that makes a difference to 1; of 16 bits, to 1 as float32, in which they are computed. */
function machineEpsilon(dtype: DType): number {
  return dtype === float64 ? 2 ** -52 : 2 ** -23;
}

type RmsNormOptions = { weight?: Tensor | null; eps?: number | null };

/**
 * Root-mean-square normalisation: each row divided by the root of its mean square, then times `weight`.
 *
 * Shapes as `layer_norm`. `eps`, which is added to the mean square, is the dtype's machine epsilon unless given.
 *
 * @throws RuntimeError when the last dimensions are not `normalized_shape`, NotImplementedError for a dtype without fractions.
 * Source: `torch.nn.functional.rms_norm`; Zhang and Sennrich, "Root Mean Square Layer Normalization" (2019).
 */
export const rms_norm: Operator<
  ByName<
    FunctionSignature<{
      (input: Tensor, normalized_shape: Shape, weight?: Tensor | null, eps?: number | null): Tensor;
      (input: Tensor, normalized_shape: Shape, options: RmsNormOptions): Tensor;
    }>,
    "input, normalized_shape?, weight?, eps?"
  >
> = composite({
  name: "rms_norm",
  parameters: { input: tensor, normalized_shape: sizes, weight: optionalTensor, eps: optionalNumber },
  define: ({ input, normalized_shape, weight, eps }) => {
    checkNormalizedShape(input, normalized_shape, { weight });
    // A weight of another dtype is taken as it is: the result has the input's.
    checkDtypes("rms_norm", input, []);
    const wide = widened(input);
    const square = mean(mul(wide, wide), lastDims(input.ndim, normalized_shape), true);
    const normal = mul(wide, rsqrt(add(square, eps ?? machineEpsilon(input.dtype))));
    return to(weight === null ? normal : mul(normal, widened(weight)), input.dtype);
  },
  samples: [() => [sample([3, 4]), [4], sample([4], { seed: 1 }), 0.1], () => [sample([2, 3, 4]), [3, 4]]],
  errors: [
    {
      args: () => [sample([2, 4]), [3]],
      error: "RuntimeError",
      message: /expected input with shape \[\*, 3\], but got input of size\[2, 4\]/,
    },
  ],
});

/** A parameter with one number for each channel, so that it broadcasts against `[N, C, …]`. */
export function perChannel(parameter: Tensor, rank: number): Tensor {
  return reshape(parameter, [-1, ...Array<number>(rank - 2).fill(1)]);
}
