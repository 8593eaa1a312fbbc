/** Dimensions made one, and one made several, as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { flatten } from "../ops/shaping/view.ts";
import { integer, sizes, type ParametersOf } from "../parameters.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { printedAll } from "./printed.ts";

/** What `nn.Flatten` is made with. */
export interface FlattenArguments {
  /** The first dimension that is flattened; 1 unless given. */
  readonly start_dim?: number;
  /** The last dimension that is flattened; −1 unless given. */
  readonly end_dim?: number;
}

const flattenParameters: ParametersOf<FlattenArguments> = { start_dim: integer(1), end_dim: integer(-1) };

/**
 * Makes one dimension of several, of all but the first unless said otherwise: what stands between convolutions and a linear layer.
 *
 * Source: `torch.nn.Flatten`.
 */
export class Flatten extends Module {
  readonly start_dim: number;
  readonly end_dim: number;

  /** @throws TypeError when a dimension is not a whole number. */
  constructor(...args: CallForms<FlattenArguments, [start_dim?: number, end_dim?: number]>) {
    super();
    const { start_dim, end_dim } = bind("Flatten", flattenParameters, args);
    this.start_dim = start_dim;
    this.end_dim = end_dim;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws IndexError when `input` has no such dimension. */
  override forward(input: Tensor): Tensor {
    return flatten(input, this.start_dim, this.end_dim);
  }

  override extra_repr(): string {
    const { start_dim, end_dim } = this;
    return printedAll({ start_dim, end_dim });
  }
}

/** What `nn.Unflatten` is made with. */
export interface UnflattenArguments {
  /** The dimension that becomes several. */
  readonly dim: number;
  /** Their sizes; one of them may be −1. */
  readonly unflattened_size: Shape;
}

const unflattenParameters: ParametersOf<UnflattenArguments> = {
  dim: integer(),
  unflattened_size: { expects: "an array of whole numbers", convert: sizes.convert },
};

/**
 * Makes several dimensions of one: `new nn.Unflatten(1, [3, 4])` gives `[N, 12]` the shape `[N, 3, 4]`.
 *
 * Source: `torch.nn.Unflatten`.
 */
export class Unflatten extends Module {
  readonly dim: number;
  readonly unflattened_size: Shape;

  /** @throws TypeError when the sizes are not an array of whole numbers. */
  constructor(
    ...args: CallForms<
      UnflattenArguments,
      [dim: number, unflattened_size: Shape],
      ["dim", "unflattened_size"]
    >
  ) {
    super();
    const { dim, unflattened_size } = bind("Unflatten", unflattenParameters, args);
    this.dim = dim;
    this.unflattened_size = unflattened_size;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws RuntimeError when the sizes do not fit the dimension, IndexError when there is no such dimension. */
  override forward(input: Tensor): Tensor {
    return input.unflatten(this.dim, this.unflattened_size);
  }

  override extra_repr(): string {
    const { dim, unflattened_size } = this;
    return printedAll({ dim, unflattened_size });
  }
}
