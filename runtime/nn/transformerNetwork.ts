/** A whole transformer: an encoder that reads, and a decoder that writes. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { full } from "../create.ts";
import type { Device } from "../device.ts";
import type { DType } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { triu } from "../ops/shaping/arranging.ts";
import {
  flag,
  integer,
  optionalFlag,
  optionalTensor,
  tensor,
  type Parameter,
  type ParametersOf,
} from "../parameters.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { xavier_uniform_ } from "./init.ts";
import { Module } from "./module.ts";
import { LayerNorm } from "./normalization.ts";
import { TransformerEncoder, TransformerEncoderLayer, type EncoderMasks } from "./transformer.ts";
import { TransformerDecoder, TransformerDecoderLayer, type DecoderMasks } from "./transformerDecoder.ts";
import { layerSettings, type Activation, type TransformerLayerArguments } from "./transformerSettings.ts";

/** What reads: called with the source and its masks. */
type Encoder = Module & ((src: Tensor, masks: EncoderMasks) => Tensor);
/** What writes: called with the target, what was read, and masks. */
type Decoder = Module & ((tgt: Tensor, memory: Tensor, masks: DecoderMasks) => Tensor);

/** What `nn.Transformer` is made with. */
export interface TransformerArguments extends Partial<TransformerLayerArguments> {
  /** 6 unless given. */
  readonly num_encoder_layers?: number;
  /** 6 unless given. */
  readonly num_decoder_layers?: number;
  /** A module of your own in place of the encoder. */
  readonly custom_encoder?: Encoder | null;
  /** A module of your own in place of the decoder. */
  readonly custom_decoder?: Decoder | null;
}

function optionalModule<M extends Module>(): Parameter<M | null> {
  return {
    expects: "a Module or null",
    fallback: null,
    // Which arguments a module takes cannot be seen.
    convert: (value) => (value === null || value instanceof Module ? (value as M | null) : undefined),
  };
}

const { dim_feedforward, dropout, activation, ...others } = layerSettings;
const settings: ParametersOf<TransformerArguments> = {
  d_model: integer(512),
  nhead: integer(8),
  num_encoder_layers: integer(6),
  num_decoder_layers: integer(6),
  dim_feedforward,
  dropout,
  activation,
  custom_encoder: optionalModule<Encoder>(),
  custom_decoder: optionalModule<Decoder>(),
  layer_norm_eps: others.layer_norm_eps,
  batch_first: others.batch_first,
  norm_first: others.norm_first,
  bias: others.bias,
  device: others.device,
  dtype: others.dtype,
};

/** What `nn.Transformer`'s `forward` takes by name. */
export interface TransformerMasks extends DecoderMasks {
  /** Pairs of the source's positions that are not looked at. */
  readonly src_mask?: Tensor | null;
  /** Positions of the source that are not looked at. */
  readonly src_key_padding_mask?: Tensor | null;
  /** Says that `src_mask` is the causal one. */
  readonly src_is_causal?: boolean | null;
}

const forwardParameters = {
  src: tensor,
  tgt: tensor,
  src_mask: optionalTensor,
  tgt_mask: optionalTensor,
  memory_mask: optionalTensor,
  src_key_padding_mask: optionalTensor,
  tgt_key_padding_mask: optionalTensor,
  memory_key_padding_mask: optionalTensor,
  src_is_causal: optionalFlag,
  tgt_is_causal: optionalFlag,
  memory_is_causal: flag(false),
};

/**
 * A whole transformer: `new nn.Transformer({d_model: 128, nhead: 4, num_encoder_layers: 2, num_decoder_layers: 2})`, called with a source and a target.
 *
 * Source and target are `[sequence, batch, d_model]`, or with `batch_first` the batch first. Matrices begin by Glorot's rule.
 *
 * Source: `torch.nn.Transformer`; Vaswani et al., "Attention Is All You Need" (2017).
 */
export class Transformer extends Module {
  encoder: Encoder;
  decoder: Decoder;
  readonly d_model: number;
  readonly nhead: number;
  readonly batch_first: boolean;

  /** @throws as the modules inside. */
  constructor(
    ...args: CallForms<
      TransformerArguments,
      [
        d_model?: number,
        nhead?: number,
        num_encoder_layers?: number,
        num_decoder_layers?: number,
        dim_feedforward?: number,
        dropout?: number,
        activation?: Activation,
        custom_encoder?: Encoder | null,
        custom_decoder?: Decoder | null,
        layer_norm_eps?: number,
        batch_first?: boolean,
        norm_first?: boolean,
        bias?: boolean,
      ]
    >
  ) {
    super();
    const given = bind("Transformer", settings, args);
    const { num_encoder_layers, num_decoder_layers, custom_encoder, custom_decoder, ...layer } = given;
    const { d_model, layer_norm_eps: eps, bias, device, dtype } = layer;
    const norm = (): LayerNorm => new LayerNorm(d_model, { eps, bias, device, dtype });
    // The numbers are drawn in PyTorch's order: a layer, and then all matrices anew.
    this.encoder =
      custom_encoder ??
      new TransformerEncoder(new TransformerEncoderLayer(layer), num_encoder_layers, norm());
    this.decoder =
      custom_decoder ??
      new TransformerDecoder(new TransformerDecoderLayer(layer), num_decoder_layers, norm());
    for (const parameter of this.parameters()) if (parameter.ndim > 1) xavier_uniform_(parameter);
    this.d_model = d_model;
    this.nhead = layer.nhead;
    this.batch_first = layer.batch_first;
  }

  /**
   * A mask of `[sz, sz]` with −∞ above the diagonal and 0 elsewhere: no position looks at later ones.
   *
   * Source: `torch.nn.Transformer.generate_square_subsequent_mask`.
   */
  static generate_square_subsequent_mask(
    sz: number,
    options: { readonly device?: Device | string | null; readonly dtype?: DType | null } = {},
  ): Tensor {
    return triu(full([sz, sz], -Infinity, options), 1);
  }

  /** A tensor of the target's shape. @throws RuntimeError when batches or features do not fit. */
  override forward(
    src: Tensor,
    tgt: Tensor,
    src_mask?: Tensor | null | TransformerMasks,
    tgt_mask?: Tensor | null | TransformerMasks,
    memory_mask?: Tensor | null | TransformerMasks,
    src_key_padding_mask?: Tensor | null | TransformerMasks,
    tgt_key_padding_mask?: Tensor | null | TransformerMasks,
    memory_key_padding_mask?: Tensor | null | TransformerMasks,
    src_is_causal?: boolean | null | TransformerMasks,
    tgt_is_causal?: boolean | null | TransformerMasks,
    memory_is_causal?: boolean | TransformerMasks,
  ): Tensor;
  override forward(...args: readonly unknown[]): Tensor {
    const given = bind("Transformer", forwardParameters, args);
    const { src, tgt, src_mask, src_key_padding_mask, src_is_causal, ...masks } = given;
    this.check(src, tgt);
    const memory = this.encoder(src, { mask: src_mask, src_key_padding_mask, is_causal: src_is_causal });
    return this.decoder(tgt, memory, masks);
  }

  private check(src: Tensor, tgt: Tensor): void {
    const shapes = `src has shape ${formatShape(src.shape)}, tgt ${formatShape(tgt.shape)}`;
    const dim = this.batch_first ? 0 : 1;
    if (src.ndim === 3 && src.size(dim) !== tgt.size(dim))
      throw new RuntimeError(`the batch number of src and tgt must be equal: ${shapes}.`);
    if (src.size(-1) !== this.d_model || tgt.size(-1) !== this.d_model)
      throw new RuntimeError(
        `the feature number of src and tgt must be equal to d_model: ${shapes}, d_model is ${this.d_model}.`,
      );
  }
}
