/** What division leaves, quotients rounded downwards, and divisors. Derivatives: PyTorch's `tools/autograd/derivatives.yaml`. */
import { bool, int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { call, type Expression } from "../../expression.ts";
import { operator, type InPlaceOperator } from "../../operator.ts";
import { operand } from "../../parameters.ts";
import { promoteTensors } from "../../settle.ts";
import type { BinarySignature, EitherSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { div, mul, quotient, refuseZeroDivisor } from "./arithmetic.ts";
import { binary, binarySamples, x, y } from "./pointwise.ts";
import { given, sample } from "../samples.ts";

/** A check that whole numbers are not divided by 0, nor truth values at all. */
function checkDivisor(kernel: string): (input: Tensor, other: Tensor) => void {
  return (input, other) => {
    const dtype = promoteTensors([input, other]);
    if (dtype === bool)
      throw new NotImplementedError(`"${kernel}" not implemented for 'Bool': convert with .int() first.`);
    refuseZeroDivisor(dtype, other);
  };
}

const zeroDivision = {
  args: (): unknown[] => [given([1], int64), 0],
  error: "RuntimeError",
  message: /ZeroDivisionError/,
};

/**
 * What `input / other`, rounded towards zero, leaves: it has the sign of `input`, as C's `fmod`.
 *
 * @throws RuntimeError for a whole number and 0, NotImplementedError for bool.
 * Source: `torch.fmod`.
 */
export const fmod: InPlaceOperator<BinarySignature> = binary({
  name: "fmod",
  gradFn: ({ other }) => `FmodBackward${other.isNumber ? 0 : 1}`,
  expression: call("fmod", x, y),
  check: checkDivisor("fmod_cpu"),
  saves: ["input", "other"],
  vjp: {
    input: (g) => g,
    other: (g, { input, other }) => mul(g.neg(), div(input, other, { rounding_mode: "trunc" })),
  },
  errors: [zeroDivision],
});

/**
 * What `input / other`, rounded downwards, leaves: it has the sign of `other`, as Python's `%`. Either side may be a number.
 *
 * @throws RuntimeError for a whole number and 0, NotImplementedError for bool.
 * Source: `torch.remainder`.
 */
export const remainder: InPlaceOperator<EitherSignature> = binary({
  name: "remainder",
  gradFn: ({ other }) => `RemainderBackward${other.isNumber ? 0 : 1}`,
  numberFirst: true,
  expression: call("remainder", x, y),
  check: checkDivisor("remainder_cpu"),
  saves: ["input", "other"],
  vjp: {
    input: (g) => g,
    other: (g, { input, other }) => mul(g.neg(), div(input, other, { rounding_mode: "floor" })),
  },
  samples: [...binarySamples, () => [2, sample([3], { low: 0.5 })]],
  errors: [zeroDivision],
});

/**
 * The quotient, rounded downwards; it has no gradient. Either side may be a number.
 *
 * @throws RuntimeError for a whole number and 0, NotImplementedError for bool.
 * Source: `torch.floor_divide`.
 */
export const floor_divide: InPlaceOperator<EitherSignature> = operator({
  name: "floor_divide",
  out: true,
  inPlace: true,
  parameters: { input: operand, other: operand },
  forward: ({ input, other }, output) => quotient(input, other, "floor", output),
  vjp: null,
  samples: binarySamples,
  errors: [zeroDivision],
});

const wholeSamples = [
  (): unknown[] => [given([12, -18, 0], int64), given([8, 12, 5], int64)],
  (): unknown[] => [given([12, -18, 0], int64), given([4], int64)],
];

/** An operator of whole numbers. */
function whole(name: string, expression: Expression): InPlaceOperator<BinarySignature> {
  return binary({
    name,
    tensorsOnly: true,
    expression,
    check: (input, other) => {
      const dtype = promoteTensors([input, other]);
      if (dtype.is_floating_point || dtype === bool)
        throw new NotImplementedError(
          `"${name}_cpu" not implemented for '${dtype.typeName}': divisors are those of whole numbers. Convert with .long() first.`,
        );
    },
    vjp: null,
    samples: wholeSamples,
    errors: [
      {
        args: () => [sample([2]), sample([2])],
        error: "NotImplementedError",
        message: /not implemented for/,
      },
    ],
  });
}

/** The greatest common divisor. @throws NotImplementedError unless both are whole numbers. Source: `torch.gcd`. */
export const gcd: InPlaceOperator<BinarySignature> = whole("gcd", call("gcd", x, y));

/** The least common multiple. @throws NotImplementedError unless both are whole numbers. Source: `torch.lcm`. */
export const lcm: InPlaceOperator<BinarySignature> = whole("lcm", call("lcm", x, y));
