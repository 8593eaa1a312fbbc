import { no_grad } from "../autograd/modes.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ones, zeros } from "../create.ts";
import { normal } from "../ops/sampling/distributions.ts";
import type { ParametersOf } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  broadcastAll,
  checkParameter,
  Distribution,
  positive,
  real,
  settings,
  tensorOrNumber,
  type DistributionSettings,
} from "./distribution.ts";

/** What `Normal` is made with. */
export interface NormalArguments extends DistributionSettings {
  readonly loc: Tensor | number;
  readonly scale: Tensor | number;
}

const parameters: ParametersOf<NormalArguments> = { loc: tensorOrNumber, scale: tensorOrNumber, ...settings };

/**
 * Normal distributions with means `loc` and standard deviations `scale`: `new Normal(0, 1)`, `new Normal(mu, sigma).rsample()`.
 *
 * @throws ValueError when a mean is NaN or a deviation is not positive.
 * Source: `torch.distributions.Normal`.
 */
export class Normal extends Distribution {
  readonly loc: Tensor;
  readonly scale: Tensor;

  constructor(
    ...args: CallForms<
      NormalArguments,
      [loc: Tensor | number, scale: Tensor | number, validate_args?: boolean],
      ["loc", "scale"]
    >
  ) {
    const given = bind("Normal", parameters, args);
    const [loc, scale] = broadcastAll(given.loc, given.scale);
    super(loc!.shape);
    this.loc = loc!;
    this.scale = scale!;
    if (!given.validate_args) return;
    checkParameter("Normal", "loc", this.loc, real);
    checkParameter("Normal", "scale", this.scale, positive);
  }

  override get mean(): Tensor {
    return this.loc;
  }

  /** Where the density is largest: the mean. */
  get mode(): Tensor {
    return this.loc;
  }

  override get stddev(): Tensor {
    return this.scale;
  }

  override get variance(): Tensor {
    return this.scale.pow(2);
  }

  protected override get printed(): Readonly<Record<string, Tensor>> {
    return { loc: this.loc, scale: this.scale };
  }

  override sample(sample_shape: Shape = []): Tensor {
    const shape = [...sample_shape, ...this.batch_shape];
    return no_grad(() => normal(this.loc.expand(shape), this.scale.expand(shape)));
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const shape = [...sample_shape, ...this.batch_shape];
    const place = { dtype: this.loc.dtype, device: this.loc.device };
    return this.loc.add(normal(zeros(shape, place), ones(shape, place)).mul(this.scale));
  }

  override log_prob(value: Tensor | number): Tensor {
    const [at] = broadcastAll(value, this.loc);
    const distance = at!.sub(this.loc).pow(2).neg();
    return distance
      .div(this.variance.mul(2))
      .sub(this.scale.log())
      .sub(Math.log(Math.sqrt(2 * Math.PI)));
  }

  /** The probability of each value or less. */
  cdf(value: Tensor | number): Tensor {
    const [at] = broadcastAll(value, this.loc);
    return at!.sub(this.loc).mul(this.scale.reciprocal()).div(Math.SQRT2).erf().add(1).mul(0.5);
  }

  /** The value that each probability belongs to: the inverse of `cdf`. */
  icdf(value: Tensor | number): Tensor {
    const [at] = broadcastAll(value, this.loc);
    return this.loc.add(this.scale.mul(at!.mul(2).sub(1).erfinv()).mul(Math.SQRT2));
  }

  override entropy(): Tensor {
    return this.scale.log().add(0.5 + 0.5 * Math.log(2 * Math.PI));
  }
}
