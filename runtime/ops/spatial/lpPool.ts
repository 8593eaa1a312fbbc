/** Pooling by the norm of each window. */
import { composite, type Operator, type Sample } from "../../operator.ts";
import { flag, number, tensor } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { mul, pow } from "../elementwise/arithmetic.ts";
import { avg_pool1d, avg_pool2d, max_pool1d, max_pool2d } from "./pool.ts";
import { sample } from "../samples.ts";
import { abs, neg, relu, sign } from "../elementwise/unary.ts";
import { eachDimension, optionalPerDimension, perDimension, type PerDimension } from "./windows.ts";
import { avg_pool3d, max_pool3d } from "./pool3d.ts";

interface LpPoolOptions {
  readonly stride?: PerDimension | null;
  readonly ceil_mode?: boolean;
}

type LpPoolSignature = FunctionSignature<
  (
    input: Tensor,
    norm_type: number,
    kernel_size: PerDimension,
    stride?: PerDimension | null | LpPoolOptions,
    ceil_mode?: boolean,
  ) => Tensor
>;

const maxPools = [max_pool1d, max_pool2d, max_pool3d];
const averagePools = [avg_pool1d, avg_pool2d, avg_pool3d];

/** Pooling over `rank` dimensions. */
function lpPool(rank: 1 | 2 | 3, samples: readonly Sample[]): Operator<LpPoolSignature> {
  const [maxPool, averagePool] = [maxPools[rank - 1]!, averagePools[rank - 1]!];
  return composite({
    name: `lp_pool${rank}d`,
    parameters: {
      input: tensor,
      norm_type: number(),
      kernel_size: perDimension(),
      stride: optionalPerDimension,
      ceil_mode: flag(false),
    },
    define: ({ input, norm_type: p, kernel_size, stride, ceil_mode }) => {
      if (p === Infinity) return maxPool(abs(input), kernel_size, stride, 0, 1, ceil_mode);
      if (p === -Infinity) return neg(maxPool(neg(abs(input)), kernel_size, stride, 0, 1, ceil_mode));
      const means = averagePool(pow(input, p), { kernel_size, stride, ceil_mode });
      const area = eachDimension(`lp_pool${rank}d`, "kernel_size", kernel_size, rank).reduce((a, b) => a * b);
      // A sum of odd powers may be negative; PyTorch takes its root as it stands, which is NaN.
      return pow(mul(mul(sign(means), relu(abs(means))), area), 1 / p);
    },
    samples,
  });
}

/**
 * The `norm_type`-norm of each window of sequences `[N, C, L]` or `[C, L]`: `(Σ xᵖ)^(1/p)`; 1 gives the sum, `Infinity` the largest absolute value.
 *
 * @throws RuntimeError when a size does not fit.
 * Source: `torch.nn.functional.lp_pool1d`.
 */
export const lp_pool1d: Operator<LpPoolSignature> = lpPool(1, [
  () => [sample([2, 5]), 2, 2],
  () => [sample([1, 5]), Infinity, 3, { stride: 1 }],
]);

/**
 * The `norm_type`-norm of each window of images `[N, C, H, W]` or `[C, H, W]`: `(Σ xᵖ)^(1/p)`; 1 gives the sum, `Infinity` the largest absolute value.
 *
 * @throws RuntimeError when a size does not fit.
 * Source: `torch.nn.functional.lp_pool2d`.
 */
export const lp_pool2d: Operator<LpPoolSignature> = lpPool(2, [
  () => [sample([1, 3, 4]), 2, 2, 1],
  () => [sample([1, 3, 3]), -Infinity, [2, 1]],
]);

/**
 * The `norm_type`-norm of each window of volumes `[N, C, D, H, W]` or `[C, D, H, W]`: `(Σ xᵖ)^(1/p)`; 1 gives the sum, `Infinity` the largest absolute value.
 *
 * @throws RuntimeError when a size does not fit.
 * Source: `torch.nn.functional.lp_pool3d`.
 */
export const lp_pool3d: Operator<LpPoolSignature> = lpPool(3, [() => [sample([1, 2, 3, 2]), 2, 2, 1]]);
