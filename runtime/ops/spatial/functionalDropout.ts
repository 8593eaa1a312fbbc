/** Dropouts of `torch.nn.functional`. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type ErrorCase, type Operator, type Sample } from "../../operator.ts";
import { flag, number, tensor } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { checkProbability } from "../networks/dropout.ts";
import { sample } from "../samples.ts";
import { squeeze, unsqueeze } from "../shaping/view.ts";
import { dropOut, type DropoutKind } from "./dropouts.ts";

interface DropoutOptions {
  readonly p?: number;
  readonly training?: boolean;
  readonly inplace?: boolean;
}

type DropoutSignature = FunctionSignature<
  <T extends Tensor>(
    input: T,
    p?: number | DropoutOptions,
    training?: boolean | Omit<DropoutOptions, "p">,
    inplace?: boolean | Pick<DropoutOptions, "inplace">,
  ) => Tensor<T["shape"], T["dtype"]["name"]>
>;

const wrongProbability: ErrorCase = {
  args: () => [sample([2, 2, 2]), 1.5],
  error: "ValueError",
  message: /between 0 and 1, but got 1.5/,
};

/** What tells the functions apart. */
interface Facts {
  readonly name: string;
  readonly kind: DropoutKind;
  readonly training: boolean;
  /** Looks at the input's number of dimensions; how many an item without a batch has, if it may have none. */
  readonly unbatched?: (input: Tensor) => number;
  readonly samples: readonly Sample[];
  readonly errors?: readonly ErrorCase[];
}

function drop(input: Tensor, p: number, kind: DropoutKind, inplace: boolean, single: boolean): Tensor {
  if (!single) return dropOut(input, p, kind, inplace);
  const result = squeeze(dropOut(unsqueeze(input, 0), p, kind, inplace), 0);
  return inplace ? input : result;
}

function dropoutFunction(facts: Facts): Operator<DropoutSignature> {
  const { name, kind, training, unbatched, samples, errors = [] } = facts;
  return composite({
    name,
    parameters: { input: tensor, p: number(0.5), training: flag(training), inplace: flag(false) },
    define: ({ input, p, training, inplace }) => {
      checkProbability(p);
      const single = unbatched?.(input) === input.ndim;
      return training ? drop(input, p, kind, inplace, single) : input;
    },
    samples,
    errors: [wrongProbability, ...errors],
  });
}

const channels: DropoutKind = { feature: true, alpha: false };

function samplesOf(shape: readonly number[]): readonly Sample[] {
  return [
    () => [sample(shape), 0, true],
    () => [sample(shape), { p: 0.3, training: false }],
    () => [sample(shape), 1, true],
  ];
}

/** @throws RuntimeError when it is neither a batch of sequences nor one. */
function unbatchedSequence(input: Tensor): number {
  if (input.ndim !== 2 && input.ndim !== 3)
    throw new RuntimeError(
      `dropout1d: Expected 2D or 3D input, but received a ${input.ndim}D input. Note that dropout1d exists to provide channel-wise dropout on inputs with 1 spatial dimension, a channel dimension, and an optional batch dimension (i.e. 2D or 3D inputs).`,
    );
  return 2;
}

function warnOfDimensions(name: string, { ndim }: Tensor, expected: readonly number[]): void {
  if (!expected.includes(ndim))
    console.warn(
      `UserWarning: ${name}: Received a ${ndim}-D input to ${name}, which is deprecated and will result in an error in a future release. To retain the behavior and silence this warning, please use dropout instead.`,
    );
}

/**
 * The input with whole channels of sequences `[N, C, L]` or `[C, L]` set to zero with probability `p`, and the others divided by 1 − p; the input itself where
 * `training` is false. With `inplace` it is written into the input.
 *
 * @throws ValueError when `p` is not in [0, 1], RuntimeError for other numbers of dimensions.
 * Source: `torch.nn.functional.dropout1d`.
 */
export const dropout1d: Operator<DropoutSignature> = dropoutFunction({
  name: "dropout1d",
  kind: channels,
  training: true,
  unbatched: unbatchedSequence,
  samples: samplesOf([2, 2, 2]),
  errors: [{ args: () => [sample([2])], error: "RuntimeError", message: /Expected 2D or 3D input/ }],
});

/**
 * The input with whole channels of images `[N, C, H, W]` set to zero with probability `p`, and the others divided by 1 − p; the input itself where `training` is
 * false. With `inplace` it is written into the input. Three dimensions are taken as `[N, C, L]`, as PyTorch does.
 *
 * @throws ValueError when `p` is not in [0, 1].
 * Source: `torch.nn.functional.dropout2d`; Tompson et al., "Efficient object localization" (2015).
 */
export const dropout2d: Operator<DropoutSignature> = dropoutFunction({
  name: "dropout2d",
  kind: channels,
  training: true,
  unbatched: (input) => {
    warnOfDimensions("dropout2d", input, [3, 4]);
    return -1;
  },
  samples: samplesOf([2, 2, 1, 2]),
});

/**
 * The input with whole channels of volumes `[N, C, D, H, W]` or `[C, D, H, W]` set to zero with probability `p`, and the others divided by 1 − p; the input itself
 * where `training` is false. With `inplace` it is written into the input.
 *
 * @throws ValueError when `p` is not in [0, 1].
 * Source: `torch.nn.functional.dropout3d`.
 */
export const dropout3d: Operator<DropoutSignature> = dropoutFunction({
  name: "dropout3d",
  kind: channels,
  training: true,
  unbatched: (input) => {
    warnOfDimensions("dropout3d", input, [4, 5]);
    return input.ndim === 5 ? -1 : input.ndim;
  },
  samples: samplesOf([2, 2, 1, 1, 2]),
});

/**
 * The input with elements set to SELU's lowest value with probability `p`, then scaled and shifted so that mean 0 and variance 1 stay what they are; the input
 * itself unless `training` is true. With `inplace` it is written into the input.
 *
 * @throws ValueError when `p` is not in [0, 1].
 * Source: `torch.nn.functional.alpha_dropout`; Klambauer et al., "Self-normalizing neural networks" (2017).
 */
export const alpha_dropout: Operator<DropoutSignature> = dropoutFunction({
  name: "alpha_dropout",
  kind: { feature: false, alpha: true },
  training: false,
  samples: samplesOf([2, 3]),
});

/**
 * `alpha_dropout` of whole channels.
 *
 * @throws ValueError when `p` is not in [0, 1].
 * Source: `torch.nn.functional.feature_alpha_dropout`.
 */
export const feature_alpha_dropout: Operator<DropoutSignature> = dropoutFunction({
  name: "feature_alpha_dropout",
  kind: { feature: true, alpha: true },
  training: false,
  samples: samplesOf([2, 2, 2]),
});
