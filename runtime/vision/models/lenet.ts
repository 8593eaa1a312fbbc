import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { Conv2d } from "../../nn/convolution.ts";
import { Linear } from "../../nn/layers.ts";
import { Module } from "../../nn/module.ts";
import { relu } from "../../ops/elementwise/unary.ts";
import { flatten } from "../../ops/methods.ts";
import { max_pool2d } from "../../ops/spatial/pool.ts";
import { integer, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { weightsParameter, withWeights, type Weights } from "./weights.ts";

/** What `models.LeNet` is made with. */
export interface LeNetArguments {
  /** How many classes there are; 10 unless given. */
  readonly num_classes?: number;
  /** How many channels an image has; 1 unless given. */
  readonly in_channels?: number;
  readonly weights?: Weights;
}

const parameters: ParametersOf<LeNetArguments> = {
  num_classes: integer(10),
  in_channels: integer(1),
  weights: weightsParameter,
};

/**
 * The first convolutional network that read digits, for images of 28 x 28: `[N, 1, 28, 28]` to scores `[N, 10]`. With ReLU and the largest of each 2 x 2 block, where the
 * original had a sigmoid and means.
 *
 * Source: LeNet-5 of LeCun et al., "Gradient-Based Learning Applied to Document Recognition" (1998). torchvision has none.
 */
export class LeNet extends Module {
  conv1: Conv2d;
  conv2: Conv2d;
  fc1: Linear;
  fc2: Linear;
  fc3: Linear;

  constructor(...args: CallForms<LeNetArguments, [num_classes?: number, in_channels?: number]>) {
    super();
    const { num_classes, in_channels, weights } = bind("LeNet", parameters, args);
    this.conv1 = new Conv2d(in_channels, 6, 5, { padding: 2 });
    this.conv2 = new Conv2d(6, 16, 5);
    this.fc1 = new Linear(16 * 5 * 5, 120);
    this.fc2 = new Linear(120, 84);
    this.fc3 = new Linear(84, num_classes);
    withWeights(this, weights);
  }

  /** @throws RuntimeError when the images are not of 28 x 28. */
  override forward(input: Tensor): Tensor {
    const first = max_pool2d(relu(this.conv1(input)), 2);
    const second = max_pool2d(relu(this.conv2(first)), 2);
    return this.fc3(relu(this.fc2(relu(this.fc1(flatten(second, 1))))));
  }
}
