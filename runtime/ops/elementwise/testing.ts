/** Questions about elements, and about how near two tensors are to each other. */
import { mostExact } from "../../devices.ts";
import { int64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { parameter } from "../../expression.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { flag, number, tensor } from "../../parameters.ts";
import { elementwise, reduceDims } from "../../settle.ts";
import { sameShape } from "../../shape.ts";
import type { Called } from "../../keywords.ts";
import type { GeneralSignature, OtherByName, Signature, TestSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { E, unary, x, y } from "./pointwise.ts";
import { given, sample } from "../samples.ts";

/** True where the element is −∞. Source: `torch.isneginf`. */
export const isneginf: Operator<TestSignature> = unary({
  name: "isneginf",
  inPlace: false,
  expression: E.eq(x, -Infinity),
  dtype: "bool",
  vjp: null,
});

/** True where the element is +∞. Source: `torch.isposinf`. */
export const isposinf: Operator<TestSignature> = unary({
  name: "isposinf",
  inPlace: false,
  expression: E.eq(x, Infinity),
  dtype: "bool",
  vjp: null,
});

/** True everywhere: there are no complex numbers here. Source: `torch.isreal`. */
export const isreal: Operator<TestSignature> = unary({
  name: "isreal",
  inPlace: false,
  out: false,
  expression: E.or(E.eq(x, x), 1),
  dtype: "bool",
  vjp: null,
});

const [rtol, atol] = [parameter(0), parameter(1)];
const difference = E.abs(E.sub(x, y));
const equalOrNear = E.or(
  E.eq(x, y),
  E.and(E.lt(difference, Infinity), E.le(difference, E.add(atol, E.abs(E.mul(rtol, y))))),
);
const bothNan = E.and(E.ne(x, x), E.ne(y, y));
const near = { plain: equalOrNear, orNan: E.or(equalOrNear, bothNan) };
const equality = E.eq(x, y);

interface Tolerance {
  readonly rtol?: number;
  readonly atol?: number;
  readonly equal_nan?: boolean;
}

const closeness = { rtol: number(1e-5), atol: number(1e-8), equal_nan: flag(false) };

/** The answer for each pair of elements. @throws RuntimeError when the dtypes differ, or a tolerance is negative. */
function areClose(input: Tensor, other: Tensor, tolerance: Required<Tolerance>): Tensor {
  if (input.dtype !== other.dtype)
    throw new RuntimeError(
      `${input.dtype.typeName} did not match ${other.dtype.typeName}: convert one of the tensors.`,
    );
  for (const name of ["rtol", "atol"] as const)
    if (tolerance[name] < 0)
      throw new RuntimeError(`${name} must be greater than or equal to zero, but got ${tolerance[name]}.`);
  // Only the same number is near by no tolerance; large whole numbers are not compared as fractions then.
  if (tolerance.rtol === 0 && tolerance.atol === 0 && !input.dtype.is_floating_point)
    return elementwise(equality, [input, other], "bool");
  return compare(tolerance.equal_nan ? near.orNan : near.plain, input, other, [
    tolerance.rtol,
    tolerance.atol,
  ]);
}

/** Whole numbers are compared as fractions, of the width that tolerances need. */
function compare(
  expression: typeof equalOrNear,
  input: Tensor,
  other: Tensor,
  numbers: readonly number[],
): Tensor {
  const exact = mostExact(input.device);
  const [left, right] = input.dtype.is_floating_point ? [input, other] : [input.to(exact), other.to(exact)];
  return elementwise(expression, [left, right], "bool", null, numbers);
}

/**
 * Whether elements are near each other: `|input − other| ≤ atol + rtol · |other|`; infinities must be equal, and NaN is near NaN only with `equal_nan`.
 *
 * @throws RuntimeError when the dtypes differ, or a tolerance is negative.
 * Source: `torch.isclose`.
 */
export const isclose: Operator<
  GeneralSignature<
    [other: Tensor, rtol?: number, atol?: number, equal_nan?: boolean],
    "bool",
    ["other", "rtol", "atol", "equal_nan"]
  >
> = operator({
  name: "isclose",
  parameters: { input: tensor, other: tensor, ...closeness },
  forward: ({ input, other, ...tolerance }) => areClose(input, other, tolerance),
  vjp: null,
  samples: [() => [sample([2, 3]), sample([3], { seed: 1 })]],
  errors: [
    {
      args: () => [sample([2]), sample([2]), { rtol: -0.4 }],
      error: "RuntimeError",
      message: /rtol must be greater/,
    },
    {
      args: () => [sample([2]), given([1, 2], int64)],
      error: "RuntimeError",
      message: /Double did not match Long/,
    },
  ],
});

interface AnswerSignature<Arguments extends readonly unknown[]> extends Signature {
  readonly function: (input: Tensor, ...rest: Arguments) => boolean;
  readonly method: (...rest: Arguments) => boolean;
}

function every(answers: Tensor): boolean {
  return Boolean(reduceDims("all", answers, [...answers.shape.keys()], false).item());
}

/**
 * Whether all elements are near each other, as `isclose` has it: true or false, without a tensor.
 *
 * @throws RuntimeError when the dtypes differ, or a tolerance is negative.
 * Source: `torch.allclose`.
 */
export const allclose: Operator<
  AnswerSignature<
    Called<
      [other: Tensor, rtol?: number, atol?: number, equal_nan?: boolean],
      ["other", "rtol", "atol", "equal_nan"]
    >
  >
> = composite({
  name: "allclose",
  parameters: { input: tensor, other: tensor, ...closeness },
  define: ({ input, other, ...tolerance }) => every(areClose(input, other, tolerance)),
  samples: [() => [sample([2, 3]), sample([3], { seed: 1 })]],
  errors: [
    {
      args: () => [sample([2]), sample([2]), { atol: -1 }],
      error: "RuntimeError",
      message: /atol must be greater/,
    },
  ],
});

/** Whether two tensors have the same shape and the same elements: true or false, without a tensor. Source: `torch.equal`. */
export const equal: Operator<AnswerSignature<[other: Tensor | OtherByName<Tensor>]>> = composite({
  name: "equal",
  parameters: { input: tensor, other: tensor },
  define: ({ input, other }) =>
    sameShape(input.shape, other.shape) && every(elementwise(equality, [input, other], "bool")),
  samples: [() => [sample([2, 3]), sample([2, 3])]],
});
