/** Images in the files and sizes of MNIST. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Tensor } from "../../tensor.ts";
import type { Digits } from "./digits.ts";
import { MNIST } from "./mnist.ts";

/** What no npm package ships: it must lie in a folder. */
abstract class LikeMNIST<Sample, Target> extends MNIST<Sample, Target> {
  /** Where the original files are given out. */
  protected abstract get source(): string;

  protected override get instead(): string {
    const files = ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"];
    return `Nothing is downloaded: put ${files.map((name) => `${name}-ubyte.gz`).join(", ")} there, from ${this.source}.`;
  }

  protected override packaged(): Digits {
    const { name } = this.constructor;
    throw new RuntimeError(
      `vision.datasets.${name} needs a root: new vision.datasets.${name}({root: "data"}) reads the files in data/${name}/raw. ${this.instead}`,
    );
  }

  protected override read(root: string | null, train: boolean): Digits {
    return super.read(root, train, false);
  }
}

/**
 * Pieces of clothing, 60,000 to train with and 10,000 to test on: items `[image, class]`, images of uint8 and shape `[1, 28, 28]`. The original files must be in `root/FashionMNIST/raw`, packed or not;
 * with `download` or without, nothing is downloaded.
 *
 * @throws RuntimeError when the files are not there, ValueError when they are damaged.
 * Source: `torchvision.datasets.FashionMNIST`; Xiao, Rasul and Vollgraf, "Fashion-MNIST" (2017).
 */
export class FashionMNIST<Sample = Tensor, Target = number> extends LikeMNIST<Sample, Target> {
  override readonly classes: readonly string[] = [
    "T-shirt/top",
    "Trouser",
    "Pullover",
    "Dress",
    "Coat",
    "Sandal",
    "Shirt",
    "Sneaker",
    "Bag",
    "Ankle boot",
  ];

  protected override get source(): string {
    return "https://github.com/zalandoresearch/fashion-mnist";
  }
}

/**
 * Old Japanese characters, 60,000 to train with and 10,000 to test on: items `[image, class]`, images of uint8 and shape `[1, 28, 28]`. The original files must be in `root/KMNIST/raw`.
 *
 * @throws RuntimeError when the files are not there, ValueError when they are damaged.
 * Source: `torchvision.datasets.KMNIST`; Clanuwat et al., "Deep Learning for Classical Japanese Literature" (2018).
 */
export class KMNIST<Sample = Tensor, Target = number> extends LikeMNIST<Sample, Target> {
  override readonly classes: readonly string[] = ["o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"];

  protected override get source(): string {
    return "https://github.com/rois-codh/kmnist";
  }
}
