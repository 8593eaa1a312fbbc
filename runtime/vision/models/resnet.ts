/** Residual networks, in torchvision's layout: the names, shapes and order of the weights are the same, so that its files fit. */
import { bind } from "../../binding.ts";
import { ValueError } from "../../errors/valueError.ts";
import { BatchNorm2d } from "../../nn/batchNormalization.ts";
import { Conv2d } from "../../nn/convolution.ts";
import { constant_, kaiming_normal_ } from "../../nn/init.ts";
import { Linear, ReLU, Sequential, type Layer } from "../../nn/layers.ts";
import { Module } from "../../nn/module.ts";
import { AdaptiveAvgPool2d, MaxPool2d } from "../../nn/pooling.ts";
import { flatten } from "../../ops/methods.ts";
import { flag, integer, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { weightsParameter, withWeights, type Weights } from "./weights.ts";

/** What residual networks are made with, by name. */
export interface ResNetOptions {
  /** How many classes there are; 1000 unless given. */
  readonly num_classes?: number;
  /** Whether each block begins as one that changes nothing: the last normalisation of its branch begins with zeros. */
  readonly zero_init_residual?: boolean;
  /** Into how many groups the middle convolution of a bottleneck is divided. */
  readonly groups?: number;
  /** Channels of each group, for 64 channels of the stage. */
  readonly width_per_group?: number;
  /** A file that `torch.save` or torchvision wrote, or a state dict; otherwise the weights are random. */
  readonly weights?: Weights;
}

const parameters: ParametersOf<ResNetOptions> = {
  num_classes: integer(1000),
  zero_init_residual: flag(false),
  groups: integer(1),
  width_per_group: integer(64),
  weights: weightsParameter,
};

type Settings = Required<ResNetOptions>;

/** Where a block stands: what comes in, how much wider it becomes, and how far its windows step. */
interface BlockPlace {
  readonly inputs: number;
  readonly planes: number;
  readonly stride: number;
  readonly groups: number;
  readonly baseWidth: number;
}

function conv3x3(inputs: number, outputs: number, stride = 1, groups = 1): Conv2d {
  return new Conv2d(inputs, outputs, 3, { stride, padding: 1, groups, bias: false });
}

function conv1x1(inputs: number, outputs: number, stride = 1): Conv2d {
  return new Conv2d(inputs, outputs, 1, { stride, bias: false });
}

/** A way past a block whose output has other sizes than its input. */
function shortcutFor({ inputs, planes, stride }: BlockPlace, expansion: number): Sequential | null {
  if (stride === 1 && inputs === planes * expansion) return null;
  return new Sequential(conv1x1(inputs, planes * expansion, stride), new BatchNorm2d(planes * expansion));
}

/** Two convolutions and a way past them. Source: `torchvision.models.resnet.BasicBlock`. */
class BasicBlock extends Module {
  /** How many channels come out for each of the stage's. */
  static readonly expansion = 1;
  conv1: Conv2d;
  bn1: BatchNorm2d;
  relu: ReLU;
  conv2: Conv2d;
  bn2: BatchNorm2d;
  downsample: Sequential | null;
  readonly stride: number;

  /** @throws ValueError for groups, or another width: those are for bottlenecks. */
  constructor(place: BlockPlace, downsample: Sequential | null) {
    super();
    const { inputs, planes, stride, groups, baseWidth } = place;
    if (groups !== 1 || baseWidth !== 64)
      throw new ValueError(
        "BasicBlock only supports groups=1 and base_width=64: use resnet50 or a deeper one.",
      );
    this.conv1 = conv3x3(inputs, planes, stride);
    this.bn1 = new BatchNorm2d(planes);
    this.relu = new ReLU(true);
    this.conv2 = conv3x3(planes, planes);
    this.bn2 = new BatchNorm2d(planes);
    this.downsample = downsample;
    this.stride = stride;
  }

  override forward(input: Tensor): Tensor {
    const first = this.relu(this.bn1(this.conv1(input)));
    const second = this.bn2(this.conv2(first));
    return this.relu(second.add_(this.downsample?.(input) ?? input));
  }

  /** The normalisation that ends the branch. */
  get last(): BatchNorm2d {
    return this.bn2;
  }
}

/** Three convolutions, the middle one narrow, and a way past them. Source: `torchvision.models.resnet.Bottleneck`. */
class Bottleneck extends Module {
  /** How many channels come out for each of the stage's. */
  static readonly expansion = 4;
  conv1: Conv2d;
  bn1: BatchNorm2d;
  conv2: Conv2d;
  bn2: BatchNorm2d;
  conv3: Conv2d;
  bn3: BatchNorm2d;
  relu: ReLU;
  downsample: Sequential | null;
  readonly stride: number;

  constructor(place: BlockPlace, downsample: Sequential | null) {
    super();
    const { inputs, planes, stride, groups, baseWidth } = place;
    const width = Math.trunc(planes * (baseWidth / 64)) * groups;
    this.conv1 = conv1x1(inputs, width);
    this.bn1 = new BatchNorm2d(width);
    this.conv2 = conv3x3(width, width, stride, groups);
    this.bn2 = new BatchNorm2d(width);
    this.conv3 = conv1x1(width, planes * Bottleneck.expansion);
    this.bn3 = new BatchNorm2d(planes * Bottleneck.expansion);
    this.relu = new ReLU(true);
    this.downsample = downsample;
    this.stride = stride;
  }

  override forward(input: Tensor): Tensor {
    const first = this.relu(this.bn1(this.conv1(input)));
    const second = this.relu(this.bn2(this.conv2(first)));
    const third = this.bn3(this.conv3(second));
    return this.relu(third.add_(this.downsample?.(input) ?? input));
  }

  /** The normalisation that ends the branch. */
  get last(): BatchNorm2d {
    return this.bn3;
  }
}

type Block = typeof BasicBlock | typeof Bottleneck;

/** Blocks in a row, of which the first may step farther. */
function stage(block: Block, count: number, first: BlockPlace): Sequential {
  const { expansion } = block;
  // In PyTorch's order, which is that of the random numbers: the way past comes before the block.
  const shortcut = shortcutFor(first, expansion);
  const later = { ...first, inputs: first.planes * expansion, stride: 1 };
  const layers: Layer[] = [new block(first, shortcut)];
  for (let i = 1; i < count; i++) layers.push(new block(later, null));
  return new Sequential(...layers);
}

/** Gives convolutions and normalisations their first values. */
function initialise(model: Module, zeroResidual: boolean): void {
  for (const module of model.modules())
    if (module instanceof Conv2d) kaiming_normal_(module.weight, { mode: "fan_out", nonlinearity: "relu" });
    else if (module instanceof BatchNorm2d) {
      constant_(module.weight!, 1);
      constant_(module.bias!, 0);
    }
  if (!zeroResidual) return;
  for (const module of model.modules())
    if (module instanceof BasicBlock || module instanceof Bottleneck) constant_(module.last.weight!, 0);
}

/**
 * A residual network for images `[N, 3, H, W]`, of 224 x 224 as a rule; scores `[N, num_classes]`. `resnet18()` and its like make the usual ones.
 *
 * Source: `torchvision.models.ResNet`; He et al., "Deep Residual Learning for Image Recognition" (2015), with the step in the 3 x 3 convolution of a bottleneck.
 */
export class ResNet extends Module {
  conv1: Conv2d;
  bn1: BatchNorm2d;
  relu: ReLU;
  maxpool: MaxPool2d;
  layer1: Sequential;
  layer2: Sequential;
  layer3: Sequential;
  layer4: Sequential;
  avgpool: AdaptiveAvgPool2d;
  fc: Linear;

  /** `layers` are the numbers of blocks in the four stages. */
  constructor(
    block: Block,
    layers: readonly [number, number, number, number],
    options: Omit<ResNetOptions, "weights"> = {},
  ) {
    super();
    const settings = bind("ResNet", parameters, [options]);
    const { groups, width_per_group: baseWidth } = settings;
    this.conv1 = new Conv2d(3, 64, 7, { stride: 2, padding: 3, bias: false });
    this.bn1 = new BatchNorm2d(64);
    this.relu = new ReLU(true);
    this.maxpool = new MaxPool2d(3, 2, 1);
    const each = (position: number, inputs: number, planes: number, stride: number): Sequential =>
      stage(block, layers[position]!, { inputs, planes, stride, groups, baseWidth });
    const { expansion } = block;
    this.layer1 = each(0, 64, 64, 1);
    this.layer2 = each(1, 64 * expansion, 128, 2);
    this.layer3 = each(2, 128 * expansion, 256, 2);
    this.layer4 = each(3, 256 * expansion, 512, 2);
    this.avgpool = new AdaptiveAvgPool2d([1, 1]);
    this.fc = new Linear(512 * expansion, settings.num_classes);
    initialise(this, settings.zero_init_residual);
  }

  override forward(input: Tensor): Tensor {
    const first = this.maxpool(this.relu(this.bn1(this.conv1(input))));
    const last = this.layer4(this.layer3(this.layer2(this.layer1(first))));
    return this.fc(flatten(this.avgpool(last), 1));
  }
}

/** A function that makes a residual network of one kind. */
type MakeResNet = (options?: ResNetOptions) => ResNet;

function makes(
  name: string,
  block: Block,
  layers: readonly [number, number, number, number],
  changes: Partial<Settings> = {},
): MakeResNet {
  const make = (...args: readonly unknown[]): ResNet => {
    const { weights, ...settings } = { ...bind(name, parameters, args), ...changes };
    return withWeights(new ResNet(block, layers, settings), weights);
  };
  Object.defineProperty(make, "name", { value: name });
  return make;
}

/** A residual network of 18 layers, with 11.7 million parameters. `weights` may be torchvision's file `resnet18-f37072fd.pth`. Source: `torchvision.models.resnet18`. */
export const resnet18: MakeResNet = makes("resnet18", BasicBlock, [2, 2, 2, 2]);

/** A residual network of 34 layers, with 21.8 million parameters. Source: `torchvision.models.resnet34`. */
export const resnet34: MakeResNet = makes("resnet34", BasicBlock, [3, 4, 6, 3]);

/** A residual network of 50 layers, with 25.6 million parameters. Source: `torchvision.models.resnet50`. */
export const resnet50: MakeResNet = makes("resnet50", Bottleneck, [3, 4, 6, 3]);

/** A residual network of 101 layers, with 44.5 million parameters. Source: `torchvision.models.resnet101`. */
export const resnet101: MakeResNet = makes("resnet101", Bottleneck, [3, 4, 23, 3]);

/** A residual network of 152 layers, with 60.2 million parameters. Source: `torchvision.models.resnet152`. */
export const resnet152: MakeResNet = makes("resnet152", Bottleneck, [3, 8, 36, 3]);

/** `resnet50` with 32 groups of 4 channels. Source: `torchvision.models.resnext50_32x4d`; Xie et al. (2017). */
export const resnext50_32x4d: MakeResNet = makes("resnext50_32x4d", Bottleneck, [3, 4, 6, 3], {
  groups: 32,
  width_per_group: 4,
});

/** `resnet50` with bottlenecks twice as wide. Source: `torchvision.models.wide_resnet50_2`; Zagoruyko and Komodakis (2016). */
export const wide_resnet50_2: MakeResNet = makes("wide_resnet50_2", Bottleneck, [3, 4, 6, 3], {
  width_per_group: 128,
});

/** What the small residual networks are made with. */
export interface SmallResNetOptions {
  /** How many classes there are; 10 unless given. */
  readonly num_classes?: number;
  /** How many channels an image has; 1 unless given, as digits have. */
  readonly in_channels?: number;
  readonly weights?: Weights;
}

const smallParameters: ParametersOf<SmallResNetOptions> = {
  num_classes: integer(10),
  in_channels: integer(1),
  weights: weightsParameter,
};

/**
 * A residual network for small images, such as digits: three stages of 16, 32 and 64 channels behind a convolution of 3 x 3. `[N, in_channels, H, W]` to scores `[N, num_classes]`.
 *
 * Source: He et al., "Deep Residual Learning for Image Recognition" (2015), section 4.2, with a convolution of 1 x 1 on the way past. torchvision has none.
 */
export class SmallResNet extends Module {
  conv1: Conv2d;
  bn1: BatchNorm2d;
  relu: ReLU;
  layer1: Sequential;
  layer2: Sequential;
  layer3: Sequential;
  avgpool: AdaptiveAvgPool2d;
  fc: Linear;

  /** `blocks` is the number of blocks in each stage; a network has 6 · blocks + 2 layers. */
  constructor(blocks: number, options: Omit<SmallResNetOptions, "weights"> = {}) {
    super();
    const { num_classes, in_channels } = bind("SmallResNet", smallParameters, [options]);
    this.conv1 = conv3x3(in_channels, 16);
    this.bn1 = new BatchNorm2d(16);
    this.relu = new ReLU(true);
    const each = (inputs: number, planes: number, stride: number): Sequential =>
      stage(BasicBlock, blocks, { inputs, planes, stride, groups: 1, baseWidth: 64 });
    this.layer1 = each(16, 16, 1);
    this.layer2 = each(16, 32, 2);
    this.layer3 = each(32, 64, 2);
    this.avgpool = new AdaptiveAvgPool2d([1, 1]);
    this.fc = new Linear(64, num_classes);
    initialise(this, false);
  }

  override forward(input: Tensor): Tensor {
    const first = this.relu(this.bn1(this.conv1(input)));
    return this.fc(flatten(this.avgpool(this.layer3(this.layer2(this.layer1(first)))), 1));
  }
}

type MakeSmallResNet = (options?: SmallResNetOptions) => SmallResNet;

function makesSmall(name: string, blocks: number): MakeSmallResNet {
  const make = (...args: readonly unknown[]): SmallResNet => {
    const { weights, ...settings } = bind(name, smallParameters, args);
    return withWeights(new SmallResNet(blocks, settings), weights);
  };
  Object.defineProperty(make, "name", { value: name });
  return make;
}

/** A residual network of 8 layers for small images, with 78 thousand parameters. */
export const resnet8: MakeSmallResNet = makesSmall("resnet8", 1);

/** A residual network of 20 layers for small images, with 272 thousand parameters. */
export const resnet20: MakeSmallResNet = makesSmall("resnet20", 3);
