/** What the layers of transformers are made with. */
import { RuntimeError } from "../errors/runtimeError.ts";
import { gelu } from "../ops/elementwise/activation.ts";
import { relu } from "../ops/elementwise/unary.ts";
import { flag, integer, number, type Parameter, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { placement, type Placement } from "./settings.ts";

/** A function of each element: by name, as a function, or as a module. */
export type Activation = "relu" | "gelu" | ((input: Tensor) => Tensor);

/** What `nn.TransformerEncoderLayer` and `nn.TransformerDecoderLayer` are made with. */
export interface TransformerLayerArguments extends Placement {
  /** Features of each position. */
  readonly d_model: number;
  /** Heads of the attention. */
  readonly nhead: number;
  /** Features between the two linear layers; 2048 unless given. */
  readonly dim_feedforward?: number;
  /** The share of elements that are set to 0 at random while training; 0.1 unless given. */
  readonly dropout?: number;
  /** The function between the two linear layers; `"relu"` unless given. */
  readonly activation?: Activation;
  /** What keeps the normalisation from dividing by 0; 1e-5 unless given. */
  readonly layer_norm_eps?: number;
  /** Whether tensors are `[batch, sequence, features]` and not `[sequence, batch, features]`. */
  readonly batch_first?: boolean;
  /** Whether each part normalises its input, and not its output. */
  readonly norm_first?: boolean;
  /** Whether linear layers and normalisations add a learned number to each feature. */
  readonly bias?: boolean;
}

export const layerSettings: ParametersOf<TransformerLayerArguments> = {
  d_model: integer(),
  nhead: integer(),
  dim_feedforward: integer(2048),
  dropout: number(0.1),
  activation: {
    expects: '"relu", "gelu" or a function of a Tensor',
    fallback: "relu",
    // Other words are refused by `functionOf`, as in PyTorch; which arguments a function takes cannot be seen.
    convert: (value) =>
      typeof value === "string" || typeof value === "function" ? (value as Activation) : undefined,
  },
  layer_norm_eps: number(1e-5),
  batch_first: flag(false),
  norm_first: flag(false),
  bias: flag(true),
  ...placement,
};

/** The function itself. @throws RuntimeError for another name. */
export function functionOf(activation: Activation): (input: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (activation === "relu") return relu;
  if (activation === "gelu") return (input) => gelu(input);
  throw new RuntimeError(
    `activation should be relu/gelu, not ${String(activation)}. Pass a function for any other.`,
  );
}

/** The arguments of a layer by position. */
export type LayerPositions = [
  d_model: number,
  nhead: number,
  dim_feedforward?: number,
  dropout?: number,
  activation?: Activation,
  layer_norm_eps?: number,
  batch_first?: boolean,
  norm_first?: boolean,
  bias?: boolean,
];

/** A layer that maps a tensor to one of its shape. */
export type OneToOne = Module & ((input: Tensor) => Tensor);

/** A module that normalises, or `null` for none. */
export const optionalNorm: Parameter<OneToOne | null> = {
  expects: "a Module or null",
  fallback: null,
  // Whatever normalises maps one tensor to another.
  convert: (value) => (value === null || value instanceof Module ? (value as OneToOne | null) : undefined),
};
