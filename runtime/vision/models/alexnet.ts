/** AlexNet, in torchvision's layout: the names, shapes and order of the weights are the same, so that its files fit. */
import { bind } from "../../binding.ts";
import { Conv2d } from "../../nn/convolution.ts";
import { Dropout } from "../../nn/dropout.ts";
import { Linear, ReLU, Sequential } from "../../nn/layers.ts";
import { Module } from "../../nn/module.ts";
import { AdaptiveAvgPool2d, MaxPool2d } from "../../nn/pooling.ts";
import { flatten } from "../../ops/methods.ts";
import { integer, number, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { weightsParameter, withWeights, type Weights } from "./weights.ts";

/** What `models.alexnet` is made with, by name. */
export interface AlexNetOptions {
  /** How many classes there are; 1000 unless given. */
  readonly num_classes?: number;
  /** The probability with which the classifier drops an input. */
  readonly dropout?: number;
  /** A file that `torch.save` or torchvision wrote, or a state dict; otherwise the weights are random. */
  readonly weights?: Weights;
}

const parameters: ParametersOf<AlexNetOptions> = {
  num_classes: integer(1000),
  dropout: number(0.5),
  weights: weightsParameter,
};

/**
 * The network that began deep learning on photographs, for images `[N, 3, H, W]`, of 224 x 224 as a rule and 63 x 63 at least; scores `[N, num_classes]`.
 *
 * Source: `torchvision.models.AlexNet`; Krizhevsky, "One weird trick for parallelizing convolutional neural networks" (2014).
 */
export class AlexNet extends Module {
  features: Sequential;
  avgpool: AdaptiveAvgPool2d;
  classifier: Sequential;

  constructor(options: Omit<AlexNetOptions, "weights"> = {}) {
    super();
    const { num_classes, dropout } = bind("AlexNet", parameters, [options]);
    this.features = new Sequential(
      new Conv2d(3, 64, 11, { stride: 4, padding: 2 }),
      new ReLU(true),
      new MaxPool2d(3, 2),
      new Conv2d(64, 192, 5, { padding: 2 }),
      new ReLU(true),
      new MaxPool2d(3, 2),
      new Conv2d(192, 384, 3, { padding: 1 }),
      new ReLU(true),
      new Conv2d(384, 256, 3, { padding: 1 }),
      new ReLU(true),
      new Conv2d(256, 256, 3, { padding: 1 }),
      new ReLU(true),
      new MaxPool2d(3, 2),
    );
    this.avgpool = new AdaptiveAvgPool2d([6, 6]);
    this.classifier = new Sequential(
      new Dropout(dropout),
      new Linear(256 * 6 * 6, 4096),
      new ReLU(true),
      new Dropout(dropout),
      new Linear(4096, 4096),
      new ReLU(true),
      new Linear(4096, num_classes),
    );
  }

  override forward(input: Tensor): Tensor {
    return this.classifier(flatten(this.avgpool(this.features(input)), 1));
  }
}

/** AlexNet, with 61.1 million parameters. `weights` may be torchvision's file `alexnet-owt-7be5be79.pth`. Source: `torchvision.models.alexnet`. */
export function alexnet(options: AlexNetOptions = {}): AlexNet {
  const { weights, ...settings } = bind("alexnet", parameters, [options]);
  return withWeights(new AlexNet(settings), weights);
}
