/** The layers of a first network. */
import { absent } from "./absent.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { linear } from "../ops/linalg/matmul.ts";
import { relu } from "../ops/elementwise/unary.ts";
import { flag, integer, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { PlainActivation } from "./activation.ts";
import { uniformParameter } from "./initial.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";
import { printed } from "./printed.ts";
import { placement, type Placement } from "./settings.ts";

export { Sequential, type Layer } from "./container/sequential.ts";

/** What `nn.Linear` is made with. */
export interface LinearArguments extends Placement {
  readonly in_features: number;
  readonly out_features: number;
  /** Whether a learned number is added to each output; `true` unless given. */
  readonly bias?: boolean;
}

const linearParameters: ParametersOf<LinearArguments> = {
  in_features: integer(),
  out_features: integer(),
  bias: flag(true),
  ...placement,
};

/**
 * An affine map of the last dimension, `x @ weight.t() + bias`: shapes `[…, in_features]` to `[…, out_features]`.
 *
 * Weights and bias begin uniform in ±1/√in_features, the same numbers as PyTorch's after the same seed.
 *
 * Source: `torch.nn.Linear`; He et al., "Delving Deep into Rectifiers" (2015), for the initial weights.
 */
export class Linear extends Module {
  readonly in_features: number;
  readonly out_features: number;
  /** Shape `[out_features, in_features]`. */
  weight: Parameter;
  /** Shape `[out_features]`, or `null`. */
  bias: Parameter;

  /** @throws TypeError for arguments of another kind, RuntimeError when a size is negative. */
  constructor(
    ...args: CallForms<
      LinearArguments,
      [in_features: number, out_features: number, bias?: boolean],
      ["in_features", "out_features"]
    >
  ) {
    super();
    const { in_features, out_features, bias, ...place } = bind("Linear", linearParameters, args);
    for (const [name, size] of Object.entries({ in_features, out_features }))
      if (size < 0)
        throw new RuntimeError(`nn.Linear: ${name} must be a whole number, 0 or more, got ${size}.`);
    this.in_features = in_features;
    this.out_features = out_features;
    // Kaiming initialisation with a = √5 comes to the same bound as the bias: 1/√in_features. PyTorch computes it as √3 · gain/√in_features.
    const gain = Math.sqrt(2 / (1 + Math.sqrt(5) ** 2));
    this.weight = uniformParameter(
      [out_features, in_features],
      in_features > 0 ? Math.sqrt(3) * (gain / Math.sqrt(in_features)) : 0,
      place,
    );
    this.bias = bias
      ? uniformParameter([out_features], in_features > 0 ? 1 / Math.sqrt(in_features) : 0, place)
      : absent;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws RuntimeError when the last dimension of `input` is not `in_features`. */
  override forward(input: Tensor): Tensor {
    return linear(input, this.weight, this.bias);
  }

  override extra_repr(): string {
    return `in_features=${this.in_features}, out_features=${this.out_features}, bias=${printed(this.bias !== null)}`;
  }
}

/** The rectified linear unit: each element, or 0 where it is negative. Source: `torch.nn.ReLU`. */
export class ReLU extends PlainActivation {
  protected override get operation(): PlainActivation["operation"] {
    return [relu];
  }
}
