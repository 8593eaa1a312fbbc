import { no_grad } from "../autograd/modes.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { full, tensor } from "../create.ts";
import { int64 } from "../dtype.ts";
import { ValueError } from "../errors/valueError.ts";
import { finfo } from "../limits.ts";
import { optionalTensor, type ParametersOf } from "../parameters.ts";
import { broadcastShapes, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  checkParameter,
  Distribution,
  real,
  settings,
  simplex,
  type DistributionSettings,
} from "./distribution.ts";
import { checkOneGiven, clampedProbs } from "./logits.ts";

/** What `Categorical` is made with: one of the first two, shape `[…, classes]`. */
export interface CategoricalArguments extends DistributionSettings {
  /** Weights of the classes, which are divided by their sum. */
  readonly probs?: Tensor | null;
  /** Logarithms of such weights. */
  readonly logits?: Tensor | null;
}

const parameters: ParametersOf<CategoricalArguments> = {
  probs: optionalTensor,
  logits: optionalTensor,
  ...settings,
};

/**
 * One of several classes, as an int64: `new Categorical(F.softmax(scores, -1)).sample()`, `new Categorical({ logits: scores })`.
 *
 * @throws ValueError unless there is one of `probs` and `logits`, with at least one dimension, or for what is no probability.
 * Source: `torch.distributions.Categorical`.
 */
export class Categorical extends Distribution {
  /** Shape `[…, classes]`; they sum to 1. */
  readonly probs: Tensor;
  /** The logarithms of `probs`. */
  readonly logits: Tensor;
  readonly #given: "probs" | "logits";

  constructor(
    ...args: CallForms<
      CategoricalArguments,
      [probs?: Tensor | null, logits?: Tensor | null, validate_args?: boolean]
    >
  ) {
    const { probs, logits, validate_args } = bind("Categorical", parameters, args);
    checkOneGiven("Categorical", probs, logits);
    const parameter = (probs ?? logits)!;
    const given = probs === null ? "logits" : "probs";
    if (parameter.ndim < 1) throw new ValueError(`\`${given}\` parameter must be at least one-dimensional.`);
    super(parameter.shape.slice(0, -1));
    this.#given = given;
    const normalized =
      probs === null ? parameter.sub(parameter.logsumexp(-1, true)) : probs.div(probs.sum(-1, true));
    if (validate_args) checkParameter("Categorical", given, normalized, probs === null ? real : simplex);
    this.probs = probs === null ? normalized.softmax(-1) : normalized;
    this.logits = probs === null ? normalized : clampedProbs(normalized).log();
  }

  /** NaN: classes have no mean. */
  override get mean(): Tensor {
    return full(this.batch_shape, NaN, { dtype: this.probs.dtype, device: this.probs.device });
  }

  /** NaN: classes have no variance. */
  override get variance(): Tensor {
    return this.mean;
  }

  /** The most probable class. */
  get mode(): Tensor {
    return this.probs.argmax(-1);
  }

  protected override get printed(): Readonly<Record<string, Tensor>> {
    return { [this.#given]: this[this.#given] };
  }

  override sample(sample_shape: Shape = []): Tensor {
    const count = sample_shape.reduce((product, size) => product * size, 1);
    return no_grad(() => {
      const rows = this.probs.reshape(-1, this.probs.shape.at(-1)!);
      return rows
        .multinomial(count, true)
        .t()
        .reshape([...sample_shape, ...this.batch_shape]);
    });
  }

  override log_prob(value: Tensor | number): Tensor {
    const at =
      typeof value === "number" ? tensor(value, { dtype: int64, device: this.logits.device }) : value.long();
    const shape = broadcastShapes(at.shape, this.batch_shape);
    const logits = this.logits.expand([...shape, this.logits.shape.at(-1)!]);
    return logits.gather(-1, at.expand(shape).unsqueeze(-1)).squeeze(-1);
  }

  override entropy(): Tensor {
    const finite = this.logits.clamp({ min: finfo(this.logits.dtype).min });
    return finite.mul(this.probs).sum(-1).neg();
  }
}
