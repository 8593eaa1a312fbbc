/** Arithmetic on two tensors, and the choice between them. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import type { ByName } from "../../keywords.ts";
import { cpu } from "../../device.ts";
import { bool, int64, uint8, type DType } from "../../dtype.ts";
import { checkFits } from "../../elements.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Expression } from "../../expression.ts";
import { operator, type Operator, type InPlaceOperator } from "../../operator.ts";
import {
  keywordOnly,
  numberTensor,
  operand,
  optionalOperand,
  scalar,
  tensor,
  type Parameter,
} from "../../parameters.ts";
import { allocate, convert, elementwise, promoteTensors, reduceDims } from "../../settle.ts";
import { broadcastShapes } from "../../shape.ts";
import type {
  BinarySignature,
  ClampSignature,
  DivisionSignature,
  EitherSignature,
  FunctionSignature,
  GeneralSignature,
  PowerSignature,
  ScaledBinarySignature,
} from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Operand, Scalar } from "../../types.ts";
import { eq, ge, gt, le, logical_and, lt } from "./comparison.ts";
import { binary, binarySamples, E, x, y, z } from "./pointwise.ts";
import { given, sample } from "../samples.ts";
import { log } from "./unary.ts";

/** @throws RuntimeError when either operand holds truth values: PyTorch does not subtract them. */
function refuseBool(...operands: readonly Tensor[]): void {
  if (operands.some((operand) => operand.dtype === bool))
    throw new RuntimeError(
      "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to invert a mask, use logical_not(); otherwise convert with .int() first.",
    );
}

/** An `alpha` that is not a whole number cannot scale whole numbers. */
function checkAlpha(name: string, alpha: Scalar, operands: readonly Tensor[]): void {
  const promoted = promoteTensors(operands);
  if (promoted.is_floating_point) return;
  if (typeof alpha === "number" && !Number.isInteger(alpha))
    throw new RuntimeError(
      `${name}: for integral input tensors, argument alpha must not be a floating point number, got ${alpha} for ${promoted.toString()}. Convert the tensors with .float() first.`,
    );
}

function scaled(
  plain: Expression,
  withAlpha: Expression,
  { input, other, alpha }: { input: Tensor; other: Tensor; alpha: Scalar },
  output: Tensor | null = null,
): Tensor {
  if (alpha === 1) return elementwise(plain, [input, other], "promote", output);
  return elementwise(withAlpha, [input, other, numberTensor(alpha)], "promote", output);
}

function timesAlpha(grad: Tensor, alpha: Scalar): Tensor {
  return alpha === 1 ? grad : mul(grad, alpha);
}

const expressions = {
  add: E.add(x, y),
  addScaled: E.add(x, E.mul(z, y)),
  sub: E.sub(x, y),
  subScaled: E.sub(x, E.mul(z, y)),
  where: E.select(x, y, z),
  clamp: E.minimum(E.maximum(x, y), z),
  clampMin: E.maximum(x, y),
  clampMax: E.minimum(x, y),
  pow: E.pow(x, y),
  div: E.div(x, y),
  divTrunc: E.trunc(E.div(x, y)),
  divFloor: E.floorDivide(x, y),
};

/**
 * Adds, element by element: `input + alpha · other`.
 *
 * Shapes broadcast; dtypes promote. `x.add(y)`, `torch.add(x, y, {alpha: 2})`.
 *
 * @throws RuntimeError when the shapes do not broadcast.
 * Source: `torch.add`.
 */
export const add: InPlaceOperator<ScaledBinarySignature> = operator({
  name: "add",
  out: true,
  parameters: { input: operand, other: operand, alpha: keywordOnly(scalar(1)) },
  forward: (args, output) => {
    if (args.alpha !== 1) checkAlpha("add", args.alpha, [args.input, args.other]);
    return scaled(expressions.add, expressions.addScaled, args, output);
  },
  vjp: { input: (g) => g, other: (g, { alpha }) => timesAlpha(g, alpha) },
  inPlace: true,
  samples: [...binarySamples, () => [sample([2, 3]), sample([2, 3], { seed: 1 }), { alpha: 0.5 }]],
  errors: [
    {
      args: () => [sample([2, 3]), sample([4])],
      error: "RuntimeError",
      message: /size of tensor a \(3\) must match the size of tensor b \(4\)/,
    },
    {
      args: () => [sample([2]), "3"],
      error: "TypeError",
      message: /argument 'other' must be a Tensor or a number, not the string "3"/,
    },
  ],
});

/**
 * Subtracts, element by element: `input − alpha · other`.
 *
 * @throws RuntimeError when the shapes do not broadcast, or both are bool.
 * Source: `torch.sub`.
 */
export const sub: InPlaceOperator<ScaledBinarySignature> = operator({
  name: "sub",
  out: true,
  parameters: { input: operand, other: operand, alpha: keywordOnly(scalar(1)) },
  forward: (args, output) => {
    refuseBool(args.input, args.other);
    if (args.alpha !== 1) checkAlpha("sub", args.alpha, [args.input, args.other]);
    return scaled(expressions.sub, expressions.subScaled, args, output);
  },
  vjp: { input: (g) => g, other: (g, { alpha }) => timesAlpha(g.neg(), alpha) },
  inPlace: true,
  samples: [...binarySamples, () => [sample([2, 3]), sample([2, 3], { seed: 1 }), { alpha: 0.5 }]],
  errors: [{ args: () => [given([1], bool), given([1], bool)], error: "RuntimeError", message: /bool/ }],
});

/** Subtracts the other way round: `other − alpha · input`, for a number minus a tensor. Source: `torch.rsub`. */
export const rsub: Operator<ScaledBinarySignature> = operator({
  name: "rsub",
  parameters: { input: tensor, other: operand, alpha: keywordOnly(scalar(1)) },
  gradFn: ({ other }) => (other.isNumber ? "RsubBackward1" : "RsubBackward0"),
  forward: ({ input, other, alpha }) => {
    refuseBool(input, other);
    return scaled(expressions.sub, expressions.subScaled, { input: other, other: input, alpha });
  },
  vjp: { input: (g, { alpha }) => timesAlpha(g.neg(), alpha), other: (g) => g },
  samples: binarySamples,
});

/** Multiplies, element by element. Either side may be a number. @throws RuntimeError when the shapes do not broadcast. Source: `torch.mul`. */
export const mul: InPlaceOperator<EitherSignature> = binary({
  name: "mul",
  numberFirst: true,
  expression: E.mul(x, y),
  saves: ["input", "other"],
  savedFor: { input: ["other"], other: ["input"] },
  vjp: { input: (g, { other }) => mul(g, other), other: (g, { input }) => mul(g, input) },
});

/** How a quotient becomes a whole number: not at all, towards zero, or downwards. */
type RoundingMode = "trunc" | "floor" | null;

const roundingMode: Parameter<RoundingMode> = keywordOnly({
  expects: '"trunc", "floor" or null',
  fallback: null,
  convert: (value) => (value === "trunc" || value === "floor" || value === null ? value : undefined),
});

/** @throws RuntimeError where whole numbers would be divided by 0. What lies on an accelerator is not looked at, as in PyTorch. */
export function refuseZeroDivisor(dtype: DType, other: Tensor): void {
  if (dtype.is_floating_point || other.device !== cpu) return;
  const zero = other.isNumber
    ? Number(other.item()) === 0
    : reduceDims("any", other.eq(0), [...other.shape.keys()], false).item();
  if (zero)
    throw new RuntimeError(
      "ZeroDivisionError: whole numbers cannot be divided by 0. Convert with .float() first.",
    );
}

/** The quotient, rounded as `mode` says. */
export function quotient(
  input: Tensor,
  other: Tensor,
  mode: RoundingMode,
  output: Tensor | null | undefined,
): Tensor {
  if (mode === null) return elementwise(expressions.div, [input, other], "float", output);
  const dtype = promoteTensors([input, other]);
  if (dtype === bool)
    throw new NotImplementedError(`"div_${mode}_cpu" not implemented for 'Bool': convert with .int() first.`);
  refuseZeroDivisor(dtype, other);
  return elementwise(
    mode === "trunc" ? expressions.divTrunc : expressions.divFloor,
    [input, other],
    dtype === bool ? "float" : "promote",
  );
}

/**
 * Divides, element by element; whole numbers give floating-point results, unless `rounding_mode` is `"trunc"` (towards zero) or `"floor"` (downwards).
 *
 * @throws RuntimeError when the shapes do not broadcast, or a whole number is divided by 0 with rounding.
 * Source: `torch.div`.
 */
export const div: InPlaceOperator<DivisionSignature> = operator({
  name: "div",
  out: true,
  parameters: { input: operand, other: operand, rounding_mode: roundingMode },
  gradFn: ({ rounding_mode: mode }) => (mode === null ? "DivBackward0" : "DivBackward2"),
  saves: ["input", "other"],
  savedFor: { input: ["other"] },
  forward: ({ input, other, rounding_mode: mode }, output) => quotient(input, other, mode, output),
  vjp: {
    input: (g, { other, rounding_mode: mode }) => (mode === null ? div(g, other) : mul(g, 0)),
    other: (g, { input, other, rounding_mode: mode }) =>
      mode === null ? mul(g.neg(), div(div(input, other), other)) : mul(g, 0),
  },
  inPlace: true,
  samples: [
    ...binarySamples,
    () => [sample([3]), 0.7, { rounding_mode: "trunc" }],
    () => [sample([3]), 0.7, { rounding_mode: "floor" }],
  ],
  errors: [
    {
      args: () => [given([1], int64), 0, { rounding_mode: "floor" }],
      error: "RuntimeError",
      message: /ZeroDivisionError/,
    },
    {
      args: () => [sample([2]), 2, { rounding_mode: "up" }],
      error: "TypeError",
      message: /"trunc", "floor" or null/,
    },
  ],
});

/** Powers that are simpler functions. Source: `pow_tensor_scalar_optimized_kernel` in `aten/src/ATen/native/cpu/PowKernel.cpp`. */
const simplePowers: ReadonlyMap<number | bigint, Expression> = new Map<number | bigint, Expression>([
  [2, E.mul(x, x)],
  [3, E.mul(E.mul(x, x), x)],
  [0.5, E.sqrt(x)],
  [-0.5, E.div(1, E.sqrt(x))],
  [-1, E.div(1, x)],
  [-2, E.div(1, E.mul(x, x))],
]);

function raised(input: Tensor, exponent: Tensor, output: Tensor | null | undefined): Tensor {
  if (exponent.isNumber && promoteTensors([input, exponent]) === input.dtype) {
    const simple = simplePowers.get(Number(exponent.item()));
    if (simple !== undefined) return elementwise(simple, [input], "promote", output);
  }
  return elementwise(expressions.pow, [input, exponent], "promote", output);
}

/**
 * Raises to a power, element by element. Either side may be a number.
 *
 * @throws RuntimeError when the shapes do not broadcast, or whole numbers are raised to a negative whole number.
 * Source: `torch.pow`.
 */
export const pow: InPlaceOperator<PowerSignature> = operator({
  name: "pow",
  out: true,
  parameters: { input: operand, exponent: operand },
  gradFn: ({ input, exponent }) => `PowBackward${exponent.isNumber ? 0 : input.isNumber ? 2 : 1}`,
  saves: ["input", "exponent"],
  forward: ({ input, exponent }, output) => {
    if (
      exponent.isNumber &&
      !promoteTensors([input, exponent]).is_floating_point &&
      Number(exponent.item()) < 0
    )
      throw new RuntimeError(
        `Integers to negative integer powers are not allowed: ${input.dtype.toString()} to the power ${exponent.item()}. Convert with .float() first.`,
      );
    if (!exponent.isNumber && promoteTensors([input, exponent]) === bool)
      throw new NotImplementedError("\"pow\" not implemented for 'Bool': convert with .int() first.");
    return raised(input, exponent, output);
  },
  vjp: {
    // Source: pow_backward and pow_backward_self in torch/csrc/autograd/FunctionsManual.cpp: an exponent of 0 has no slope, even at 0.
    input: (g, { input, exponent }) => {
      const power = exponent.isNumber ? Number(exponent.item()) : null;
      if (power !== null && power !== 0) return mul(g, mul(pow(input, power - 1), power));
      return where(eq(exponent, 0), 0, mul(g, mul(pow(input, sub(exponent, 1)), exponent)));
    },
    exponent: (g, { input, exponent }) =>
      where(logical_and(eq(input, 0), ge(exponent, 0)), 0, mul(g, mul(pow(input, exponent), log(input)))),
  },
  inPlace: true,
  samples: [
    () => [sample([2, 3]), 2],
    () => [sample([2, 3], { low: 0.5 }), -1.5],
    () => [sample([2, 3]), 0],
    () => [sample([2, 3], { low: 0.5 }), sample([3], { seed: 1 })],
    () => [2, sample([3])],
  ],
  errors: [{ args: () => [given([1], bool), "2"], error: "TypeError", message: /exponent/ }],
});

/**
 * The larger of two, element by element; NaN where either is NaN. Where they are equal, each gets half of the gradient.
 *
 * @throws RuntimeError when the shapes do not broadcast.
 * Source: `torch.maximum`.
 */
export const maximum: Operator<BinarySignature> = binary({
  name: "maximum",
  inPlace: false,
  tensorsOnly: true,
  expression: E.maximum(x, y),
  saves: ["input", "other"],
  vjp: {
    input: (g, { input, other }) => halfAtTies(g, input, other, gt(input, other)),
    other: (g, { input, other }) => halfAtTies(g, input, other, lt(input, other)),
  },
});

/** The smaller of two, element by element; NaN where either is NaN. Source: `torch.minimum`. */
export const minimum: Operator<BinarySignature> = binary({
  name: "minimum",
  inPlace: false,
  tensorsOnly: true,
  expression: E.minimum(x, y),
  saves: ["input", "other"],
  vjp: {
    input: (g, { input, other }) => halfAtTies(g, input, other, lt(input, other)),
    other: (g, { input, other }) => halfAtTies(g, input, other, gt(input, other)),
  },
});

/** `grad` where this side was chosen, half of it where both are equal, else nothing. */
function halfAtTies(grad: Tensor, input: Tensor, other: Tensor, chosen: Tensor): Tensor {
  return where(eq(input, other), div(grad, 2), where(chosen, grad, 0));
}

/** The condition, of which kernels read what is not 0 as true. */
function asCondition(condition: Tensor): Tensor {
  if (condition.dtype !== bool && condition.dtype !== uint8)
    throw new RuntimeError(
      `where expected condition to be a boolean tensor, but got a tensor with dtype ${condition.dtype.toString()}. Compare first, for example x.gt(0).`,
    );
  return convert(condition, bool);
}

/**
 * Elements of `input` where `condition` is true, of `other` elsewhere. As a method: `input.where(condition, other)`.
 *
 * Shapes broadcast; dtypes promote.
 *
 * @throws RuntimeError when `condition` is not a bool tensor.
 * Source: `torch.where`, `torch.Tensor.where`.
 */
export const where: Operator<
  ByName<
    FunctionSignature<(condition: Tensor, input: Operand, other: Operand) => Tensor>,
    "condition, input, other, out?"
  >
> = operator({
  name: "where",
  out: true,
  parameters: { condition: tensor, input: operand, other: operand },
  saves: ["condition"],
  // Truth values weigh least in promotion: they do not change the dtype of the choices.
  forward: ({ condition, input, other }) =>
    elementwise(expressions.where, [asCondition(condition), input, other]),
  vjp: {
    condition: null,
    input: (g, { condition }) => where(condition, g, 0),
    other: (g, { condition }) => where(condition, 0, g),
  },
  samples: [
    () => [given([1, 0, 1], bool), sample([2, 3]), sample([2, 3], { seed: 1 })],
    () => [given([1, 0, 1], bool), sample([2, 1]), 0.5],
  ],
  errors: [
    { args: () => [sample([2]), 1, 2], error: "RuntimeError", message: /condition to be a boolean tensor/ },
  ],
});

/** @throws NotImplementedError for truth values, but for one limit that is a tensor. */
function refuseBoolLimits(input: Tensor, min: Tensor | null, max: Tensor | null): void {
  const limits = [min, max].filter((limit) => limit !== null);
  if (promoteTensors([input, ...limits]) !== bool || (limits.length === 1 && !limits[0]!.isNumber)) return;
  const kernel =
    max === null ? "clamp_min_scalar_cpu" : min === null ? "clamp_max_scalar_cpu" : "clamp_scalar_cpu";
  throw new NotImplementedError(`"${kernel}" not implemented for 'Bool': convert with .int() first.`);
}

/**
 * Limits each element to [min, max]; either limit may be a number, a tensor, or `null` for none.
 *
 * `x.clamp(0, 1)`, `x.clamp({min: 0})`. The gradient is that of the input inside the limits, and flows to a limit where it was applied.
 *
 * @throws RuntimeError when both limits are missing.
 * Source: `torch.clamp`.
 */
export const clamp: InPlaceOperator<ClampSignature> = operator({
  name: "clamp",
  out: true,
  parameters: { input: tensor, min: optionalOperand, max: optionalOperand },
  gradFn: ({ min, max }) => ((min ?? max)?.isNumber ? "ClampBackward1" : "ClampBackward0"),
  saves: ["input", "min", "max"],
  forward: ({ input, min, max }, output) => {
    refuseBoolLimits(input, min, max);
    if (min !== null && max !== null)
      return elementwise(expressions.clamp, [input, min, max], "promote", output);
    if (min !== null) return elementwise(expressions.clampMin, [input, min], "promote", output);
    if (max !== null) return elementwise(expressions.clampMax, [input, max], "promote", output);
    throw new RuntimeError(
      "torch.clamp: At least one of 'min' or 'max' must not be None (null). Write clamp(0), clamp({max: 1}) or clamp(0, 1).",
    );
  },
  vjp: {
    input: (g, { input, min, max }) => {
      let grad = g;
      if (min) grad = where(ge(input, min), grad, 0);
      if (max) grad = where(le(input, max), grad, 0);
      return grad;
    },
    // Where the limits cross, `max` wins, and `min` was not applied.
    min: (g, { input, min, max }) =>
      where(max ? logical_and(lt(input, min!), lt(min!, max)) : lt(input, min!), g, 0),
    max: (g, { input, min, max }) =>
      where(
        min ? logical_and(gt(input, max!), le(min, max!)).logical_or(lt(max!, min)) : gt(input, max!),
        g,
        0,
      ),
  },
  inPlace: true,
  samples: [
    () => [sample([2, 3]), -0.7, 0.9],
    () => [sample([2, 3]), { min: 0.1 }],
    () => [sample([2, 3]), { max: 0.1 }],
    () => [
      sample([2, 3]),
      sample([3], { seed: 4, low: -1, high: 0 }),
      sample([2, 3], { seed: 5, low: 0.2, high: 1 }),
    ],
  ],
  errors: [{ args: () => [sample([2])], error: "RuntimeError", message: /At least one of 'min' or 'max'/ }],
});

/**
 * A copy in which the elements where `mask` is true are `value`, a number or a 0-d tensor.
 *
 * @throws RuntimeError when `mask` is not bool, or `value` has dimensions.
 * Source: `torch.Tensor.masked_fill`.
 */
export const masked_fill: InPlaceOperator<
  GeneralSignature<[mask: Tensor, value: Operand], "same", ["mask", "value"]>
> = operator({
  name: "masked_fill",
  parameters: { input: tensor, mask: tensor, value: operand },
  saves: ["mask"],
  forward: ({ input, mask, value }, output) => {
    if (mask.dtype !== bool)
      throw new RuntimeError(
        `masked_fill only supports boolean masks, but got mask with dtype ${mask.dtype.toString()}. Compare first, for example x.eq(0).`,
      );
    if (value.ndim > 0)
      throw new RuntimeError(
        `masked_fill only supports a 0-dimensional value tensor, but got tensor with ${value.ndim} dimension(s). Use torch.where for several values.`,
      );
    checkFits(value, input.dtype);
    // PyTorch's copy is row-major, however its input lies.
    const rowMajor = mask.is_contiguous() && input.is_contiguous();
    const target =
      output ?? (rowMajor ? null : allocate(broadcastShapes(mask.shape, input.shape), input.dtype));
    return elementwise(expressions.where, [mask, convert(value, input.dtype), input], "promote", target);
  },
  gradFn: ({ value }) => `MaskedFillBackward${value.isNumber ? 0 : 1}`,
  vjp: {
    input: (g, { mask }) => masked_fill(g, mask, 0),
    mask: null,
    value: (g, { mask }) => where(mask, g, 0).sum(),
  },
  inPlace: true,
  samples: [
    () => [sample([2, 3]), given([1, 0, 1], bool), 0.5],
    () => [sample([2, 3]), given([1, 0], bool, [2, 1]), sample([])],
  ],
  errors: [{ args: () => [sample([2]), sample([2]), 1], error: "RuntimeError", message: /boolean masks/ }],
});
