import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { cpu } from "../../device.ts";
import { normalInto } from "../../drawing.ts";
import { float32, uint8 } from "../../dtype.ts";
import { integer, type Parameter, type ParametersOf } from "../../parameters.ts";
import { placedOn } from "../../placement.ts";
import { Generator } from "../../random.ts";
import { allocate, fromArrayOnCpu } from "../../settle.ts";
import { readValues, type Tensor } from "../../tensor.ts";
import { optionalFunction, VisionDataset, type DatasetTransforms } from "./visionDataset.ts";

/** What `datasets.FakeData` is made with. */
export interface FakeDataArguments<Sample, Target> extends DatasetTransforms<Tensor, Sample, number, Target> {
  /** How many images; 1000 unless given. */
  readonly size?: number;
  /** Channels, height and width; `[3, 224, 224]` unless given. */
  readonly image_size?: readonly [channels: number, height: number, width: number];
  readonly num_classes?: number;
  /** What is added to an image's number for its seed. */
  readonly random_offset?: number;
}

const imageSize: Parameter<readonly [number, number, number]> = {
  expects: "an array [channels, height, width]",
  fallback: [3, 224, 224],
  convert: (value) =>
    Array.isArray(value) && value.length === 3 && value.every((size) => Number.isInteger(size) && size > 0)
      ? (value as unknown as readonly [number, number, number]) // three numbers, as just seen
      : undefined,
};

const parameters: ParametersOf<FakeDataArguments<unknown, unknown>> = {
  size: integer(1000),
  image_size: imageSize,
  num_classes: integer(10),
  transform: optionalFunction<Tensor, unknown>(),
  target_transform: optionalFunction<number, unknown>(),
  random_offset: integer(0),
};

/**
 * Noise instead of images, to try a program with: items `[image, class]`, images of uint8. Each is drawn from a seed of its own, and is the one that torchvision draws.
 *
 * Source: `torchvision.datasets.FakeData`.
 */
export class FakeData<Sample = Tensor, Target = number> extends VisionDataset<
  Tensor,
  number,
  Sample,
  Target
> {
  readonly size: number;
  readonly image_size: readonly [number, number, number];
  readonly num_classes: number;
  readonly random_offset: number;

  constructor(
    ...args: CallForms<
      FakeDataArguments<Sample, Target>,
      [
        size?: number,
        image_size?: readonly [channels: number, height: number, width: number],
        num_classes?: number,
        transform?: FakeDataArguments<Sample, Target>["transform"],
        target_transform?: FakeDataArguments<Sample, Target>["target_transform"],
        random_offset?: number,
      ]
    >
  ) {
    const { size, image_size, num_classes, random_offset, ...transforms } = bind(
      "FakeData",
      parameters,
      args,
    );
    // The table takes functions of all kinds; the arguments' types say of which kind these are.
    super(null, transforms as DatasetTransforms<Tensor, Sample, number, Target>);
    this.size = size;
    this.image_size = image_size;
    this.num_classes = num_classes;
    this.random_offset = random_offset;
  }

  override get length(): number {
    return this.size;
  }

  protected override pair(index: number): readonly [Tensor, number] {
    const generator = new Generator().manual_seed(index + this.random_offset);
    const noise = placedOn(cpu, () => allocate([...this.image_size], float32));
    normalInto("randn", noise, generator, 0, 1);
    const target = generator.random() % this.num_classes;
    // As C converts a number that a byte cannot hold, and with it torchvision.
    const pixels = Uint8Array.from(readValues(noise) as ArrayLike<number>, (value) =>
      Math.trunc(Math.fround(value * 255)),
    );
    return [fromArrayOnCpu(pixels, uint8, [...this.image_size]), target];
  }
}
