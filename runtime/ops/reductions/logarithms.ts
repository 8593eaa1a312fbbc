/** The running logarithm of a sum of exponentials. Derivative: `logcumsumexp_backward` in PyTorch's `FunctionsManual.cpp`. */
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { int64 } from "../../dtype.ts";
import { operator, type Operator } from "../../operator.ts";
import { integer, tensor } from "../../parameters.ts";
import { duplicate } from "../../settle.ts";
import { normalizeDim } from "../../shape.ts";
import type { DimByName, GeneralSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { flip } from "../shaping/arranging.ts";
import { add, sub, where } from "../elementwise/arithmetic.ts";
import { gt } from "../elementwise/comparison.ts";
import { given, sample } from "../samples.ts";
import { exp, log } from "../elementwise/unary.ts";
import { movedim } from "../shaping/view.ts";
import { fromNumbers, numbersOf } from "./elements.ts";

/** `log(eᵃ + eᵇ)` without overflow. */
function logAdd(a: number, b: number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return NaN;
  const [low, high] = a < b ? [a, b] : [b, a];
  // Of two equal infinities the difference would be NaN.
  return low === high && !Number.isFinite(low) ? high : high + Math.log1p(Math.exp(low - high));
}

/** Runs along the last dimension. */
function scanRows(rows: Tensor): Tensor {
  const numbers = numbersOf(rows);
  const size = rows.shape.at(-1) ?? 1;
  for (let i = 0; i < numbers.length; i++)
    if (i % size !== 0) numbers[i] = logAdd(numbers[i - 1]!, numbers[i]!);
  return fromNumbers(numbers, rows.dtype, rows.shape);
}

/** A logarithm so far down that its exponential is 0, and yet a number: differences of −∞ would be NaN. */
function nothing(grad: Tensor): number {
  return grad.dtype.itemsize < 4 ? -60_000 : -1e30;
}

/** The part of the gradient that comes from its elements above 0. */
function positivePart(grad: Tensor, input: Tensor, result: Tensor, dim: number): Tensor {
  const positive = gt(grad, 0);
  const weights = sub(where(positive, log(where(positive, grad, 1)), nothing(grad)), result);
  return exp(add(flip(logcumsumexp(flip(weights, [dim]), dim), [dim]), input));
}

/**
 * The logarithm of the sum of the exponentials of each element and all before it along a dimension, without overflow.
 *
 * @throws NotImplementedError for whole numbers, IndexError when there is no such dimension.
 * Source: `torch.logcumsumexp`.
 */
export const logcumsumexp: Operator<GeneralSignature<[dim: number | DimByName]>> = operator({
  name: "logcumsumexp",
  out: true,
  parameters: { input: tensor, dim: integer() },
  saves: ["input", "result"],
  forward: ({ input, dim }) => {
    const axis = normalizeDim(dim, input.ndim);
    if (!input.dtype.is_floating_point)
      throw new NotImplementedError(
        `"logcumsumexp_out_cpu" not implemented for '${input.dtype.typeName}'. Call .float() first.`,
      );
    if (input.ndim === 0 || input.numel() === 0) return duplicate(input);
    return duplicate(movedim(scanRows(movedim(input, axis, -1)), -1, axis));
  },
  vjp: {
    input: (g, { input, result, dim }) => {
      if (g.ndim === 0 || g.numel() === 0) return g;
      return sub(positivePart(g, input, result, dim), positivePart(g.neg(), input, result, dim));
    },
  },
  samples: [() => [sample([2, 3]), 1], () => [sample([3, 2]), 0], () => [sample([]), 0]],
  errors: [
    { args: () => [sample([2]), 1], error: "IndexError", message: /Dimension out of range/ },
    {
      args: () => [given([1], int64), 0],
      error: "NotImplementedError",
      message: /not implemented for 'Long'/,
    },
  ],
});
