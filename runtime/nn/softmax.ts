/** Softmax and its logarithm as modules. */
import { log_softmax, softmax } from "../ops/reductions/softmax.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

/** The dimension, by position or by name. */
type DimArgument = number | null | { readonly dim?: number | null };

function dimOf(argument: DimArgument): number | null {
  return typeof argument === "object" && argument !== null ? (argument.dim ?? null) : argument;
}

/** The dimension that PyTorch takes where none is given: 0 for tensors of 0, 1 or 3 dimensions, else 1. Source: `_get_softmax_dim`. */
function chosenDim(dim: number | null, { ndim }: Tensor): number {
  return dim ?? (ndim === 0 || ndim === 1 || ndim === 3 ? 0 : 1);
}

/** Probabilities along `dim`: exponentials, divided by their sum. Source: `torch.nn.Softmax`. */
export class Softmax extends Module {
  readonly dim: number | null;

  constructor(dim: DimArgument = null) {
    super();
    this.dim = dimOf(dim);
  }

  override forward(input: Tensor): Tensor {
    return softmax(input, chosenDim(this.dim, input));
  }

  override extra_repr(): string {
    return `dim=${this.dim ?? "None"}`;
  }
}

/** Logarithms of the softmax along `dim`. Source: `torch.nn.LogSoftmax`. */
export class LogSoftmax extends Module {
  readonly dim: number | null;

  constructor(dim: DimArgument = null) {
    super();
    this.dim = dimOf(dim);
  }

  override forward(input: Tensor): Tensor {
    return log_softmax(input, chosenDim(this.dim, input));
  }

  override extra_repr(): string {
    return `dim=${this.dim ?? "None"}`;
  }
}
