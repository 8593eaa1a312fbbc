/** Small photographs in ten or a hundred classes. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { int64, uint8 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { exists, pathIn, readBytes } from "../../io/files.ts";
import { flag, type ParametersOf } from "../../parameters.ts";
import { fromArrayOnCpu } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";
import { optionalFunction, VisionDataset, type DatasetTransforms } from "./visionDataset.ts";

const size = 32;
const pixels = 3 * size * size;

/** What `datasets.CIFAR10` and `datasets.CIFAR100` are made with. */
export interface CIFARArguments<Sample, Target> extends DatasetTransforms<Tensor, Sample, number, Target> {
  /** The folder that has the folder of the binary version. */
  readonly root: string;
  /** The images to train with, or with `false` those to test on. */
  readonly train?: boolean;
  /** Nothing is downloaded: the files must be there. */
  readonly download?: boolean;
}

const parameters: ParametersOf<CIFARArguments<unknown, unknown>> = {
  root: {
    expects: "the path of a folder",
    convert: (value) => (typeof value === "string" ? value : undefined),
  },
  train: flag(true),
  transform: optionalFunction<Tensor, unknown>(),
  target_transform: optionalFunction<number, unknown>(),
  download: flag(false),
};

/** How a version of the data is laid down: records of labels and then 3072 bytes of colours, plane by plane. */
interface Layout {
  readonly folder: string;
  readonly train: readonly string[];
  readonly test: readonly string[];
  /** The file that names the classes, one a line. */
  readonly names: string;
  /** How many labels stand before an image; the last one counts. */
  readonly labels: number;
  /** The folder of the version for Python, whose pickles of NumPy arrays are not read. */
  readonly python: string;
}

const page = "https://www.cs.toronto.edu/~kriz/cifar.html";

function readPart(folder: string, name: string, layout: Layout, owner: string): Uint8Array {
  const path = pathIn(folder, name);
  if (!exists(path)) {
    const hasPython = exists(pathIn(folder, "..", layout.python));
    throw new RuntimeError(
      `Dataset not found or corrupted: ${owner} found no ${path}. Nothing is downloaded: put the binary version from ${page} there, unpacked.${hasPython ? ` What is in ${layout.python} is the version for Python, whose pickles of NumPy arrays are not read here.` : ""}`,
    );
  }
  const bytes = readBytes(path, owner);
  const record = layout.labels + pixels;
  if (bytes.length === 0 || bytes.length % record !== 0)
    throw new ValueError(
      `${path} has ${bytes.length} bytes, which is no whole number of images of ${record} bytes: it is damaged, or another version. Unpack it again.`,
    );
  return bytes;
}

/** Images and classes of all files of a part. */
function readParts(
  parts: readonly Uint8Array[],
  labelBytes: number,
): { images: Uint8Array<ArrayBuffer>; labels: BigInt64Array<ArrayBuffer> } {
  const record = labelBytes + pixels;
  const count = parts.reduce((sum, part) => sum + part.length / record, 0);
  const images = new Uint8Array(count * pixels);
  const labels = new BigInt64Array(count);
  let at = 0;
  for (const part of parts)
    for (let start = 0; start < part.length; start += record) {
      labels[at] = BigInt(part[start + labelBytes - 1]!); // a whole record is there
      images.set(part.subarray(start + labelBytes, start + record), at * pixels);
      at++;
    }
  return { images, labels };
}

/** What both have in common. */
abstract class CIFAR<Sample, Target> extends VisionDataset<Tensor, number, Sample, Target> {
  readonly train: boolean;
  /** All images, uint8 of shape `[count, 3, 32, 32]`. */
  readonly data: Tensor;
  /** Their classes, int64 of shape `[count]`. */
  readonly targets: Tensor;
  /** The names of the classes. */
  readonly classes: readonly string[];
  readonly #labels: BigInt64Array;

  constructor(layout: Layout, args: CIFARForms<Sample, Target>) {
    const { name } = new.target;
    const { root, train, download: _, ...transforms } = bind(name, parameters, args);
    // The table takes functions of all kinds; the arguments' types say of which kind these are.
    super(root, transforms as DatasetTransforms<Tensor, Sample, number, Target>);
    this.train = train;
    const owner = `vision.datasets.${name}`;
    const folder = pathIn(root, layout.folder);
    const files = train ? layout.train : layout.test;
    const { images, labels } = readParts(
      files.map((file) => readPart(folder, file, layout, owner)),
      layout.labels,
    );
    const names = readBytes(pathIn(folder, layout.names), owner);
    this.classes = new TextDecoder().decode(names).split(/\r?\n/).filter(Boolean);
    const wrong = labels.find((label) => label >= BigInt(this.classes.length));
    if (wrong !== undefined)
      throw new ValueError(
        `${owner}: an image is of class ${wrong}, and ${layout.names} names ${this.classes.length}: the files are damaged.`,
      );
    this.data = fromArrayOnCpu(images, uint8, [labels.length, 3, size, size]);
    this.targets = fromArrayOnCpu(labels, int64, [labels.length]);
    this.#labels = labels.slice();
  }

  /** The number of each class under its name. */
  get class_to_idx(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.classes.map((name, index) => [name, index]));
  }

  override get length(): number {
    return this.#labels.length;
  }

  protected override pair(index: number): readonly [Tensor, number] {
    return [this.data.select(0, index), Number(this.#labels[index])];
  }

  protected override extra_repr(): readonly string[] {
    return [`Split: ${this.train ? "Train" : "Test"}`];
  }
}

type CIFARForms<Sample, Target> = CallForms<
  CIFARArguments<Sample, Target>,
  [
    root: string,
    train?: boolean,
    transform?: CIFARArguments<Sample, Target>["transform"],
    target_transform?: CIFARArguments<Sample, Target>["target_transform"],
    download?: boolean,
  ],
  ["root"]
>;

const ten: Layout = {
  folder: "cifar-10-batches-bin",
  train: [1, 2, 3, 4, 5].map((part) => `data_batch_${part}.bin`),
  test: ["test_batch.bin"],
  names: "batches.meta.txt",
  labels: 1,
  python: "cifar-10-batches-py",
};

const hundred: Layout = {
  folder: "cifar-100-binary",
  train: ["train.bin"],
  test: ["test.bin"],
  names: "fine_label_names.txt",
  labels: 2,
  python: "cifar-100-python",
};

/**
 * Photographs of ten kinds of things, 50,000 to train with and 10,000 to test on: items `[image, class]`, images of uint8 and shape `[3, 32, 32]`. The binary version must be in
 * `root/cifar-10-batches-bin`.
 *
 * @throws RuntimeError when the files are not there, ValueError when they are damaged.
 * Source: `torchvision.datasets.CIFAR10`; Krizhevsky, "Learning Multiple Layers of Features from Tiny Images" (2009).
 */
export class CIFAR10<Sample = Tensor, Target = number> extends CIFAR<Sample, Target> {
  constructor(...args: CIFARForms<Sample, Target>) {
    super(ten, args);
  }
}

/**
 * Photographs of a hundred kinds of things, as `CIFAR10` has of ten. The binary version must be in `root/cifar-100-binary`.
 *
 * @throws RuntimeError when the files are not there, ValueError when they are damaged.
 * Source: `torchvision.datasets.CIFAR100`.
 */
export class CIFAR100<Sample = Tensor, Target = number> extends CIFAR<Sample, Target> {
  constructor(...args: CIFARForms<Sample, Target>) {
    super(hundred, args);
  }
}
