import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { linear_cross_entropy } from "../ops/networks/linearCrossEntropy.ts";
import { reductionParameter, type LossReduction } from "../ops/networks/reduction.ts";
import {
  flag,
  integer,
  keywordOnly,
  number,
  optionalInteger,
  optionalTensor,
  sizes,
  tensor,
  type Parameter,
} from "../parameters.ts";
import { formatShape, numel, type Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Linear } from "./layers.ts";
import { WeightedLoss } from "./loss.ts";
import { fraction, printed } from "./printed.ts";
import { placement, type Placement } from "./settings.ts";

/** What `nn.LinearCrossEntropyLoss` is made with. */
export interface LinearCrossEntropyLossArguments extends Placement {
  readonly in_features: number;
  readonly num_classes: number;
  /** Further dimensions of the targets: a loss for each of their places. */
  readonly out_features?: Shape;
  /** Whether the layer adds a learned number to each class. */
  readonly bias?: boolean;
  readonly reduction?: LossReduction;
  /** How much each class counts, `[num_classes]`. */
  readonly weight?: Tensor | null;
  /** A label that does not count. */
  readonly ignore_index?: number | null;
  /** From 0 to 1: how much of the uniform distribution is mixed in; 0 unless given. */
  readonly label_smoothing?: number;
  /** How PyTorch divides the work: without an effect. */
  readonly options?: object | null;
}

const objectParameter: Parameter<object | null> = {
  expects: "options, or null",
  fallback: null,
  convert: (value) => (typeof value === "object" ? value : undefined),
};

const outputs: Parameter<Shape> = { expects: sizes.expects, fallback: [], convert: sizes.convert };

const parameters = {
  in_features: integer(),
  num_classes: integer(),
  out_features: keywordOnly(outputs),
  bias: keywordOnly(flag(false)),
  device: keywordOnly(placement.device),
  dtype: keywordOnly(placement.dtype),
  reduction: keywordOnly(reductionParameter),
  weight: keywordOnly(optionalTensor),
  ignore_index: keywordOnly(optionalInteger),
  label_smoothing: keywordOnly(number(0)),
  options: keywordOnly(objectParameter),
};

/**
 * The last layer of a classifier and its loss in one: `new nn.LinearCrossEntropyLoss(64, 10)`, called with features `[N, in_features]` and class numbers `[N]`.
 *
 * Source: `torch.nn.LinearCrossEntropyLoss`.
 */
export class LinearCrossEntropyLoss extends WeightedLoss {
  readonly num_classes: number;
  readonly out_features: Shape;
  readonly ignore_index: number | null;
  readonly label_smoothing: number;
  readonly options: object | null;
  linear: Linear;

  /** @throws RuntimeError when the weight has another shape, or the smoothing is not in [0, 1]. */
  constructor(
    ...args: CallForms<
      LinearCrossEntropyLossArguments,
      [in_features: number, num_classes: number],
      ["in_features", "num_classes"]
    >
  ) {
    const given = bind("LinearCrossEntropyLoss", parameters, args);
    const { in_features, num_classes, out_features, bias, device, dtype } = given;
    check(given.weight, num_classes, given.label_smoothing);
    super({ weight: given.weight, size_average: null, reduce: null, reduction: given.reduction });
    this.num_classes = num_classes;
    this.out_features = out_features;
    this.ignore_index = given.ignore_index;
    this.label_smoothing = given.label_smoothing;
    this.linear = new Linear(in_features, num_classes * numel(out_features), { bias, device, dtype });
    this.options = given.options;
  }

  /** @throws as `torch.nn.functional.linear_cross_entropy`. */
  override forward(input: Tensor, target: Tensor | { readonly target: Tensor }): Tensor;
  override forward(...args: readonly unknown[]): Tensor {
    const { input, target } = bind("LinearCrossEntropyLoss", { input: tensor, target: tensor }, args);
    const { linear, num_classes, out_features, weight, reduction, ignore_index, label_smoothing } = this;
    const layer = [num_classes, ...out_features];
    return linear_cross_entropy(input, linear.weight.reshape([...layer, linear.in_features]), target, {
      linear_bias: linear.bias && linear.bias.reshape(layer),
      weight,
      reduction,
      ignore_index,
      label_smoothing,
    });
  }

  override extra_repr(): string {
    const { linear, ignore_index } = this;
    return [
      `in_features=${linear.in_features}`,
      `num_classes=${this.num_classes}`,
      `out_features=${printed(this.out_features)}`,
      `bias=${printed(linear.bias !== null)}`,
      `reduction=${this.reduction}`,
      `ignore_index=${printed(ignore_index)}`,
      `label_smoothing=${fraction(this.label_smoothing)}`,
      `options=${this.options === null ? "None" : JSON.stringify(this.options)}`,
    ].join(", ");
  }
}

/** @throws RuntimeError when the weight has another shape, or the smoothing is not in [0, 1]. */
function check(weight: Tensor | null, classes: number, labelSmoothing: number): void {
  if (weight !== null && !(weight.ndim === 1 && weight.shape[0] === classes))
    throw new RuntimeError(
      `expected weight shape to be (${classes},), got ${formatShape(weight.shape)}: one number for each class.`,
    );
  if (labelSmoothing < 0 || labelSmoothing > 1)
    throw new RuntimeError(`expected label_smoothing to be in range [0, 1], got ${labelSmoothing}.`);
}
