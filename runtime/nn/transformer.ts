/** Layers of transformers. */
import { bind } from "../binding.ts";
import type { TensorOptions } from "../create.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { gelu } from "../ops/elementwise/activation.ts";
import { add } from "../ops/elementwise/arithmetic.ts";
import { relu } from "../ops/elementwise/unary.ts";
import { flag, optionalTensor, tensor, type Parameter as PlainParameter } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { MultiheadAttention } from "./attention.ts";
import { ModuleList } from "./container.ts";
import { Dropout } from "./dropout.ts";
import { Linear } from "./layers.ts";
import { copyOf, Module } from "./module.ts";
import { LayerNorm } from "./normalization.ts";

/** A function of each element: by name, as a function, or as a module. */
export type Activation = "relu" | "gelu" | ((input: Tensor) => Tensor);

/** What `nn.TransformerEncoderLayer` takes by name. */
export interface TransformerLayerOptions extends Pick<TensorOptions, "dtype" | "device"> {
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

type PositionalOption = number | boolean | Activation | TransformerLayerOptions | undefined;

function isOptions(value: PositionalOption): value is TransformerLayerOptions {
  return typeof value === "object";
}

/** The options, whichever position they stand at. */
function optionsOf(given: readonly PositionalOption[]): TransformerLayerOptions {
  const names = [
    "dim_feedforward",
    "dropout",
    "activation",
    "layer_norm_eps",
    "batch_first",
    "norm_first",
    "bias",
  ];
  const options: Record<string, unknown> = {};
  for (const [position, value] of given.entries())
    if (isOptions(value)) Object.assign(options, value);
    else if (value !== undefined) options[names[position]!] = value; // there are as many names as arguments
  return options;
}

/** @throws RuntimeError for another name. */
function functionOf(activation: Activation): (input: Tensor) => Tensor {
  if (typeof activation === "function") return activation;
  if (activation === "relu") return relu;
  if (activation === "gelu") return (input) => gelu(input);
  throw new RuntimeError(
    `activation should be relu/gelu, not ${String(activation)}. Pass a function for any other.`,
  );
}

/** What the layers' `forward` takes by name. */
export interface EncoderLayerMasks {
  /** Pairs of positions that are not looked at. */
  readonly src_mask?: Tensor | null;
  /** Positions that are not looked at. */
  readonly src_key_padding_mask?: Tensor | null;
  /** Says that `src_mask` is the causal one. */
  readonly is_causal?: boolean;
}

/**
 * One layer of a transformer: each position looks at the others, then passes through two linear layers; both parts are added to what came in, and normalised.
 *
 * `new nn.TransformerEncoderLayer(128, 4, {dim_feedforward: 512, batch_first: true})`; inputs are `[sequence, batch, d_model]`, or with `batch_first` the batch first.
 *
 * Source: `torch.nn.TransformerEncoderLayer`; Vaswani et al., "Attention Is All You Need" (2017).
 */
export class TransformerEncoderLayer extends Module {
  readonly norm_first: boolean;
  self_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  norm1: LayerNorm;
  norm2: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  activation: (input: Tensor) => Tensor;

  /** @throws as the modules inside; RuntimeError for the name of another function. */
  constructor(
    d_model: number,
    nhead: number,
    dim_feedforward?: number | TransformerLayerOptions,
    dropout?: number | TransformerLayerOptions,
    activation?: Activation | TransformerLayerOptions,
    layer_norm_eps?: number | TransformerLayerOptions,
    batch_first?: boolean | TransformerLayerOptions,
    norm_first?: boolean | TransformerLayerOptions,
    bias?: boolean | TransformerLayerOptions,
  ) {
    super();
    const options = optionsOf([
      dim_feedforward,
      dropout,
      activation,
      layer_norm_eps,
      batch_first,
      norm_first,
      bias,
    ]);
    const place = {
      bias: options.bias ?? true,
      ...(options.dtype === undefined ? {} : { dtype: options.dtype }),
      ...(options.device === undefined ? {} : { device: options.device }),
    };
    const width = options.dim_feedforward ?? 2048;
    const share = options.dropout ?? 0.1;
    const eps = options.layer_norm_eps ?? 1e-5;
    this.norm_first = options.norm_first ?? false;
    this.self_attn = new MultiheadAttention(d_model, nhead, {
      dropout: share,
      batch_first: options.batch_first ?? false,
      ...place,
    });
    this.linear1 = new Linear(d_model, width, place);
    this.dropout = new Dropout(share);
    this.linear2 = new Linear(width, d_model, place);
    this.norm1 = new LayerNorm(d_model, { eps, ...place });
    this.norm2 = new LayerNorm(d_model, { eps, ...place });
    this.dropout1 = new Dropout(share);
    this.dropout2 = new Dropout(share);
    this.activation = functionOf(options.activation ?? "relu");
  }

  /** A tensor of the input's shape. @throws as `nn.MultiheadAttention`. */
  override forward(
    src: Tensor,
    src_mask?: Tensor | null | EncoderLayerMasks,
    src_key_padding_mask?: Tensor | null | EncoderLayerMasks,
    is_causal?: boolean | EncoderLayerMasks,
  ): Tensor;
  override forward(...args: readonly unknown[]): Tensor {
    const masks = bind("TransformerEncoderLayer", layerParameters, args);
    const { src } = masks;
    if (this.norm_first) {
      const attended = add(src, this.attention(this.norm1(src), masks));
      return add(attended, this.feedForward(this.norm2(attended)));
    }
    const attended = this.norm1(add(src, this.attention(src, masks)));
    return this.norm2(add(attended, this.feedForward(attended)));
  }

  private attention(
    input: Tensor,
    { src_mask, src_key_padding_mask, is_causal }: Required<EncoderLayerMasks>,
  ): Tensor {
    const [output] = this.self_attn(input, input, input, {
      attn_mask: src_mask,
      key_padding_mask: src_key_padding_mask,
      need_weights: false,
      is_causal,
    });
    return this.dropout1(output);
  }

  private feedForward(input: Tensor): Tensor {
    return this.dropout2(this.linear2(this.dropout(this.activation(this.linear1(input)))));
  }
}

const optionalFlag: PlainParameter<boolean | null> = {
  expects: "true, false or null",
  fallback: null,
  convert: (value) => (value === null || typeof value === "boolean" ? value : undefined),
};

const layerParameters = {
  src: tensor,
  src_mask: optionalTensor,
  src_key_padding_mask: optionalTensor,
  is_causal: flag(false),
};

const encoderParameters = {
  src: tensor,
  mask: optionalTensor,
  src_key_padding_mask: optionalTensor,
  is_causal: optionalFlag,
};

/** What `nn.TransformerEncoder` takes by name. */
export interface TransformerEncoderOptions {
  /** What the last layer's output passes through. */
  readonly norm?: Module | null;
  /** Taken, and without effect: there are no nested tensors. */
  readonly enable_nested_tensor?: boolean;
  /** Taken, and without effect. */
  readonly mask_check?: boolean;
}

/** What the encoder's `forward` takes by name. */
export interface EncoderMasks {
  /** Pairs of positions that are not looked at. */
  readonly mask?: Tensor | null;
  /** Positions that are not looked at. */
  readonly src_key_padding_mask?: Tensor | null;
  /** Says that `mask` is the causal one. */
  readonly is_causal?: boolean | null;
}

/** A layer that maps a tensor to one of its shape. */
type OneToOne = Module & ((input: Tensor) => Tensor);

/**
 * Several encoder layers, one after the other. All begin as copies of the one that is given, with its values.
 *
 * `new nn.TransformerEncoder(new nn.TransformerEncoderLayer(128, 4), 6)`.
 *
 * Source: `torch.nn.TransformerEncoder`.
 */
export class TransformerEncoder extends Module {
  layers: ModuleList<TransformerEncoderLayer>;
  readonly num_layers: number;
  norm: OneToOne | null;

  constructor(
    encoder_layer: TransformerEncoderLayer,
    num_layers: number,
    norm: OneToOne | TransformerEncoderOptions | null = null,
    options: TransformerEncoderOptions = {},
  ) {
    super();
    const given = norm === null || norm instanceof Module ? norm : (norm.norm ?? null);
    this.layers = new ModuleList(Array.from({ length: num_layers }, () => copyOf(encoder_layer)));
    this.num_layers = num_layers;
    // Whatever normalises maps one tensor to another.
    this.norm = (given ?? options.norm ?? null) as OneToOne | null;
  }

  /** A tensor of the input's shape. @throws as `nn.MultiheadAttention`. */
  override forward(
    src: Tensor,
    mask?: Tensor | null | EncoderMasks,
    src_key_padding_mask?: Tensor | null | EncoderMasks,
    is_causal?: boolean | null | EncoderMasks,
  ): Tensor;
  override forward(...args: readonly unknown[]): Tensor {
    const masks = bind("TransformerEncoder", encoderParameters, args);
    let output: Tensor = masks.src;
    for (const layer of this.layers)
      output = layer(output, masks.mask, masks.src_key_padding_mask, masks.is_causal ?? false);
    return this.norm === null ? output : this.norm(output);
  }
}
