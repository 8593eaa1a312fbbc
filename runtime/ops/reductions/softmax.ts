/** Softmax, its logarithm, and the logarithm of a sum of exponentials. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { int64, type DType } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { operator, type ErrorCase, type Operator, type Sample } from "../../operator.ts";
import { dtype, flag, integer, requiredDims, tensor, type Parameter } from "../../parameters.ts";
import { alias, allocate, backendOf, convert, copyInto, duplicate, reshaped } from "../../settle.ts";
import { normalizeDim, normalizeDims, numel, reducedShape } from "../../shape.ts";
import type {
  DimByName,
  Dims,
  DTypeOption,
  FunctionSignature,
  GeneralSignature,
  KeepOption,
} from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { mul, sub } from "../elementwise/arithmetic.ts";
import { keepDims, outOfRange, sum } from "./reduction.ts";
import { given, sample } from "../samples.ts";
import { exp, log } from "../elementwise/unary.ts";

/** The tensor with `dims` behind the others. */
function withLast(tensor: Tensor, dims: readonly number[]): Tensor {
  const order = [...tensor.shape.keys()].filter((dim) => !dims.includes(dim)).concat(dims);
  return alias(
    tensor,
    order.map((dim) => tensor.shape[dim]!),
    order.map((dim) => tensor.strides[dim]!),
  );
}

/** The same elements in row-major order, copied only where they are not. */
function rowMajor(tensor: Tensor): Tensor {
  return tensor.is_contiguous() ? tensor : duplicate(tensor);
}

/** Runs work on rows along any dimension; all tensors have one shape. */
function alongRows(
  dim: number,
  inputs: readonly Tensor[],
  work: (output: Tensor, inputs: readonly Tensor[]) => void,
): Tensor {
  const [first] = inputs as readonly [Tensor, ...Tensor[]];
  const { shape, ndim } = first;
  const axis = normalizeDim(dim, ndim);
  const result = allocate(shape, first.dtype);
  if (numel(shape) === 0) return result;
  if (ndim === 0)
    work(
      reshaped(result, [1]),
      inputs.map((input) => reshaped(input, [1])),
    );
  else if (axis === ndim - 1) work(result, inputs.map(rowMajor));
  else {
    const moved = inputs.map((input) => rowMajor(withLast(input, [axis])));
    const output = allocate(moved[0]!.shape, first.dtype);
    work(output, moved);
    copyInto(withLast(result, [axis]), output);
  }
  return result;
}

type BackwardSignature = FunctionSignature<
  (grad_output: Tensor, output: Tensor, dim: number, input_dtype?: DType | null) => Tensor
>;

/** A dtype by position or by name. */
const positionalDtype: Parameter<DType | null> = {
  expects: dtype.expects,
  fallback: null,
  convert: dtype.convert,
};

const backwardParameters = {
  grad_output: tensor,
  output: tensor,
  dim: integer(),
  input_dtype: positionalDtype,
} as const;

/** The gradient in the dtype of a softmax's input, which may have computed in another one. */
function inDtype(grad: Tensor, dtype: DType | null): Tensor {
  return dtype === null ? grad : convert(grad, dtype);
}

const backwardSamples: readonly Sample[] = [
  () => [sample([2, 3]), sample([2, 3], { seed: 1 }), 1],
  () => [sample([2, 3, 2]), sample([2, 3, 2], { seed: 1 }), -2],
  () => [sample([]), sample([], { seed: 1 }), 0],
];

/** The gradient of a softmax's input, `y · (g − Σ g · y)`. Source: `torch._softmax_backward_data`. */
export const _softmax_backward_data: Operator<BackwardSignature> = operator({
  name: "_softmax_backward_data",
  gradFn: "SoftmaxBackwardDataBackward0",
  parameters: backwardParameters,
  saves: ["grad_output", "output"],
  forward: ({ grad_output, output, dim, input_dtype }) =>
    inDtype(
      alongRows(dim, [grad_output, output], (to, [g, y]) => backendOf(to).softmaxBackward(to, g!, y!, false)),
      input_dtype,
    ),
  vjp: {
    grad_output: (g, { output, dim }) => _softmax_backward_data(g, output, dim),
    output: (g, { grad_output, output, dim }) =>
      sub(
        mul(g, sub(grad_output, sum(mul(grad_output, output), dim, true))),
        mul(grad_output, sum(mul(g, output), dim, true)),
      ),
  },
  samples: backwardSamples,
});

/** The gradient of a log-softmax's input, `g − exp(y) · Σ g`. Source: `torch._log_softmax_backward_data`. */
export const _log_softmax_backward_data: Operator<BackwardSignature> = operator({
  name: "_log_softmax_backward_data",
  gradFn: "LogSoftmaxBackwardDataBackward0",
  parameters: backwardParameters,
  saves: ["grad_output", "output"],
  forward: ({ grad_output, output, dim, input_dtype }) =>
    inDtype(
      alongRows(dim, [grad_output, output], (to, [g, y]) => backendOf(to).softmaxBackward(to, g!, y!, true)),
      input_dtype,
    ),
  vjp: {
    grad_output: (g, { output, dim }) => sub(g, sum(mul(g, exp(output)), dim, true)),
    output: (g, { grad_output, output, dim }) => mul(mul(g, exp(output)), sum(grad_output, dim, true)).neg(),
  },
  samples: backwardSamples,
});

type SoftmaxSignature = GeneralSignature<
  [dim: number | (DimByName & DTypeOption), dtype?: DType | null | { dtype?: DType | null }],
  "same",
  [],
  DimByName & DTypeOption
>;

const softmaxSamples: readonly Sample[] = [
  () => [sample([2, 3]), 1],
  () => [sample([2, 3]), 0],
  () => [sample([2, 3, 2]), -2],
  () => [sample([]), 0],
];

const softmaxErrors: readonly ErrorCase[] = [
  outOfRange,
  {
    args: () => [given([1], int64), 0],
    error: "NotImplementedError",
    message: /not implemented for 'Long'/,
  },
];

/** The input of a softmax in the dtype that it computes in. */
function softmaxInput(name: string, input: Tensor, wanted: DType | null): Tensor {
  const dtype = wanted ?? input.dtype;
  if (!dtype.is_floating_point)
    throw new NotImplementedError(
      `"${name}" not implemented for '${dtype.typeName}'. Call .float() first, or pass {dtype: torch.float32}.`,
    );
  return convert(input, dtype);
}

/**
 * Probabilities: exponentials along `dim`, divided by their sum.
 *
 * @throws IndexError when there is no such dimension, NotImplementedError for a dtype without fractions.
 * Source: `torch.softmax`.
 */
export const softmax: Operator<SoftmaxSignature> = operator({
  name: "softmax",
  out: true,
  parameters: { input: tensor, dim: integer(), dtype: positionalDtype },
  saves: ["result"],
  forward: ({ input, dim, dtype }) =>
    alongRows(dim, [softmaxInput("softmax_lastdim_kernel_impl", input, dtype)], (to, [from]) =>
      backendOf(to).softmax(to, from!, false),
    ),
  vjp: { input: (g, { result, dim }) => _softmax_backward_data(g, result, dim) },
  samples: softmaxSamples,
  errors: softmaxErrors,
});

/**
 * Logarithms of the softmax along `dim`, without overflow.
 *
 * @throws IndexError when there is no such dimension, NotImplementedError for a dtype without fractions.
 * Source: `torch.log_softmax`.
 */
export const log_softmax: Operator<SoftmaxSignature> = operator({
  name: "log_softmax",
  out: true,
  parameters: { input: tensor, dim: integer(), dtype: positionalDtype },
  saves: ["result"],
  forward: ({ input, dim, dtype }) =>
    alongRows(dim, [softmaxInput("log_softmax_lastdim_kernel_impl", input, dtype)], (to, [from]) =>
      backendOf(to).softmax(to, from!, true),
    ),
  vjp: { input: (g, { result, dim }) => _log_softmax_backward_data(g, result, dim) },
  samples: softmaxSamples,
  errors: softmaxErrors,
});

/** The logarithm of the sum of the exponentials of floating-point numbers along `dims`. */
function logSumOfExponentials(input: Tensor, dims: readonly number[], keepdim: boolean): Tensor {
  const result = allocate(reducedShape(input.shape, dims, keepdim), input.dtype);
  const rows = rowMajor(withLast(input, dims));
  const count = numel(result.shape);
  const length = count === 0 ? 1 : numel(rows.shape) / count;
  if (count > 0) backendOf(result).logSumExp(reshaped(result, [count]), reshaped(rows, [count, length]));
  return result;
}

/**
 * The logarithm of the sum of the exponentials along `dim`, without overflow.
 *
 * @throws IndexError when there is no such dimension.
 * Source: `torch.logsumexp`.
 */
export const logsumexp: Operator<
  GeneralSignature<
    [dim: Dims | (DimByName<Dims> & KeepOption), keepdim?: boolean | KeepOption],
    "same",
    [],
    DimByName<Dims> & KeepOption
  >
> = operator({
  name: "logsumexp",
  out: true,
  parameters: { input: tensor, dim: requiredDims, keepdim: flag(false) },
  saves: ["input", "result"],
  forward: ({ input, dim, keepdim }) => {
    const floating = input.dtype.is_floating_point ? input : input.float();
    if (numel(input.shape) === 0) return log(sum(exp(floating), dim, keepdim));
    return logSumOfExponentials(floating, normalizeDims(dim, input.ndim), keepdim);
  },
  vjp: {
    input: (g, { input, result, shapes, dim, keepdim }) =>
      mul(
        keepDims(g, shapes.input, dim, keepdim),
        exp(sub(input, keepDims(result, shapes.input, dim, keepdim))),
      ),
  },
  samples: [() => [sample([2, 3]), 1], () => [sample([2, 3, 2]), [0, 2], true]],
  errors: [outOfRange],
});
