/** MobileNetV2, in torchvision's layout: the names, shapes and order of the weights are the same, so that its files fit. */
import { bind } from "../../binding.ts";
import { BatchNorm2d } from "../../nn/batchNormalization.ts";
import { ReLU6 } from "../../nn/activation.ts";
import { Conv2d } from "../../nn/convolution.ts";
import { Dropout } from "../../nn/dropout.ts";
import { kaiming_normal_, normal_, ones_, zeros_ } from "../../nn/init.ts";
import { Linear, Sequential, type Layer } from "../../nn/layers.ts";
import { Module } from "../../nn/module.ts";
import { flatten } from "../../ops/methods.ts";
import { adaptive_avg_pool2d } from "../../ops/spatial/pool.ts";
import { integer, number, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { weightsParameter, withWeights, type Weights } from "./weights.ts";

/** What `models.mobilenet_v2` is made with, by name. */
export interface MobileNetV2Options {
  /** How many classes there are; 1000 unless given. */
  readonly num_classes?: number;
  /** How many times the usual channels each layer has. */
  readonly width_mult?: number;
  /** Channels are a multiple of this number; 1 for no rounding. */
  readonly round_nearest?: number;
  /** The probability with which the classifier drops an input. */
  readonly dropout?: number;
  /** A file that `torch.save` or torchvision wrote, or a state dict; otherwise the weights are random. */
  readonly weights?: Weights;
}

const parameters: ParametersOf<MobileNetV2Options> = {
  num_classes: integer(1000),
  width_mult: number(1),
  round_nearest: integer(8),
  dropout: number(0.2),
  weights: weightsParameter,
};

/** The stages: how much wider a block is inside, the channels that come out, the number of blocks, and the first one's stride. Source: table 2 of the paper. */
const stages: readonly (readonly [expansion: number, channels: number, blocks: number, stride: number])[] = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
];

/** The nearest multiple of `divisor`, at least that, and not more than a tenth below `value`. Source: `_make_divisible`. */
function makeDivisible(value: number, divisor: number): number {
  const near = Math.max(divisor, Math.floor((value + divisor / 2) / divisor) * divisor);
  return near < 0.9 * value ? near + divisor : near;
}

interface ConvolutionSettings {
  readonly kernel?: number;
  readonly stride?: number;
  readonly groups?: number;
}

/** A convolution, its normalisation and ReLU6. */
class Conv2dNormActivation extends Sequential {
  constructor(
    inputs: number,
    outputs: number,
    { kernel = 3, stride = 1, groups = 1 }: ConvolutionSettings = {},
  ) {
    const padding = (kernel - 1) / 2;
    super(
      new Conv2d(inputs, outputs, kernel, { stride, padding, groups, bias: false }),
      new BatchNorm2d(outputs),
      new ReLU6(true),
    );
  }
}

/** A block that is wide inside and narrow at its ends, with a way past it where the sizes allow one. Source: `torchvision.models.mobilenetv2.InvertedResidual`. */
class InvertedResidual extends Module {
  readonly stride: number;
  readonly use_res_connect: boolean;
  conv: Sequential;

  constructor(inputs: number, outputs: number, stride: number, expansion: number) {
    super();
    const hidden = Math.round(inputs * expansion);
    const layers: Layer[] = [];
    if (expansion !== 1) layers.push(new Conv2dNormActivation(inputs, hidden, { kernel: 1 }));
    layers.push(
      new Conv2dNormActivation(hidden, hidden, { stride, groups: hidden }),
      new Conv2d(hidden, outputs, 1, { bias: false }),
      new BatchNorm2d(outputs),
    );
    this.stride = stride;
    this.use_res_connect = stride === 1 && inputs === outputs;
    this.conv = new Sequential(...layers);
  }

  override forward(input: Tensor): Tensor {
    const output = this.conv(input);
    return this.use_res_connect ? input.add(output) : output;
  }
}

/** Gives the layers their first values. */
function initialise(model: Module): void {
  for (const module of model.modules())
    if (module instanceof Conv2d) kaiming_normal_(module.weight, { mode: "fan_out" });
    else if (module instanceof BatchNorm2d) {
      ones_(module.weight!);
      zeros_(module.bias!);
    } else if (module instanceof Linear) {
      normal_(module.weight, 0, 0.01);
      zeros_(module.bias!);
    }
}

/**
 * A network that is small and quick, for images `[N, 3, H, W]`; scores `[N, num_classes]`.
 *
 * Source: `torchvision.models.MobileNetV2`; Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks" (2018).
 */
export class MobileNetV2 extends Module {
  readonly last_channel: number;
  features: Sequential;
  classifier: Sequential;

  constructor(options: Omit<MobileNetV2Options, "weights"> = {}) {
    super();
    const { num_classes, width_mult, round_nearest, dropout } = bind("MobileNetV2", parameters, [options]);
    const wide = (channels: number): number => makeDivisible(channels * width_mult, round_nearest);
    this.last_channel = makeDivisible(1280 * Math.max(1, width_mult), round_nearest);
    let channels = wide(32);
    const features: Layer[] = [new Conv2dNormActivation(3, channels, { stride: 2 })];
    for (const [expansion, outputs, blocks, firstStride] of stages)
      for (let i = 0; i < blocks; i++) {
        const stride = i === 0 ? firstStride : 1;
        features.push(new InvertedResidual(channels, wide(outputs), stride, expansion));
        channels = wide(outputs);
      }
    features.push(new Conv2dNormActivation(channels, this.last_channel, { kernel: 1 }));
    this.features = new Sequential(...features);
    this.classifier = new Sequential(new Dropout(dropout), new Linear(this.last_channel, num_classes));
    initialise(this);
  }

  override forward(input: Tensor): Tensor {
    const pooled = adaptive_avg_pool2d(this.features(input), [1, 1]);
    return this.classifier(flatten(pooled, 1));
  }
}

/** MobileNetV2, with 3.5 million parameters. `weights` may be torchvision's file `mobilenet_v2-b0353104.pth`. Source: `torchvision.models.mobilenet_v2`. */
export function mobilenet_v2(options: MobileNetV2Options = {}): MobileNetV2 {
  const { weights, ...settings } = bind("mobilenet_v2", parameters, [options]);
  return withWeights(new MobileNetV2(settings), weights);
}
