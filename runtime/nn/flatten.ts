import { describe } from "../binding.ts";
import { flatten } from "../ops/shaping/view.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

/** What `nn.Flatten` takes by name. */
export interface FlattenOptions {
  readonly start_dim?: number;
  readonly end_dim?: number;
}

/**
 * Makes one dimension of several, of all but the first unless said otherwise: what stands between convolutions and a linear layer.
 *
 * Source: `torch.nn.Flatten`.
 */
export class Flatten extends Module {
  readonly start_dim: number;
  readonly end_dim: number;

  /** @throws TypeError when a dimension is not a whole number. */
  constructor(start_dim: number | FlattenOptions = {}, end_dim?: number) {
    super();
    const named = typeof start_dim === "object" ? start_dim : { start_dim };
    const dims = { start_dim: named.start_dim ?? 1, end_dim: end_dim ?? named.end_dim ?? -1 };
    for (const [name, dim] of Object.entries(dims))
      if (!Number.isInteger(dim))
        throw new TypeError(`nn.Flatten: ${name} must be a whole number, not ${describe(dim)}.`);
    this.start_dim = dims.start_dim;
    this.end_dim = dims.end_dim;
  }

  /** @throws IndexError when `input` has no such dimension. */
  override forward(input: Tensor): Tensor {
    return flatten(input, this.start_dim, this.end_dim);
  }

  override extra_repr(): string {
    return `start_dim=${this.start_dim}, end_dim=${this.end_dim}`;
  }
}
