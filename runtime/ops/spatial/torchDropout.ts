/** Dropouts of `torch`, which ask for everything and forgive nothing. */
import type { ByName } from "../../keywords.ts";
import { bool, float32 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, operator, type Operator } from "../../operator.ts";
import { number, tensor, type Parameter } from "../../parameters.ts";
import { allocate, allocateZeros, convert, duplicate } from "../../settle.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { mul } from "../elementwise/arithmetic.ts";
import { eq } from "../elementwise/comparison.ts";
import { checkFractions, maskLike } from "../networks/dropout.ts";
import { sample } from "../samples.ts";
import { dropOut, type DropoutKind } from "./dropouts.ts";

type DropoutSignature = FunctionSignature<(input: Tensor, p: number, train: boolean) => Tensor>;

const train: Parameter<boolean> = {
  expects: "true or false",
  convert: (value) => (typeof value === "boolean" ? value : undefined),
};

/** @throws RuntimeError when `p` is no probability. */
function checkProbability(p: number): void {
  if (!(p >= 0 && p <= 1))
    throw new RuntimeError(`dropout probability has to be between 0 and 1, but got ${p}.`);
}

function dropout(name: string, kind: DropoutKind, inPlace: boolean): Operator<DropoutSignature> {
  return composite({
    name,
    parameters: { input: tensor, p: number(), train },
    define: ({ input, p, train }) => {
      checkProbability(p);
      return train ? dropOut(input, p, kind, inPlace) : input;
    },
    samples: [
      () => [sample([2, 3], { requiresGrad: !inPlace }), 1, true],
      () => [sample([2, 3]), 0.5, false],
    ],
    errors: [{ args: () => [sample([2]), 1.5, true], error: "RuntimeError", message: /between 0 and 1/ }],
  });
}

const elements: DropoutKind = { feature: false, alpha: false };
const channels: DropoutKind = { feature: true, alpha: false };
const alphaElements: DropoutKind = { feature: false, alpha: true };
const alphaChannels: DropoutKind = { feature: true, alpha: true };

/**
 * Elements set to zero with probability `p`, the others divided by 1 − p; the input itself where `train` is false.
 *
 * @throws RuntimeError when `p` is not in [0, 1].
 * Source: `torch.dropout`.
 */
const torchDropout: Operator<DropoutSignature> = dropout("dropout", elements, false);

/** `torch.dropout`, written into its input. @throws RuntimeError when `p` is not in [0, 1]. Source: `torch.dropout_`. */
export const dropout_: Operator<DropoutSignature> = dropout("dropout_", elements, true);

/**
 * Whole channels set to zero with probability `p`, the others divided by 1 − p; the input itself where `train` is false.
 *
 * @throws RuntimeError when `p` is not in [0, 1], or the input has no channels.
 * Source: `torch.feature_dropout`.
 */
export const feature_dropout: Operator<DropoutSignature> = dropout("feature_dropout", channels, false);

/** `torch.feature_dropout`, written into its input. @throws RuntimeError when `p` is not in [0, 1]. Source: `torch.feature_dropout_`. */
export const feature_dropout_: Operator<DropoutSignature> = dropout("feature_dropout_", channels, true);

/**
 * Dropout that keeps mean 0 and variance 1; the input itself where `train` is false.
 *
 * @throws RuntimeError when `p` is not in [0, 1].
 * Source: `torch.alpha_dropout`.
 */
const torchAlphaDropout: Operator<DropoutSignature> = dropout("alpha_dropout", alphaElements, false);

/** `torch.alpha_dropout`, written into its input. @throws RuntimeError when `p` is not in [0, 1]. Source: `torch.alpha_dropout_`. */
export const alpha_dropout_: Operator<DropoutSignature> = dropout("alpha_dropout_", alphaElements, true);

/**
 * `torch.alpha_dropout` of whole channels.
 *
 * @throws RuntimeError when `p` is not in [0, 1], or the input has no channels.
 * Source: `torch.feature_alpha_dropout`.
 */
const torchFeatureAlphaDropout: Operator<DropoutSignature> = dropout(
  "feature_alpha_dropout",
  alphaChannels,
  false,
);

/** `torch.feature_alpha_dropout`, written into its input. @throws RuntimeError when `p` is not in [0, 1]. Source: `torch.feature_alpha_dropout_`. */
export const feature_alpha_dropout_: Operator<DropoutSignature> = dropout(
  "feature_alpha_dropout_",
  alphaChannels,
  true,
);

export {
  torchDropout as dropout,
  torchAlphaDropout as alpha_dropout,
  torchFeatureAlphaDropout as feature_alpha_dropout,
};

const optionalTrain: Parameter<boolean | null> = {
  expects: "true, false or null",
  convert: (value) => (value === null || typeof value === "boolean" ? value : undefined),
};

/** What the elements that stay are multiplied with. */
function scaleOf(p: number, train: boolean | null): number {
  return train === false ? 1 : p === 1 ? 0 : 1 / (1 - p);
}

/**
 * Elements set to zero with probability `p`, the others divided by 1 − p, and the mask that says which stayed. Where `train` is false all stay; `null` is true.
 *
 * @throws RuntimeError for a dtype without fractions.
 * Source: `torch.native_dropout`.
 */
export const native_dropout: Operator<
  ByName<
    FunctionSignature<(input: Tensor, p: number, train: boolean | null) => [output: Tensor, mask: Tensor]>,
    "input, p, train"
  >
> = operator({
  name: "native_dropout",
  parameters: { input: tensor, p: number(), train: optionalTrain },
  forward: ({ input, p, train }) => {
    checkFractions(input);
    if (train === false) return [duplicate(input), eq(allocateZeros(input.shape, bool), false)];
    const pattern = allocate(input.shape, float32);
    const mask = p === 1 ? allocateZeros(input.shape, bool) : convert(maskLike(pattern, p, 1), bool);
    return [mul(mul(input, mask), scaleOf(p, train)), mask];
  },
  vjp: {
    input: (g, { others, p, train }) => mul(mul(g, others[0]!), scaleOf(p, train)),
  },
  samples: [() => [sample([2, 3]), 0, true], () => [sample([2, 3]), 0.5, false]],
});
