/** Probabilities and their logarithms. Source: `torch/distributions/utils.py`. */
import { ValueError } from "../errors/valueError.ts";
import { finfo } from "../limits.ts";
import type { Tensor } from "../tensor.ts";

/** @throws ValueError unless one of the two is given. */
export function checkOneGiven(distribution: string, probs: unknown, logits: unknown): void {
  if ((probs === null) === (logits === null))
    throw new ValueError(
      `Either \`probs\` or \`logits\` must be specified, but not both: new ${distribution}(probs) or new ${distribution}({ logits }).`,
    );
}

/** Probabilities, kept away from 0 and 1 by the dtype's precision, so that their logarithms are finite. */
export function clampedProbs(probs: Tensor): Tensor {
  const { eps } = finfo(probs.dtype);
  return probs.clamp(eps, 1 - eps);
}
