/** Functions that leave out what is small. */
import type { ByName } from "../../keywords.ts";
import { bool, int64 } from "../../dtype.ts";
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { parameter as plainNumber } from "../../expression.ts";
import { operator, type InPlaceOperator, type Operator } from "../../operator.ts";
import { number, tensor } from "../../parameters.ts";
import { elementwise } from "../../settle.ts";
import type { FunctionSignature, GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { E, refuseWholeNumbers, x } from "./pointwise.ts";
import { given, sample } from "../samples.ts";
import { shrinkBackward, thresholdAtBackward } from "./activationSlopes.ts";

const [first, second] = [plainNumber(0), plainNumber(1)];

const expressions = {
  hardshrink: E.select(E.le(E.abs(x), first), 0, x),
  softshrink: E.select(
    E.gt(x, first),
    E.sub(x, first),
    E.select(E.lt(x, E.neg(first)), E.add(x, first), E.select(E.ne(x, x), x, 0)),
  ),
  threshold: E.select(E.le(x, first), second, x),
};

const samples = [(): unknown[] => [sample([2, 3])], (): unknown[] => [sample([2, 3]), 0.7]];

type LambdaOption = number | { readonly lambd?: number };

/** The element, or 0 within `lambd` of 0. @throws NotImplementedError for whole numbers. Source: `torch.hardshrink`. */
export const hardshrink: Operator<GeneralSignature<[lambd?: LambdaOption], "same", ["lambd"]>> = operator({
  name: "hardshrink",
  out: true,
  parameters: { input: tensor, lambd: number(0.5) },
  saves: ["input"],
  forward: ({ input, lambd }, output) => {
    refuseWholeNumbers("hardshrink_cpu", input.dtype);
    return elementwise(expressions.hardshrink, [input], "promote", output, [lambd]);
  },
  vjp: { input: (g, { input, lambd }) => shrinkBackward(g, input, [lambd]) },
  samples,
  errors: [{ args: () => [given([1], int64)], error: "NotImplementedError", message: /hardshrink_cpu/ }],
});

/**
 * The element moved towards 0 by `lambd`, 0 within `lambd` of 0.
 *
 * @throws RuntimeError when `lambd` is negative, NotImplementedError for whole numbers.
 * Source: `torch.nn.functional.softshrink`.
 */
export const softshrink: Operator<
  ByName<FunctionSignature<(input: Tensor, lambd?: LambdaOption) => Tensor>, "input, lambd?">
> = operator({
  name: "softshrink",
  parameters: { input: tensor, lambd: number(0.5) },
  saves: ["input"],
  forward: ({ input, lambd }, output) => {
    refuseWholeNumbers("softshrink_check", input.dtype);
    if (lambd < 0)
      throw new RuntimeError(
        `lambda must be greater or equal to 0, but found to be ${lambd}. Elements move towards 0.`,
      );
    return elementwise(expressions.softshrink, [input], "promote", output, [lambd]);
  },
  vjp: { input: (g, { input, lambd }) => shrinkBackward(g, input, [lambd]) },
  samples,
  errors: [
    { args: () => [sample([2]), -0.5], error: "RuntimeError", message: /greater or equal to 0, but found/ },
    { args: () => [given([1], int64)], error: "NotImplementedError", message: /softshrink_check/ },
  ],
});

/**
 * The element where it is above `threshold`, else `value`.
 *
 * @throws NotImplementedError for bool.
 * Source: `torch.threshold`.
 */
export const threshold: InPlaceOperator<
  ByName<
    FunctionSignature<(input: Tensor, threshold: number, value: number) => Tensor>,
    "input, threshold, value, out?"
  >
> = operator({
  name: "threshold",
  gradFnInPlace: "ThresholdBackward1",
  out: true,
  inPlace: true,
  parameters: { input: tensor, threshold: number(), value: number() },
  saves: ["input"],
  forward: ({ input, threshold: limit, value }, output) => {
    if (input.dtype === bool)
      throw new NotImplementedError(
        "\"threshold_cpu\" not implemented for 'Bool': convert with .int() first.",
      );
    // Whole numbers are compared with whole numbers: what is behind the point is dropped.
    const numbers = input.dtype.is_floating_point ? [limit, value] : [Math.trunc(limit), Math.trunc(value)];
    return elementwise(expressions.threshold, [input], "promote", output, numbers);
  },
  vjp: { input: (g, { input, threshold: limit }) => thresholdAtBackward(g, input, [limit]) },
  samples: [() => [sample([2, 3]), 0.3, -1], () => [sample([]), 0, 20]],
  errors: [{ args: () => [given([1], bool), 0, 1], error: "NotImplementedError", message: /threshold_cpu/ }],
});
