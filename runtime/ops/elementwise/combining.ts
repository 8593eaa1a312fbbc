/** Pointwise operators of two or three tensors that are one kernel each. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { bool, type DType } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { parameter as plainNumber } from "../../expression.ts";
import { operator, type InPlaceOperator } from "../../operator.ts";
import { keywordOnly, operand, scalar, tensor } from "../../parameters.ts";
import { elementwise, promoteTensors } from "../../settle.ts";
import type { BinarySignature, GeneralSignature, TwoTensorsSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Operand, Scalar } from "../../types.ts";
import { add, div, mul, sub } from "./arithmetic.ts";
import { binary, E, tensorSamples, x, y, z } from "./pointwise.ts";
import { given, sample } from "../samples.ts";

const scale = plainNumber(0);

const expressions = {
  addcmul: E.add(x, E.mul(y, z)),
  addcmulScaled: E.add(x, E.mul(E.mul(scale, y), z)),
  addcdiv: E.add(x, E.div(y, z)),
  addcdivScaled: E.add(x, E.div(E.mul(scale, y), z)),
  // From the nearer end, so that a weight of 1 gives the other end exactly.
  lerp: E.select(
    E.lt(E.abs(z), 0.5),
    E.add(x, E.mul(z, E.sub(y, x))),
    E.sub(y, E.mul(E.sub(y, x), E.sub(1, z))),
  ),
};

interface ValueOption {
  readonly value?: Scalar;
}

type ThreeTensors = TwoTensorsSignature<"tensor1", "tensor2", ValueOption>;

/** A number that scales whole numbers loses its fraction. */
function valueFor(dtype: DType, value: Scalar): readonly number[] {
  return [dtype.is_floating_point ? Number(value) : Math.trunc(Number(value))];
}

/** `grad · value`, without a kernel where the value is 1. */
function scaled(grad: Tensor, value: Scalar): Tensor {
  return value === 1 ? grad : mul(grad, value);
}

/**
 * `input + value · tensor1 · tensor2`, element by element, in one pass.
 *
 * Shapes broadcast; dtypes promote. `x.addcmul(a, b, {value: 0.5})`.
 *
 * @throws NotImplementedError for bool, RuntimeError when the shapes do not broadcast.
 * Source: `torch.addcmul`.
 */
export const addcmul: InPlaceOperator<ThreeTensors> = operator({
  name: "addcmul",
  out: true,
  parameters: { input: tensor, tensor1: tensor, tensor2: tensor, value: keywordOnly(scalar(1)) },
  saves: ["tensor1", "tensor2"],
  savedFor: { tensor1: ["tensor2"], tensor2: ["tensor1"] },
  forward: ({ input, tensor1, tensor2, value }, output) => {
    const dtype = promoteTensors([input, tensor1, tensor2]);
    if (dtype === bool)
      throw new NotImplementedError(
        "\"addcmul_cpu_out\" not implemented for 'Bool': convert with .int() first.",
      );
    const expression = value === 1 ? expressions.addcmul : expressions.addcmulScaled;
    return elementwise(expression, [input, tensor1, tensor2], "promote", output, valueFor(dtype, value));
  },
  vjp: {
    input: (g) => g,
    tensor1: (g, { tensor2, value }) => mul(scaled(g, value), tensor2),
    tensor2: (g, { tensor1, value }) => mul(scaled(g, value), tensor1),
  },
  inPlace: true,
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), sample([3], { seed: 2 })],
    () => [sample([2, 3]), sample([2, 1], { seed: 1 }), sample([2, 3], { seed: 2 }), { value: -0.5 }],
  ],
  errors: [
    {
      args: () => [given([1], bool), given([1], bool), given([1], bool)],
      error: "NotImplementedError",
      message: /addcmul_cpu_out/,
    },
  ],
});

/**
 * `input + value · tensor1 / tensor2`, element by element, in one pass.
 *
 * @throws RuntimeError when all are whole numbers, or the shapes do not broadcast.
 * Source: `torch.addcdiv`.
 */
export const addcdiv: InPlaceOperator<ThreeTensors> = operator({
  name: "addcdiv",
  out: true,
  parameters: { input: tensor, tensor1: tensor, tensor2: tensor, value: keywordOnly(scalar(1)) },
  saves: ["tensor1", "tensor2"],
  savedFor: { tensor1: ["tensor2"] },
  forward: ({ input, tensor1, tensor2, value }, output) => {
    if (!promoteTensors([tensor1, tensor2]).is_floating_point)
      throw new RuntimeError(
        "Integer division with addcdiv is no longer supported, and in a future  release addcdiv will perform a true division of tensor1 and tensor2. Convert with .float() first.",
      );
    const expression = value === 1 ? expressions.addcdiv : expressions.addcdivScaled;
    return elementwise(expression, [input, tensor1, tensor2], "promote", output, [Number(value)]);
  },
  vjp: {
    input: (g) => g,
    tensor1: (g, { tensor2, value }) => div(scaled(g, value), tensor2),
    tensor2: (g, { tensor1, tensor2, value }) =>
      mul(scaled(g.neg(), value), div(tensor1, mul(tensor2, tensor2))),
  },
  inPlace: true,
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), sample([3], { seed: 2, low: 0.5 })],
    () => [
      sample([2, 3]),
      sample([2, 1], { seed: 1 }),
      sample([2, 3], { seed: 2, low: 0.5 }),
      { value: -0.5 },
    ],
  ],
  errors: [
    {
      args: () => [sample([1]), given([1], bool), given([1], bool)],
      error: "RuntimeError",
      message: /Integer division with addcdiv/,
    },
  ],
});

/** @throws RuntimeError when the ends differ in dtype, NotImplementedError for whole numbers. */
function checkEnds(input: Tensor, end: Tensor, weight: Tensor): void {
  for (const [name, other] of [
    ["end", end],
    ["weight", weight],
  ] as const)
    if (!other.isNumber && other.dtype !== input.dtype && !(name === "weight" && other.ndim === 0))
      throw new RuntimeError(
        `expected dtype ${nameInC(input.dtype)} for \`${name}\` but got dtype ${nameInC(other.dtype)}. Convert one of them.`,
      );
  const dtype = weight.isNumber ? input.dtype : promoteTensors([input, end, weight]);
  if (!dtype.is_floating_point)
    throw new NotImplementedError(
      `"lerp_kernel_${weight.ndim === 0 ? "scalar" : "tensor"}" not implemented for '${dtype.typeName}': convert with .float() first.`,
    );
}

/** What PyTorch's message calls a dtype. */
function nameInC(dtype: DType): string {
  const names = {
    float32: "float",
    float64: "double",
    float16: "c10::Half",
    bfloat16: "c10::BFloat16",
    int8: "signed char",
    int16: "short",
    int32: "int",
    int64: "long int",
    uint8: "unsigned char",
    bool: "bool",
  };
  return names[dtype.name];
}

/**
 * Between `input` and `end`: `input + weight · (end − input)`. The weight is a number or a tensor.
 *
 * @throws RuntimeError when the dtypes differ or the shapes do not broadcast, NotImplementedError for whole numbers.
 * Source: `torch.lerp`.
 */
export const lerp: InPlaceOperator<
  GeneralSignature<[end: Tensor, weight: Operand], "same", ["end", "weight"]>
> = operator({
  name: "lerp",
  out: true,
  parameters: { input: tensor, end: tensor, weight: operand },
  gradFn: ({ weight }) => (weight.isNumber ? "LerpBackward0" : "LerpBackward1"),
  saves: ["input", "end", "weight"],
  forward: ({ input, end, weight }, output) => {
    checkEnds(input, end, weight);
    return elementwise(expressions.lerp, [input, end, weight], "promote", output);
  },
  vjp: {
    input: (g, { weight }) => mul(g, weight.rsub(1)),
    end: (g, { weight }) => mul(g, weight),
    weight: (g, { input, end }) => mul(g, sub(end, input)),
  },
  inPlace: true,
  samples: [
    () => [sample([2, 3]), sample([2, 3], { seed: 1 }), 0.3],
    () => [sample([2, 3]), sample([3], { seed: 1 }), sample([2, 3], { seed: 2, low: 0, high: 1 })],
  ],
  errors: [
    {
      args: () => [sample([1]), given([1], bool), 0.5],
      error: "RuntimeError",
      message: /expected dtype double for `end` but got dtype bool/,
    },
  ],
});

/** The angle of the point (other, input) from the first axis, from −π to π. Source: `torch.atan2`. */
export const atan2: InPlaceOperator<BinarySignature> = binary({
  name: "atan2",
  tensorsOnly: true,
  expression: E.atan2(x, y),
  dtype: "float",
  saves: ["input", "other"],
  vjp: {
    input: (g, { input, other }) => div(mul(g, other), add(mul(input, input), mul(other, other))),
    other: (g, { input, other }) => div(mul(g.neg(), input), add(mul(input, input), mul(other, other))),
  },
  samples: tensorSamples,
});
