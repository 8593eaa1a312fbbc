/** Normalisation of each channel by its neighbours. */
import type { ByName } from "../../keywords.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { composite, type Operator } from "../../operator.ts";
import { integer, number, tensor } from "../../parameters.ts";
import { allocateZeros } from "../../settle.ts";
import { numel } from "../../shape.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { add, div, mul, pow } from "../elementwise/arithmetic.ts";
import { cat } from "../shaping/joining.ts";
import { avg_pool2d } from "../spatial/pool.ts";
import { sample } from "../samples.ts";
import { reshape } from "../shaping/view.ts";

interface ResponseOptions {
  readonly alpha?: number;
  readonly beta?: number;
  readonly k?: number;
}

/** The mean of the squares of `size` neighbouring channels, where channels beyond the ends count as zeros. */
function meanSquares(input: Tensor, size: number): Tensor {
  const [batch, channels, ...rest] = input.shape as [number, number, ...number[]]; // at least three dimensions, as checked
  const squares = reshape(mul(input, input), [batch, 1, channels, numel(rest)]);
  const zeros = (count: number): Tensor => allocateZeros([batch, 1, count, numel(rest)], input.dtype);
  const padded = cat([zeros(Math.floor(size / 2)), squares, zeros(Math.floor((size - 1) / 2))], 2);
  return reshape(avg_pool2d(padded, [size, 1], { stride: 1 }), input.shape);
}

/**
 * Local response normalisation: each channel divided by `(k + alpha · m) ** beta`, where m is the mean of the squares of the `size` channels around it.
 *
 * Shape `[N, C, …]`, at least 3 dimensions.
 *
 * @throws ValueError when there are fewer dimensions, RuntimeError when `size` is not positive.
 * Source: `torch.nn.functional.local_response_norm`; Krizhevsky et al., "ImageNet classification with deep convolutional neural networks" (2012).
 */
export const local_response_norm: Operator<
  ByName<
    FunctionSignature<{
      (input: Tensor, size: number, options?: ResponseOptions): Tensor;
      (input: Tensor, size: number, alpha: number, beta?: number, k?: number): Tensor;
    }>,
    "input, size, alpha?, beta?, k?"
  >
> = composite({
  name: "local_response_norm",
  parameters: { input: tensor, size: integer(), alpha: number(1e-4), beta: number(0.75), k: number(1) },
  define: ({ input, size, alpha, beta, k }) => {
    if (input.ndim < 3)
      throw new ValueError(
        `Expected 3D or higher dimensionality input (got ${input.ndim} dimensions): it takes [N, C, …].`,
      );
    if (size < 1)
      throw new RuntimeError(
        `kernel size should be greater than zero, but got kH: ${size} kW: 1: size is how many channels are looked at.`,
      );
    if (numel(input.shape) === 0) return input;
    return div(input, pow(add(mul(meanSquares(input, size), alpha), k), beta));
  },
  samples: [() => [sample([1, 4, 2]), 3, 0.5], () => [sample([1, 3, 1, 2]), 2, { beta: 1, k: 2 }]],
  errors: [{ args: () => [sample([2, 3]), 2], error: "ValueError", message: /\(got 2 dimensions\)/ }],
});
