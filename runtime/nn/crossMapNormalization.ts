import { tensor } from "../create.ts";
import { ValueError } from "../errors/valueError.ts";
import { add, mul, pow } from "../ops/elementwise/arithmetic.ts";
import { matmul } from "../ops/linalg/matmul.ts";
import { flatten, reshape } from "../ops/shaping/view.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { printedAll } from "./printed.ts";
import { ResponseNorm } from "./rearranging.ts";

/**
 * Which channels count for each. As in PyTorch, a channel is dropped one step late at the first place: channel 0 stays in all windows behind its own.
 *
 * Source: `torch/nn/modules/_functions.py`.
 */
function windows(channels: number, size: number): number[][] {
  const reach = Math.trunc((size - 1) / 2 + 1);
  return Array.from({ length: channels }, (_, center) =>
    Array.from({ length: channels }, (_, channel) =>
      channel < center + reach && (channel > center - reach || channel === 0) ? 1 : 0,
    ),
  );
}

/**
 * Each channel of images `[N, C, H, W]` divided by what its `size` neighbours amount to: the older form of `nn.LocalResponseNorm`, which makes it the better choice.
 *
 * Source: `torch.nn.CrossMapLRN2d`.
 */
export class CrossMapLRN2d extends ResponseNorm {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws ValueError for an input of another number of dimensions. */
  override forward(input: Tensor): Tensor {
    if (input.ndim !== 4)
      throw new ValueError(
        `CrossMapLRN2d: Expected input to be 4D, got ${input.ndim}D instead: the shape is ${formatShape(input.shape)}, images are [N, C, H, W].`,
      );
    const { dtype, device } = input;
    const neighbours = tensor(windows(input.size(1), this.size), { dtype, device });
    const sums = reshape(matmul(neighbours, flatten(mul(input, input), 2)), input.shape);
    return mul(input, pow(add(mul(sums, this.alpha / this.size), this.k), -this.beta));
  }

  override extra_repr(): string {
    const { size, alpha, beta, k } = this;
    return `${size}, ${printedAll({ alpha, beta, k })}`;
  }
}
