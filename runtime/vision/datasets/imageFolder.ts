import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { filesUnder, foldersIn, pathIn } from "../../io/files.ts";
import { flag, type Parameter, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { read_image } from "../io/index.ts";
import { optionalFunction, VisionDataset, type DatasetTransforms } from "./visionDataset.ts";

/** What `datasets.ImageFolder` is made with. */
export interface ImageFolderArguments<Image, Sample, Target> extends DatasetTransforms<
  Image,
  Sample,
  number,
  Target
> {
  /** The folder that has one folder for each class. */
  readonly root: string;
  /** How a file becomes an image; `vision.io.read_image` in red, green and blue unless given. */
  readonly loader?: ((path: string) => Image) | null;
  /** Which files are images; those whose names end in .png, .jpg or .jpeg unless given. */
  readonly is_valid_file?: ((path: string) => boolean) | null;
  /** Whether a class may have no images. */
  readonly allow_empty?: boolean;
}

type Arguments<Image, Sample, Target> = ImageFolderArguments<Image, Sample, Target>;

const root: Parameter<string> = {
  expects: "the path of a folder",
  convert: (value) => (typeof value === "string" ? value : undefined),
};

const parameters: ParametersOf<Arguments<unknown, unknown, unknown>> = {
  root,
  transform: optionalFunction<unknown, unknown>(),
  target_transform: optionalFunction<number, unknown>(),
  loader: optionalFunction<string, unknown>(),
  is_valid_file: optionalFunction<string, boolean>(),
  allow_empty: flag(false),
};

const endings = [".png", ".jpg", ".jpeg"];

function isImageFile(path: string): boolean {
  return endings.some((ending) => path.toLowerCase().endsWith(ending));
}

/**
 * Images in folders, of which each is a class: `root/cat/1.png`, `root/dog/big/2.jpg`. Items `[image, class]`; classes are numbered in the order of their names.
 *
 * @throws RuntimeError when the folder cannot be read, has no folders, or one of them no images.
 * Source: `torchvision.datasets.ImageFolder`.
 */
export class ImageFolder<Image = Tensor, Sample = Image, Target = number> extends VisionDataset<
  Image,
  number,
  Sample,
  Target
> {
  /** The names of the folders. */
  readonly classes: readonly string[];
  /** The number of each class under its name. */
  readonly class_to_idx: Readonly<Record<string, number>>;
  /** Paths with their classes. */
  readonly samples: readonly (readonly [path: string, target: number])[];
  readonly #loader: (path: string) => Image;

  constructor(
    ...args: CallForms<
      Arguments<Image, Sample, Target>,
      [
        root: string,
        transform?: Arguments<Image, Sample, Target>["transform"],
        target_transform?: Arguments<Image, Sample, Target>["target_transform"],
        loader?: ((path: string) => Image) | null,
        is_valid_file?: ((path: string) => boolean) | null,
        allow_empty?: boolean,
      ]
    >
  ) {
    const { root, loader, is_valid_file, allow_empty, ...transforms } = bind("ImageFolder", parameters, args);
    // The table takes functions of all kinds; the arguments' types say of which kind these are.
    super(root, transforms as DatasetTransforms<Image, Sample, number, Target>);
    this.classes = foldersIn(root, "vision.datasets.ImageFolder");
    if (this.classes.length === 0)
      throw new RuntimeError(
        `Couldn't find any class folder in ${root}: ImageFolder takes a folder with one folder for each class.`,
      );
    this.class_to_idx = Object.fromEntries(this.classes.map((name, index) => [name, index]));
    this.samples = this.classes.flatMap((name, index) =>
      filesUnder(pathIn(root, name))
        .filter(is_valid_file ?? isImageFile)
        .map((path) => [path, index] as const),
    );
    if (!allow_empty) this.checkClasses();
    // Without a loader the images are tensors, which `Image` is then.
    this.#loader = (loader ?? ((path: string) => read_image(path, "RGB"))) as (path: string) => Image;
  }

  private checkClasses(): void {
    const used = new Set(this.samples.map(([, target]) => target));
    const empty = this.classes.filter((_, index) => !used.has(index));
    if (empty.length > 0)
      throw new RuntimeError(
        `Found no valid file for the classes ${empty.join(", ")}. Supported extensions are: ${endings.join(", ")}.`,
      );
  }

  /** The classes of all samples. */
  get targets(): readonly number[] {
    return this.samples.map(([, target]) => target);
  }

  override get length(): number {
    return this.samples.length;
  }

  protected override pair(index: number): readonly [Image, number] {
    const [path, target] = this.samples[index]!;
    return [this.#loader(path), target];
  }
}
