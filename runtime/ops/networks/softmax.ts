/** Softmax and its logarithm as functions of `torch.nn.functional`, which find the dimension where none is given. */
import type { ByName } from "../../keywords.ts";
import type { DType } from "../../dtype.ts";
import { composite, type Operator, type Sample } from "../../operator.ts";
import { dtype, integer, optionalInteger, tensor, type Parameter } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sample } from "../samples.ts";
import { log_softmax as logSoftmaxAlong, softmax as softmaxAlong } from "../reductions/softmax.ts";

interface SoftmaxOptions {
  readonly dim?: number | null;
  readonly dtype?: DType | null;
}

type SoftmaxSignature = FunctionSignature<
  (
    input: Tensor,
    dim?: number | null | SoftmaxOptions,
    _stacklevel?: number | SoftmaxOptions,
    dtype?: DType | null,
  ) => Tensor
>;

const positionalDtype: Parameter<DType | null> = {
  expects: dtype.expects,
  fallback: null,
  convert: dtype.convert,
};

const softmaxParameters = {
  input: tensor,
  dim: optionalInteger,
  // How far up PyTorch looks for the line that its warning names.
  _stacklevel: integer(3),
  dtype: positionalDtype,
} as const;

/** The dimension that PyTorch takes where none is given, with a warning. Source: `_get_softmax_dim`. */
function dimensionOf(name: string, dim: number | null, rank: number): number {
  if (dim !== null) return dim;
  const chosen = rank === 0 || rank === 1 || rank === 3 ? 0 : 1;
  console.warn(
    `UserWarning: Implicit dimension choice for ${name} has been deprecated. Change the call to include dim=X as an argument: {dim: ${chosen}} is what was taken.`,
  );
  return chosen;
}

const samples: readonly Sample[] = [() => [sample([2, 3]), 1], () => [sample([2, 3]), { dim: 0 }]];

/**
 * Probabilities: exponentials along `dim`, divided by their sum. In `dtype` where one is given.
 *
 * @throws IndexError when there is no such dimension, NotImplementedError for a dtype without fractions.
 * Source: `torch.nn.functional.softmax`.
 */
export const softmax: Operator<ByName<SoftmaxSignature, "input, dim?, _stacklevel?, dtype?">> = composite({
  name: "softmax",
  parameters: softmaxParameters,
  define: ({ input, dim, dtype }) => softmaxAlong(input, dimensionOf("softmax", dim, input.ndim), dtype),
  samples,
  errors: softmaxAlong.errors,
});

/**
 * Logarithms of the softmax along `dim`, without overflow. In `dtype` where one is given.
 *
 * @throws IndexError when there is no such dimension, NotImplementedError for a dtype without fractions.
 * Source: `torch.nn.functional.log_softmax`.
 */
export const log_softmax: Operator<ByName<SoftmaxSignature, "input, dim?, _stacklevel?, dtype?">> = composite(
  {
    name: "log_softmax",
    parameters: softmaxParameters,
    define: ({ input, dim, dtype }) =>
      logSoftmaxAlong(input, dimensionOf("log_softmax", dim, input.ndim), dtype),
    samples,
    errors: logSoftmaxAlong.errors,
  },
);
