import { no_grad } from "../autograd/modes.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { binary_cross_entropy_with_logits } from "../ops/networks/binary.ts";
import { bernoulli } from "../ops/sampling/distributions.ts";
import type { ParametersOf } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  broadcastAll,
  checkParameter,
  Distribution,
  optionalTensorOrNumber,
  probability,
  real,
  settings,
  type DistributionSettings,
} from "./distribution.ts";
import { checkOneGiven, clampedProbs } from "./logits.ts";

/** What `Bernoulli` is made with: one of the first two. */
export interface BernoulliArguments extends DistributionSettings {
  readonly probs?: Tensor | number | null;
  /** The logarithms of the odds. */
  readonly logits?: Tensor | number | null;
}

const parameters: ParametersOf<BernoulliArguments> = {
  probs: optionalTensorOrNumber,
  logits: optionalTensorOrNumber,
  ...settings,
};

/**
 * 1 with probability `probs`, else 0: `new Bernoulli(0.3)`, `new Bernoulli({ logits })`.
 *
 * @throws ValueError unless there is one of `probs` and `logits`, or for what is no probability.
 * Source: `torch.distributions.Bernoulli`.
 */
export class Bernoulli extends Distribution {
  readonly probs: Tensor;
  readonly logits: Tensor;
  readonly #given: "probs" | "logits";

  constructor(
    ...args: CallForms<
      BernoulliArguments,
      [probs?: Tensor | number | null, logits?: Tensor | number | null, validate_args?: boolean]
    >
  ) {
    const { probs, logits, validate_args } = bind("Bernoulli", parameters, args);
    checkOneGiven("Bernoulli", probs, logits);
    const parameter = broadcastAll((probs ?? logits)!)[0]!;
    super(parameter.shape);
    this.#given = probs === null ? "logits" : "probs";
    if (validate_args)
      checkParameter("Bernoulli", this.#given, parameter, probs === null ? real : probability);
    this.probs = probs === null ? parameter.sigmoid() : parameter;
    this.logits = probs === null ? parameter : logOdds(parameter);
  }

  override get mean(): Tensor {
    return this.probs;
  }

  override get variance(): Tensor {
    return this.probs.mul(this.probs.rsub(1));
  }

  protected override get printed(): Readonly<Record<string, Tensor>> {
    return { [this.#given]: this[this.#given] };
  }

  override sample(sample_shape: Shape = []): Tensor {
    return no_grad(() => bernoulli(this.probs.expand([...sample_shape, ...this.batch_shape])));
  }

  override log_prob(value: Tensor | number): Tensor {
    const [logits, at] = broadcastAll(this.logits, value);
    return binary_cross_entropy_with_logits(logits!, at!, { reduction: "none" }).neg();
  }

  override entropy(): Tensor {
    return binary_cross_entropy_with_logits(this.logits, this.probs, { reduction: "none" });
  }
}

function logOdds(probs: Tensor): Tensor {
  const clamped = clampedProbs(probs);
  return clamped.log().sub(clamped.neg().log1p());
}
