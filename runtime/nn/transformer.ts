/** Layers of transformers. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { deepcopy } from "../deepcopy.ts";
import { add } from "../ops/elementwise/arithmetic.ts";
import { flag, integer, optionalFlag, optionalTensor, tensor, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { MultiheadAttention } from "./attention.ts";
import { ModuleList } from "./container.ts";
import { Dropout } from "./dropout.ts";
import { Linear } from "./layers.ts";
import { Module } from "./module.ts";
import { LayerNorm } from "./normalization.ts";
import {
  functionOf,
  layerSettings,
  optionalNorm,
  type LayerPositions,
  type OneToOne,
  type TransformerLayerArguments,
} from "./transformerSettings.ts";

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
  constructor(...args: CallForms<TransformerLayerArguments, LayerPositions, ["d_model", "nhead"]>) {
    super();
    const settings = bind("TransformerEncoderLayer", layerSettings, args);
    const { d_model, nhead, dim_feedforward, dropout, batch_first, layer_norm_eps: eps } = settings;
    const { bias, device, dtype } = settings;
    const place = { bias, device, dtype };
    this.norm_first = settings.norm_first;
    this.self_attn = new MultiheadAttention(d_model, nhead, { dropout, batch_first, ...place });
    this.linear1 = new Linear(d_model, dim_feedforward, place);
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dim_feedforward, d_model, place);
    this.norm1 = new LayerNorm(d_model, { eps, ...place });
    this.norm2 = new LayerNorm(d_model, { eps, ...place });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.activation = functionOf(settings.activation);
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

/** What `nn.TransformerEncoder` is made with. */
export interface TransformerEncoderArguments {
  /** The layer that all are copies of. */
  readonly encoder_layer: TransformerEncoderLayer;
  readonly num_layers: number;
  /** What the last layer's output passes through. */
  readonly norm?: OneToOne | null;
  /** Taken, and without effect: there are no nested tensors. */
  readonly enable_nested_tensor?: boolean;
  /** Taken, and without effect. */
  readonly mask_check?: boolean;
}

const encoderSettings: ParametersOf<TransformerEncoderArguments> = {
  encoder_layer: {
    expects: "a TransformerEncoderLayer",
    convert: (value) => (value instanceof TransformerEncoderLayer ? value : undefined),
  },
  num_layers: integer(),
  norm: optionalNorm,
  enable_nested_tensor: flag(true),
  mask_check: flag(true),
};

/** What the encoder's `forward` takes by name. */
export interface EncoderMasks {
  /** Pairs of positions that are not looked at. */
  readonly mask?: Tensor | null;
  /** Positions that are not looked at. */
  readonly src_key_padding_mask?: Tensor | null;
  /** Says that `mask` is the causal one. */
  readonly is_causal?: boolean | null;
}

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

  /** @throws TypeError when the layer is another module. */
  constructor(
    ...args: CallForms<
      TransformerEncoderArguments,
      [
        encoder_layer: TransformerEncoderLayer,
        num_layers: number,
        norm?: OneToOne | null,
        enable_nested_tensor?: boolean,
        mask_check?: boolean,
      ],
      ["encoder_layer", "num_layers"]
    >
  ) {
    super();
    const { encoder_layer, num_layers, norm } = bind("TransformerEncoder", encoderSettings, args);
    this.layers = new ModuleList(Array.from({ length: num_layers }, () => deepcopy(encoder_layer)));
    this.num_layers = num_layers;
    this.norm = norm;
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
