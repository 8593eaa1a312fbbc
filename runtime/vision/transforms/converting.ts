/** Transforms that change what the numbers mean. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import type { DType } from "../../dtype.ts";
import { flag, integer, type ParametersOf } from "../../parameters.ts";
import { Module } from "../../nn/module.ts";
import type { Tensor } from "../../tensor.ts";
import { rgb_to_grayscale } from "./functional/colours.ts";
import {
  dtypeParameter,
  normalize,
  perChannel,
  pil_to_tensor,
  to_dtype,
  to_tensor,
  type ImageSource,
  type PerChannel,
} from "./functional/converting.ts";
import { listOfFractions, settings } from "./printed.ts";
import { probabilityOf, SometimesApplied, Transform, type ProbabilityForms } from "./transform.ts";
import { sizeOf } from "./image.ts";

/**
 * Images as tensors of fractions `[C, H, W]`: bytes from 0 to 255 become numbers from 0 to 1, and others keep their values. Takes tensors of images as `vision.io` reads them,
 * pixels `{data, width, height}` as a canvas has them, and nested arrays `[H][W]` or `[H][W][C]`.
 *
 * @throws ValueError for data of other sizes than they say, TypeError for what is no image.
 * Source: `torchvision.transforms.v2.ToTensor`, which takes no tensors.
 */
export class ToTensor extends Module {
  override forward(pic: ImageSource): Tensor {
    return to_tensor(pic);
  }
}

/** Images as tensors `[C, H, W]` with the values that they have. @throws as `ToTensor`. Source: `torchvision.transforms.v2.PILToTensor`. */
export class PILToTensor extends Module {
  override forward(pic: ImageSource): Tensor {
    return pil_to_tensor(pic);
  }
}

/** Images as tensors `[C, H, W]` with the values that they have. @throws as `ToTensor`. Source: `torchvision.transforms.v2.ToImage`. */
export class ToImage extends Module {
  override forward(pic: ImageSource): Tensor {
    return pil_to_tensor(pic);
  }
}

/** What `transforms.ToDtype` is made with. */
export interface ToDtypeOptions {
  readonly dtype?: DType;
  /** Whether the values go from the old dtype's range to the new one's. */
  readonly scale?: boolean;
}

const toDtypeParameters: ParametersOf<ToDtypeOptions> = { dtype: dtypeParameter, scale: flag(false) };

/** Images in another dtype: `new transforms.ToDtype(torch.float32, true)` takes bytes from 0 to 255 to numbers from 0 to 1. Source: `torchvision.transforms.v2.ToDtype`. */
export class ToDtype extends Transform {
  readonly dtype: DType;
  readonly scale: boolean;

  constructor(...args: CallForms<ToDtypeOptions, [dtype?: DType, scale?: boolean]>) {
    super();
    const { dtype, scale } = bind("ToDtype", toDtypeParameters, args);
    this.dtype = dtype;
    this.scale = scale;
  }

  /** @throws RuntimeError where whole numbers have more digits than the fractions. */
  override forward(input: Tensor): Tensor {
    return to_dtype(input, this.dtype, this.scale);
  }

  override extra_repr(): string {
    return settings({ scale: this.scale });
  }
}

/** `ToDtype` with `scale`. Source: `torchvision.transforms.v2.ConvertImageDtype`. */
export class ConvertImageDtype extends Transform {
  readonly dtype: DType;

  constructor(...args: CallForms<{ readonly dtype?: DType }, [dtype?: DType]>) {
    super();
    this.dtype = bind("ConvertImageDtype", { dtype: dtypeParameter }, args).dtype;
  }

  /** @throws RuntimeError where whole numbers have more digits than the fractions. */
  override forward(input: Tensor): Tensor {
    return to_dtype(input, this.dtype, true);
  }
}

/** What `transforms.Normalize` is made with. */
export interface NormalizeOptions {
  /** What is taken away: a number for each channel. */
  readonly mean: PerChannel;
  /** What the rest is divided by. */
  readonly std: PerChannel;
  /** Whether images are written over. */
  readonly inplace?: boolean;
}

const normalizeParameters: ParametersOf<NormalizeOptions> = {
  mean: perChannel,
  std: perChannel,
  inplace: flag(false),
};

/**
 * `(images − mean) / std` for each channel: `new transforms.Normalize([0.1307], [0.3081])`.
 *
 * Source: `torchvision.transforms.v2.Normalize`.
 */
export class Normalize extends Transform {
  readonly mean: readonly number[];
  readonly std: readonly number[];
  readonly inplace: boolean;

  constructor(
    ...args: CallForms<
      NormalizeOptions,
      [mean: PerChannel, std: PerChannel, inplace?: boolean],
      ["mean", "std"]
    >
  ) {
    super();
    const { mean, std, inplace } = bind("Normalize", normalizeParameters, args);
    this.mean = [mean].flat();
    this.std = [std].flat();
    this.inplace = inplace;
  }

  /** @throws TypeError for images of whole numbers, ValueError when a standard deviation is 0 or there are not as many as channels. */
  override forward(input: Tensor): Tensor {
    return normalize(input, this.mean, this.std, this.inplace);
  }

  override extra_repr(): string {
    const { mean, std, inplace } = this;
    return settings({ mean: listOfFractions(mean), std: listOfFractions(std), inplace });
  }
}

/** Images without colour, in 1 channel or 3 equal ones. Source: `torchvision.transforms.v2.Grayscale`. */
export class Grayscale extends Transform {
  readonly num_output_channels: number;

  constructor(...args: CallForms<{ readonly num_output_channels?: number }, [num_output_channels?: number]>) {
    super();
    this.num_output_channels = bind(
      "Grayscale",
      { num_output_channels: integer(1) },
      args,
    ).num_output_channels;
  }

  /** @throws ValueError for another number of channels. */
  override forward(input: Tensor): Tensor {
    return rgb_to_grayscale(input, this.num_output_channels);
  }

  override extra_repr(): string {
    return settings({ num_output_channels: this.num_output_channels });
  }
}

/** Images without colour now and then, in as many channels as before; `p` is 0.1 unless given. Source: `torchvision.transforms.v2.RandomGrayscale`. */
export class RandomGrayscale extends SometimesApplied {
  constructor(...args: ProbabilityForms) {
    super(probabilityOf("RandomGrayscale", args, 0.1));
  }

  protected override transform(input: Tensor): Tensor {
    return rgb_to_grayscale(input, sizeOf("RandomGrayscale", input).channels);
  }
}
