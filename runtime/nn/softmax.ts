/** Softmax, its logarithm and its opposite as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { softmin } from "../ops/elementwise/activations.ts";
import { log_softmax, softmax } from "../ops/reductions/softmax.ts";
import { optionalInteger, type ParametersOf } from "../parameters.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

/** What modules that work along a dimension are made with. */
export interface DimArguments {
  /** The dimension; when `null`, it depends on the input: 0 for tensors of 0, 1 or 3 dimensions, else 1. */
  readonly dim?: number | null;
}

const dimParameters: ParametersOf<DimArguments> = { dim: optionalInteger };

/** The dimension that PyTorch takes where none is given. Source: `_get_softmax_dim`. */
function chosenDim(dim: number | null, { ndim }: Tensor): number {
  return dim ?? (ndim === 0 || ndim === 1 || ndim === 3 ? 0 : 1);
}

/** A function along one dimension. */
abstract class AlongDim extends Module {
  readonly dim: number | null;

  constructor(...args: CallForms<DimArguments, [dim?: number | null]>) {
    super();
    this.dim = bind(new.target.name, dimParameters, args).dim;
  }

  override extra_repr(): string {
    return `dim=${this.dim ?? "None"}`;
  }
}

/** Probabilities along `dim`: exponentials, divided by their sum. Source: `torch.nn.Softmax`. */
export class Softmax extends AlongDim {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return softmax(input, chosenDim(this.dim, input));
  }
}

/** Logarithms of the softmax along `dim`. Source: `torch.nn.LogSoftmax`. */
export class LogSoftmax extends AlongDim {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return log_softmax(input, chosenDim(this.dim, input));
  }
}

/** The softmax of the opposite numbers, along `dim`. Source: `torch.nn.Softmin`. */
export class Softmin extends AlongDim {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return softmin(input, this.dim);
  }
}

/** The softmax of the channels at each place of images: `[N, C, H, W]` or `[C, H, W]`. Source: `torch.nn.Softmax2d`. */
export class Softmax2d extends Module {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws ValueError for an input of another number of dimensions. */
  override forward(input: Tensor): Tensor {
    if (input.ndim !== 3 && input.ndim !== 4)
      throw new ValueError(
        `Softmax2d: expected input to be 3D or 4D, got ${input.ndim}D instead: the shape is ${formatShape(input.shape)}. Images are [N, C, H, W] or [C, H, W].`,
      );
    return softmax(input, -3);
  }
}
