/** VGG networks, in torchvision's layout: the names, shapes and order of the weights are the same, so that its files fit. */
import { bind } from "../../binding.ts";
import { BatchNorm2d } from "../../nn/batchNormalization.ts";
import { Conv2d } from "../../nn/convolution.ts";
import { Dropout } from "../../nn/dropout.ts";
import { constant_, kaiming_normal_, normal_ } from "../../nn/init.ts";
import { Linear, ReLU, Sequential, type Layer } from "../../nn/layers.ts";
import { Module } from "../../nn/module.ts";
import { AdaptiveAvgPool2d, MaxPool2d } from "../../nn/pooling.ts";
import { flatten } from "../../ops/methods.ts";
import { flag, integer, number, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { weightsParameter, withWeights, type Weights } from "./weights.ts";

/** What VGG networks are made with, by name. */
export interface VGGOptions {
  /** How many classes there are; 1000 unless given. */
  readonly num_classes?: number;
  /** Whether the layers begin with the paper's values rather than with those of the layers themselves. */
  readonly init_weights?: boolean;
  /** The probability with which the classifier drops an input. */
  readonly dropout?: number;
  /** A file that `torch.save` or torchvision wrote, or a state dict; otherwise the weights are random. */
  readonly weights?: Weights;
}

const parameters: ParametersOf<VGGOptions> = {
  num_classes: integer(1000),
  init_weights: flag(true),
  dropout: number(0.5),
  weights: weightsParameter,
};

/** The channels of each stage, behind which the sizes are halved. */
const stageChannels: readonly number[] = [64, 128, 256, 512, 512];

/** How many convolutions each stage has, by the number of layers. Source: table 1 of the paper, columns A, B, D and E. */
const convolutions = {
  11: [1, 1, 2, 2, 2],
  13: [2, 2, 2, 2, 2],
  16: [2, 2, 3, 3, 3],
  19: [2, 2, 4, 4, 4],
} as const;

/** Convolutions of 3 x 3 in stages, each with its normalisation where there is one. */
function features(counts: readonly number[], normalised: boolean): Sequential {
  const layers: Layer[] = [];
  let inputs = 3;
  for (const [stage, outputs] of stageChannels.entries()) {
    for (let i = 0; i < counts[stage]!; i++) {
      layers.push(new Conv2d(inputs, outputs, 3, { padding: 1 }));
      if (normalised) layers.push(new BatchNorm2d(outputs));
      layers.push(new ReLU(true));
      inputs = outputs;
    }
    layers.push(new MaxPool2d(2, 2));
  }
  return new Sequential(...layers);
}

/** Gives the layers their first values. */
function initialise(model: Module): void {
  for (const module of model.modules())
    if (module instanceof Conv2d) {
      kaiming_normal_(module.weight, { mode: "fan_out", nonlinearity: "relu" });
      constant_(module.bias!, 0);
    } else if (module instanceof BatchNorm2d) {
      constant_(module.weight!, 1);
      constant_(module.bias!, 0);
    } else if (module instanceof Linear) {
      normal_(module.weight, 0, 0.01);
      constant_(module.bias!, 0);
    }
}

/**
 * A plain deep network for images `[N, 3, H, W]`, of 224 x 224 as a rule and 32 x 32 at least; scores `[N, num_classes]`. `vgg16()` and its like make the usual ones.
 *
 * Source: `torchvision.models.VGG`; Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition" (2014).
 */
export class VGG extends Module {
  features: Sequential;
  avgpool: AdaptiveAvgPool2d;
  classifier: Sequential;

  /** `features` gives 512 channels. */
  constructor(features: Sequential, options: Omit<VGGOptions, "weights"> = {}) {
    super();
    const { num_classes, init_weights, dropout } = bind("VGG", parameters, [options]);
    this.features = features;
    this.avgpool = new AdaptiveAvgPool2d([7, 7]);
    this.classifier = new Sequential(
      new Linear(512 * 7 * 7, 4096),
      new ReLU(true),
      new Dropout(dropout),
      new Linear(4096, 4096),
      new ReLU(true),
      new Dropout(dropout),
      new Linear(4096, num_classes),
    );
    if (init_weights) initialise(this);
  }

  override forward(input: Tensor): Tensor {
    return this.classifier(flatten(this.avgpool(this.features(input)), 1));
  }
}

/** A function that makes a VGG network of one kind. */
type MakeVGG = (options?: VGGOptions) => VGG;

function makes(layers: keyof typeof convolutions, normalised: boolean): MakeVGG {
  const name = `vgg${layers}${normalised ? "_bn" : ""}`;
  const make = (...args: readonly unknown[]): VGG => {
    const { weights, init_weights, ...settings } = bind(name, parameters, args);
    // What a file is loaded into needs no first values.
    const options = { ...settings, init_weights: init_weights && weights === null };
    return withWeights(new VGG(features(convolutions[layers], normalised), options), weights);
  };
  Object.defineProperty(make, "name", { value: name });
  return make;
}

/** A VGG network of 11 layers, with 132.9 million parameters. `weights` may be torchvision's file `vgg11-8a719046.pth`. Source: `torchvision.models.vgg11`. */
export const vgg11: MakeVGG = makes(11, false);

/** `vgg11` with batch normalisation. Source: `torchvision.models.vgg11_bn`. */
export const vgg11_bn: MakeVGG = makes(11, true);

/** A VGG network of 13 layers, with 133 million parameters. Source: `torchvision.models.vgg13`. */
export const vgg13: MakeVGG = makes(13, false);

/** `vgg13` with batch normalisation. Source: `torchvision.models.vgg13_bn`. */
export const vgg13_bn: MakeVGG = makes(13, true);

/** A VGG network of 16 layers, with 138.4 million parameters. Source: `torchvision.models.vgg16`. */
export const vgg16: MakeVGG = makes(16, false);

/** `vgg16` with batch normalisation. Source: `torchvision.models.vgg16_bn`. */
export const vgg16_bn: MakeVGG = makes(16, true);

/** A VGG network of 19 layers, with 143.7 million parameters. Source: `torchvision.models.vgg19`. */
export const vgg19: MakeVGG = makes(19, false);

/** `vgg19` with batch normalisation. Source: `torchvision.models.vgg19_bn`. */
export const vgg19_bn: MakeVGG = makes(19, true);
