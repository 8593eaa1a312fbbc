/** Pooling that always gives the positions of what it took beside the values. */
import type { ByName } from "../../keywords.ts";
import { composite, type Operator, type OperatorFacts } from "../../operator.ts";
import { tensor, type Parameter } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import {
  adaptive_max_pool1d as adaptiveMaxPool1d,
  adaptive_max_pool2d,
  max_pool1d,
  max_pool2d,
  outputSize,
  type AdaptiveSize,
} from "./pool.ts";
import type { PerDimension } from "./windows.ts";
import { fractional_max_pool2d, fractional_max_pool3d } from "./fractional.ts";
import { adaptive_max_pool3d, max_pool3d } from "./pool3d.ts";

/** The values, and their positions within each channel (int64). */
type ValuesAndPositions = [values: Tensor, indices: Tensor];

interface MaxPoolOptions {
  readonly kernel_size?: PerDimension;
  readonly stride?: PerDimension | null;
  readonly padding?: PerDimension;
  readonly dilation?: PerDimension;
  readonly ceil_mode?: boolean;
}

type MaxPoolSignature = FunctionSignature<
  (
    input: Tensor,
    kernel_size: PerDimension | MaxPoolOptions,
    stride?: PerDimension | null | MaxPoolOptions,
    padding?: PerDimension | MaxPoolOptions,
    dilation?: PerDimension | MaxPoolOptions,
    ceil_mode?: boolean,
  ) => ValuesAndPositions
>;

type AdaptiveSignature = FunctionSignature<
  (input: Tensor, output_size: AdaptiveSize | { readonly output_size: AdaptiveSize }) => ValuesAndPositions
>;

interface FractionalOptions {
  readonly output_size?: PerDimension | null;
  readonly output_ratio?: number | readonly number[] | null;
  readonly _random_samples?: Tensor | null;
}

type FractionalSignature = FunctionSignature<
  (
    input: Tensor,
    kernel_size: PerDimension,
    output_size?: PerDimension | null | FractionalOptions,
    output_ratio?: number | readonly number[] | null,
  ) => ValuesAndPositions
>;

type Pool = OperatorFacts & ((input: Tensor, options: object) => unknown);

/** The pooling with `return_indices` always true. */
function withIndices<S extends MaxPoolSignature | AdaptiveSignature | FractionalSignature>(
  pool: OperatorFacts,
): Operator<S> {
  // Every pooling takes its arguments by name too.
  const call = pool as Pool;
  return composite({
    name: `${pool.operatorName}_with_indices`,
    parameters: pool.parameters as { readonly input: typeof tensor } & Readonly<
      Record<string, Parameter<unknown>>
    >, // the first parameter of each is its input
    define: ({ input, ...options }) => call(input, { ...options, return_indices: true }),
    samples: pool.samples,
  });
}

/** `max_pool1d` with the positions of what it took. Source: `torch.nn.functional.max_pool1d_with_indices`. */
export const max_pool1d_with_indices: Operator<MaxPoolSignature> = withIndices(max_pool1d);

/** `max_pool2d` with the positions of what it took. Source: `torch.nn.functional.max_pool2d_with_indices`. */
export const max_pool2d_with_indices: Operator<MaxPoolSignature> = withIndices(max_pool2d);

/** `max_pool3d` with the positions of what it took. Source: `torch.nn.functional.max_pool3d_with_indices`. */
export const max_pool3d_with_indices: Operator<MaxPoolSignature> = withIndices(max_pool3d);

/** `adaptive_max_pool1d` with the positions of what it took. Source: `torch.nn.functional.adaptive_max_pool1d_with_indices`. */
export const adaptive_max_pool1d_with_indices: Operator<AdaptiveSignature> = withIndices(adaptiveMaxPool1d);

/** `adaptive_max_pool2d` with the positions of what it took. Source: `torch.nn.functional.adaptive_max_pool2d_with_indices`. */
export const adaptive_max_pool2d_with_indices: Operator<AdaptiveSignature> = withIndices(adaptive_max_pool2d);

/** `adaptive_max_pool3d` with the positions of what it took. Source: `torch.nn.functional.adaptive_max_pool3d_with_indices`. */
export const adaptive_max_pool3d_with_indices: Operator<AdaptiveSignature> = withIndices(adaptive_max_pool3d);

/** `fractional_max_pool2d` with the positions of what it took. Source: `torch.nn.functional.fractional_max_pool2d_with_indices`. */
export const fractional_max_pool2d_with_indices: Operator<FractionalSignature> =
  withIndices(fractional_max_pool2d);

/** `fractional_max_pool3d` with the positions of what it took. Source: `torch.nn.functional.fractional_max_pool3d_with_indices`. */
export const fractional_max_pool3d_with_indices: Operator<FractionalSignature> =
  withIndices(fractional_max_pool3d);

/**
 * The largest numbers of sequences, as many as asked for, and their positions. `torch.nn.functional.adaptive_max_pool1d` gives the values alone.
 *
 * @throws RuntimeError when the input or the size does not fit.
 * Source: `torch.adaptive_max_pool1d`.
 */
export const adaptive_max_pool1d: Operator<ByName<AdaptiveSignature, "input, output_size">> = composite({
  name: "adaptive_max_pool1d",
  parameters: { input: tensor, output_size: outputSize },
  define: ({ input, output_size }) => adaptiveMaxPool1d(input, output_size, true),
  samples: adaptiveMaxPool1d.samples,
});
