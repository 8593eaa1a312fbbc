/** The parts of a number: its sign, whole part, fraction, exponent and neighbours. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { bool, float64, get_default_dtype, int32, int64, type DType } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { call, parameter } from "../../expression.ts";
import { operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import { numberTensor, optionalNumber, tensor } from "../../parameters.ts";
import { convert, elementwise } from "../../settle.ts";
import type {
  BinarySignature,
  GeneralSignature,
  Signature,
  TestSignature,
  UnarySignature,
} from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { div, mul, pow, quotient, sub, where } from "./arithmetic.ts";
import { eq, isfinite } from "./comparison.ts";
import { binary, binarySamples, E, fractionsOnly, refuseBoolKernel, unary, x, y } from "./pointwise.ts";
import { given, sample } from "../samples.ts";
import { exp2, sign } from "./unary.ts";

function noSlope(grad: Tensor): Tensor {
  return mul(grad, 0);
}

/** The whole part: rounded towards zero. @throws NotImplementedError for bool. Source: `torch.trunc`. */
export const trunc: InPlaceOperator<UnarySignature> = unary({
  name: "trunc",
  check: refuseBoolKernel("trunc_vml_cpu"),
  expression: E.trunc(x),
  vjp: noSlope,
});

/** What is behind the point, with the number's sign. @throws NotImplementedError for whole numbers. Source: `torch.frac`. */
export const frac: InPlaceOperator<UnarySignature> = unary({
  name: "frac",
  check: fractionsOnly("frac_cpu"),
  expression: E.sub(x, E.trunc(x)),
  vjp: (g) => g,
});

/** −1, 0 or 1: `sign`, under the name that it has for complex numbers. Source: `torch.sgn`. */
export const sgn: InPlaceOperator<UnarySignature> = unary({
  name: "sgn",
  expression: E.sign(x),
  vjp: noSlope,
});

/** Whether the sign is a minus; that of −0 is one. Source: `torch.signbit`. */
export const signbit: Operator<TestSignature> = unary({
  name: "signbit",
  inPlace: false,
  expression: E.ne(call("signBit", x), 0),
  dtype: "bool",
  vjp: null,
});

/** The size of `input` with the sign of `other`. Whole numbers give floating-point results. Source: `torch.copysign`. */
export const copysign: InPlaceOperator<BinarySignature> = binary({
  name: "copysign",
  gradFn: ({ other }) => `CopysignBackward${other.isNumber ? 1 : 0}`,
  expression: call("copySign", x, y),
  dtype: "float",
  saves: ["input", "result"],
  vjp: {
    input: (g, { input, result }) => mul(g, where(eq(input, 0), 0, mul(sign(input), sign(result)))),
    other: noSlope,
  },
  samples: binarySamples,
});

/** The next number that the dtype has from `input` towards `other`. @throws NotImplementedError for whole numbers. Source: `torch.nextafter`. */
export const nextafter: InPlaceOperator<BinarySignature> = binary({
  name: "nextafter",
  tensorsOnly: true,
  expression: call("nextAfter", x, y),
  check: fractionsOnly("nextafter_cpu"),
  saves: ["input", "other"],
  vjp: {
    input: (g, { input, other }) => where(eq(input, other), 0, g),
    other: noSlope,
  },
});

const mantissaExpression = call("mantissa", x);
const exponentExpression = call("exponent", x);

/** A number in two parts. */
type Parts = [mantissa: Tensor, exponent: Tensor] & { readonly mantissa: Tensor; readonly exponent: Tensor };
interface FrexpSignature extends Signature {
  readonly function: (input: Tensor) => Parts;
  readonly method: () => Parts;
}

/**
 * A mantissa from ½ to 1 in size, and an exponent (int32): `input = mantissa · 2 ** exponent`.
 *
 * @throws RuntimeError for whole numbers.
 * Source: `torch.frexp`.
 */
export const frexp: Operator<FrexpSignature> = operator({
  name: "frexp",
  out: true,
  resultNames: ["mantissa", "exponent"],
  parameters: { input: tensor },
  forward: ({ input }) => {
    if (!input.dtype.is_floating_point)
      throw new RuntimeError(
        `torch.frexp() only supports floating-point dtypes, not ${input.dtype.toString()}. Convert with .float() first.`,
      );
    return [
      elementwise(mantissaExpression, [input]),
      convert(elementwise(exponentExpression, [input]), int32),
    ];
  },
  vjp: { input: (g, { others }) => div(g, exp2(others[0]!.to(g.dtype))) },
  samples: [() => [sample([2, 3])], () => [sample([])]],
  errors: [
    { args: () => [given([1], int64)], error: "RuntimeError", message: /only supports floating-point/ },
  ],
});

/** `input · 2 ** other`. Whole exponents in two parts, since the power may be too large where the product is not. */
function timesPower(input: Tensor, other: Tensor): Tensor {
  // Two counts as a fraction here, unlike other whole numbers in JavaScript.
  if (other.dtype.is_floating_point) return mul(input, pow(2, other));
  const wide = other.dtype === bool ? other.int() : other;
  const half = quotient(wide, numberTensor(2), "floor", null);
  const dtype = input.dtype === float64 ? float64 : get_default_dtype();
  const powers = [half, sub(wide, half)].map((exponent) => pow(2, exponent.to(dtype)));
  const product = mul(mul(input, powers[0]!), powers[1]!);
  return input.dtype.is_floating_point ? product.to(input.dtype) : product;
}

/**
 * `input · 2 ** other`.
 *
 * @throws TypeError when `other` is a plain number, NotImplementedError when it holds truth values.
 * Source: `torch.ldexp`.
 */
export const ldexp: InPlaceOperator<GeneralSignature<[other: Tensor], "same", ["other"]>> = operator({
  name: "ldexp",
  out: true,
  inPlace: true,
  parameters: { input: tensor, other: tensor },
  saves: ["other", "result"],
  forward: ({ input, other }) => {
    if (input.dtype.is_floating_point && other.dtype === bool)
      throw new NotImplementedError(
        "\"ldexp_cpu_exp\" not implemented for 'Bool': convert the exponents with .int() first.",
      );
    return timesPower(input, other);
  },
  vjp: {
    input: (g, { other }) => timesPower(g, other),
    other: (g, { result }) => mul(g, mul(result, Math.LN2)),
  },
  samples: [() => [sample([2, 3]), sample([3], { seed: 1 })]],
  errors: [
    { args: () => [sample([2]), 1], error: "TypeError", message: /argument 'other' must be a Tensor/ },
  ],
});

/** The largest number of each dtype with fractions. */
const largest: Readonly<Record<string, number>> = {
  float64: Number.MAX_VALUE,
  float32: (2 - 2 ** -23) * 2 ** 127,
  bfloat16: (2 - 2 ** -7) * 2 ** 127,
  float16: 65_504,
};

const replacing = E.select(
  E.ne(x, x),
  parameter(0),
  E.select(E.eq(x, Infinity), parameter(1), E.select(E.eq(x, -Infinity), parameter(2), x)),
);

/** What stands for NaN and the infinities. */
function replacements(
  { name }: DType,
  nan: number | null,
  posinf: number | null,
  neginf: number | null,
): readonly number[] {
  const limit = largest[name]!; // every dtype with fractions is in the table
  return [nan ?? 0, posinf ?? limit, neginf ?? -limit];
}

interface Replacements {
  readonly nan?: number | null;
  readonly posinf?: number | null;
  readonly neginf?: number | null;
}

/**
 * The elements, with `nan` (0) in place of NaN, and `posinf` and `neginf` (the dtype's largest and smallest numbers) in place of the infinities.
 *
 * Source: `torch.nan_to_num`.
 */
export const nan_to_num: InPlaceOperator<
  GeneralSignature<
    [nan?: number | null | Replacements, posinf?: number | null, neginf?: number | null],
    "same",
    ["nan", "posinf", "neginf"]
  >
> = operator({
  name: "nan_to_num",
  out: true,
  parameters: { input: tensor, nan: optionalNumber, posinf: optionalNumber, neginf: optionalNumber },
  saves: ["input"],
  forward: ({ input, nan, posinf, neginf }, output) =>
    input.dtype.is_floating_point
      ? elementwise(replacing, [input], "promote", output, replacements(input.dtype, nan, posinf, neginf))
      : input.clone(),
  vjp: { input: (g, { input }) => mul(g, isfinite(input)) },
  inPlace: true,
  samples: [() => [sample([2, 3])], () => [given([1, 0], bool)]],
});
