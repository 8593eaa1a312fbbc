/**
 * Convolutions. A convolution is linear in its input and in its weight, and so are its derivatives: three maps, of which each differentiates into the other two.
 * Derivatives: PyTorch's `convolution_backward` and `_convolution_double_backward`.
 */
import type { ByName } from "../../keywords.ts";
import type { ConvolutionWindow, Triple } from "../../backends/convolution.ts";
import { bool, int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { operator, type Operator } from "../../operator.ts";
import { flag, integer, optionalTensor, tensor, type Parameter } from "../../parameters.ts";
import { alias, allocate, allocateZeros, backendOf, duplicate } from "../../settle.ts";
import { contiguousStrides, numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sum } from "../reductions/reduction.ts";
import { sample } from "../samples.ts";

/** One number for each spatial dimension. */
const numbers: Parameter<readonly number[]> = {
  expects: "an array of whole numbers",
  convert: (value) =>
    Array.isArray(value) && value.every(Number.isInteger) ? (value as number[]) : undefined,
};

const windowParameters = {
  stride: numbers,
  padding: numbers,
  dilation: numbers,
  groups: integer(),
};

/** A window as operators take it. */
export interface WindowArguments {
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
  readonly groups: number;
}

/** Numbers for depth, height and width, where there may be fewer dimensions. */
function triple(values: readonly number[], filler: number): Triple {
  const [a = filler, b = filler, c = filler] = [
    ...Array.from<number>({ length: 3 - values.length }).fill(filler),
    ...values,
  ];
  return [a, b, c];
}

function settleWindow({ stride, padding, dilation, groups }: WindowArguments): ConvolutionWindow {
  return { stride: triple(stride, 1), padding: triple(padding, 0), dilation: triple(dilation, 1), groups };
}

/** The tensor in row-major order. */
function rowMajor(operand: Tensor): Tensor {
  return operand.is_contiguous() ? operand : duplicate(operand);
}

/** The tensor in row-major order with three spatial dimensions. */
function settleOperand(operand: Tensor): Tensor {
  const plain = rowMajor(operand);
  const [first = 1, second = 1, ...spatial] = plain.shape;
  const shape = [first, second, ...triple(spatial, 1)];
  return alias(plain, shape, contiguousStrides(shape));
}

/** @throws NotImplementedError for truth values, and, transposed, for whole numbers other than int64. */
function checkKernel({ dtype }: Tensor, transposed: boolean): void {
  if (dtype === bool || (transposed && !dtype.is_floating_point && dtype !== int64))
    throw new NotImplementedError(
      `"${transposed ? "slow_conv_transpose2d_out_cpu" : "slow_conv2d_cpu"}" not implemented for '${dtype.typeName}': convert with .float() first.`,
    );
}

/** The sum over everything but the channels. */
function sumToChannels(grad: Tensor): Tensor {
  return sum(grad, [0, ...Array.from(grad.shape.keys()).slice(2)]);
}

type ConvolutionArguments = WindowArguments & {
  readonly transposed: boolean;
  readonly output_size: readonly number[];
};

type ConvolutionSignature = FunctionSignature<
  (input: Tensor, weight: Tensor, bias: Tensor | null, options: ConvolutionArguments) => Tensor
>;

/** The samples of both: a window that is different in each dimension. */
const geometry = { stride: [2, 1], padding: [1, 0], dilation: [1, 2], groups: 2 };

/**
 * A convolution, or with `transposed` the map that is its derivative in the input, with the size of the result given (more than one fits). Shapes: `input`
 * `[N, C, …]`, `weight` `[O, C / groups, …]`, of a transposed one `[C, O / groups, …]`, `bias` `[O]`; the result `[N, O, …output_size]`. Arguments are settled:
 * see `conv2d` and `conv_transpose2d` for what may go wrong.
 *
 * Source: `torch.convolution`, and `ConvParams` in PyTorch's `Convolution.cpp`.
 */
export const convolution: Operator<
  ByName<
    ConvolutionSignature,
    "input, weight, bias?, stride, padding, dilation, groups, transposed?, output_size"
  >
> = operator({
  name: "convolution",
  parameters: {
    input: tensor,
    weight: tensor,
    bias: optionalTensor,
    ...windowParameters,
    transposed: flag(false),
    output_size: numbers,
  },
  saves: ["input", "weight"],
  forward: ({ input, weight, bias, transposed, output_size, ...window }) => {
    checkKernel(input, transposed);
    const channels = transposed ? weight.shape[1]! * window.groups : weight.shape[0]!;
    const result = allocate([input.shape[0]!, channels, ...output_size], input.dtype);
    if (numel(result.shape) === 0) return result;
    const backend = backendOf(input);
    const run = transposed ? backend.transposedConvolution : backend.convolution;
    const operands = [result, input, weight].map(settleOperand) as [Tensor, Tensor, Tensor];
    run(...operands, bias && rowMajor(bias), settleWindow(window));
    return result;
  },
  vjp: {
    input: (g, { weight, shapes, transposed, ...window }) =>
      convolution(g, weight, null, {
        ...windowOf(window),
        transposed: !transposed,
        output_size: shapes.input.slice(2),
      }),
    weight: (g, { input, shapes, transposed, ...window }) => {
      const [fine, coarse] = transposed ? [g, input] : [input, g];
      return convolutionWeight(fine, coarse, { ...windowOf(window), kernel_size: shapes.weight.slice(2) });
    },
    bias: (g) => sumToChannels(g),
  },
  gradFn: "ConvolutionBackward0",
  samples: [
    () => [
      sample([2, 2, 3, 4]),
      sample([2, 1, 3, 2], { seed: 1 }),
      sample([2], { seed: 2 }),
      { ...geometry, transposed: false, output_size: [2, 2] },
    ],
    () => [
      sample([2, 2, 2, 2]),
      sample([2, 1, 3, 2], { seed: 1 }),
      sample([2], { seed: 2 }),
      { ...geometry, transposed: true, output_size: [3, 4] },
    ],
  ],
});

/** The window alone, of a context that holds more. */
function windowOf({ stride, padding, dilation, groups }: WindowArguments): WindowArguments {
  return { stride, padding, dilation, groups };
}

type WeightSignature = FunctionSignature<
  (
    input: Tensor,
    grad: Tensor,
    options: WindowArguments & { readonly kernel_size: readonly number[] },
  ) => Tensor
>;

/**
 * The derivative of a convolution in its weight: `weight[o, c, k] = Σ grad[n, o, y] · input[n, c, y · stride − padding + k · dilation]`. Shapes: `input`
 * `[N, C, …]`, `grad` `[N, O, …]`, the result `[O, C / groups, …kernel_size]`.
 *
 * Source: PyTorch's `convolution_backward`.
 */
export const convolutionWeight: Operator<
  ByName<WeightSignature, "input, grad, stride, padding, dilation, groups, kernel_size">
> = operator({
  name: "convolution_weight",
  parameters: { input: tensor, grad: tensor, ...windowParameters, kernel_size: numbers },
  saves: ["input", "grad"],
  forward: ({ input, grad, kernel_size, ...window }) => {
    const shape = [grad.shape[1]!, input.shape[1]! / window.groups, ...kernel_size];
    // The sum over no images is zero.
    if (input.shape[0] === 0) return allocateZeros(shape, input.dtype);
    const result = allocate(shape, input.dtype);
    if (numel(shape) === 0) return result;
    const operands = [result, input, grad].map(settleOperand) as [Tensor, Tensor, Tensor];
    backendOf(input).convolutionWeight(...operands, settleWindow(window));
    return result;
  },
  vjp: {
    input: (g, { grad, shapes, ...window }) =>
      convolution(grad, g, null, {
        ...windowOf(window),
        transposed: true,
        output_size: shapes.input.slice(2),
      }),
    grad: (g, { input, shapes, ...window }) =>
      convolution(input, g, null, {
        ...windowOf(window),
        transposed: false,
        output_size: shapes.grad.slice(2),
      }),
  },
  gradFn: "ConvolutionBackwardBackward0",
  samples: [
    () => [sample([2, 2, 3, 4]), sample([2, 2, 2, 2], { seed: 1 }), { ...geometry, kernel_size: [3, 2] }],
  ],
});
