import { absent } from "./absent.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { bilinear } from "../ops/linalg/bilinear.ts";
import { flag, integer, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { uniformParameter } from "./initial.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";
import { printedAll } from "./printed.ts";
import { placement, type Placement } from "./settings.ts";

/** What `nn.Bilinear` is made with. */
export interface BilinearArguments extends Placement {
  readonly in1_features: number;
  readonly in2_features: number;
  readonly out_features: number;
  /** Whether a learned number is added to each output; `true` unless given. */
  readonly bias?: boolean;
}

const bilinearParameters: ParametersOf<BilinearArguments> = {
  in1_features: integer(),
  in2_features: integer(),
  out_features: integer(),
  bias: flag(true),
  ...placement,
};

/**
 * A map that is linear in each of two inputs, `x1ᵀ · weight · x2 + bias`: shapes `[…, in1_features]` and `[…, in2_features]` to `[…, out_features]`.
 *
 * Weights and bias begin uniform in ±1/√in1_features, the same numbers as PyTorch's after the same seed.
 *
 * Source: `torch.nn.Bilinear`.
 */
export class Bilinear extends Module {
  readonly in1_features: number;
  readonly in2_features: number;
  readonly out_features: number;
  /** Shape `[out_features, in1_features, in2_features]`. */
  weight: Parameter;
  /** Shape `[out_features]`, or `null`. */
  bias: Parameter;

  /** @throws ValueError when the first input has no features. */
  constructor(
    ...args: CallForms<
      BilinearArguments,
      [in1_features: number, in2_features: number, out_features: number, bias?: boolean],
      ["in1_features", "in2_features", "out_features"]
    >
  ) {
    super();
    const { in1_features, in2_features, out_features, bias, ...place } = bind(
      "Bilinear",
      bilinearParameters,
      args,
    );
    if (in1_features <= 0)
      throw new ValueError(
        `in1_features must be > 0, but got (in1_features=${in1_features}): the first weights are drawn from ±1/√in1_features.`,
      );
    this.in1_features = in1_features;
    this.in2_features = in2_features;
    this.out_features = out_features;
    const bound = 1 / Math.sqrt(in1_features);
    this.weight = uniformParameter([out_features, in1_features, in2_features], bound, place);
    this.bias = bias ? uniformParameter([out_features], bound, place) : absent;
  }

  get _inputNames(): readonly ["input1", "input2"] {
    return ["input1", "input2"];
  }

  /** @throws as `torch.nn.functional.bilinear`. */
  override forward(input1: Tensor, input2: Tensor): Tensor {
    return bilinear(input1, input2, this.weight, this.bias);
  }

  override extra_repr(): string {
    const { in1_features, in2_features, out_features, bias } = this;
    return printedAll({ in1_features, in2_features, out_features, bias: bias !== null });
  }
}
