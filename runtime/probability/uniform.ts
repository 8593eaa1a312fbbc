import { no_grad } from "../autograd/modes.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { rand } from "../create.ts";
import { ValueError } from "../errors/valueError.ts";
import type { ParametersOf } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import {
  broadcastAll,
  Distribution,
  settings,
  tensorOrNumber,
  type DistributionSettings,
} from "./distribution.ts";

/** What `Uniform` is made with. */
export interface UniformArguments extends DistributionSettings {
  readonly low: Tensor | number;
  readonly high: Tensor | number;
}

const parameters: ParametersOf<UniformArguments> = { low: tensorOrNumber, high: tensorOrNumber, ...settings };

/**
 * Uniform distributions from `low` up to, and without, `high`: `new Uniform(0, 1).sample([3])`.
 *
 * @throws ValueError when a `high` is not above its `low`.
 * Source: `torch.distributions.Uniform`.
 */
export class Uniform extends Distribution {
  readonly low: Tensor;
  readonly high: Tensor;

  constructor(
    ...args: CallForms<
      UniformArguments,
      [low: Tensor | number, high: Tensor | number, validate_args?: boolean],
      ["low", "high"]
    >
  ) {
    const given = bind("Uniform", parameters, args);
    const [low, high] = broadcastAll(given.low, given.high);
    super(low!.shape);
    this.low = low!;
    this.high = high!;
    if (given.validate_args && !low!.lt(high!).all().item())
      throw new ValueError(
        `Uniform is not defined when low >= high: got low ${String(low)} and high ${String(high)}.`,
      );
  }

  override get mean(): Tensor {
    return this.high.add(this.low).div(2);
  }

  override get variance(): Tensor {
    return this.high.sub(this.low).pow(2).div(12);
  }

  protected override get printed(): Readonly<Record<string, Tensor>> {
    return { low: this.low, high: this.high };
  }

  override sample(sample_shape: Shape = []): Tensor {
    return no_grad(() => this.rsample(sample_shape));
  }

  override rsample(sample_shape: Shape = []): Tensor {
    const drawn = rand([...sample_shape, ...this.batch_shape], {
      dtype: this.low.dtype,
      device: this.low.device,
    });
    return this.low.add(drawn.mul(this.high.sub(this.low)));
  }

  override log_prob(value: Tensor | number): Tensor {
    const [at] = broadcastAll(value, this.low);
    const inside = this.low.le(at!).logical_and(this.high.gt(at!)).to(this.low.dtype);
    return inside.log().sub(this.high.sub(this.low).log());
  }

  override entropy(): Tensor {
    return this.high.sub(this.low).log();
  }
}
