/** The part of transformers that writes: it looks at itself, and at what the encoder gave. */
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

/** What the decoder's and its layers' `forward` take by name. */
export interface DecoderMasks {
  /** Pairs of the target's positions that are not looked at. */
  readonly tgt_mask?: Tensor | null;
  /** Pairs of a target's and a memory's position that are not looked at. */
  readonly memory_mask?: Tensor | null;
  /** Positions of the target that are not looked at. */
  readonly tgt_key_padding_mask?: Tensor | null;
  /** Positions of the memory that are not looked at. */
  readonly memory_key_padding_mask?: Tensor | null;
  /** Says that `tgt_mask` is the causal one. */
  readonly tgt_is_causal?: boolean | null;
  /** Says that `memory_mask` is the causal one. */
  readonly memory_is_causal?: boolean;
}

const masks = {
  tgt: tensor,
  memory: tensor,
  tgt_mask: optionalTensor,
  memory_mask: optionalTensor,
  tgt_key_padding_mask: optionalTensor,
  memory_key_padding_mask: optionalTensor,
};

const layerParameters = { ...masks, tgt_is_causal: flag(false), memory_is_causal: flag(false) };
const decoderParameters = { ...masks, tgt_is_causal: optionalFlag, memory_is_causal: flag(false) };

/**
 * One layer of a transformer's decoder: each position of the target looks at the others, then at the memory, then passes through two linear layers; each part is added to what came in, and
 * normalised.
 *
 * `new nn.TransformerDecoderLayer(128, 4, {batch_first: true})`; target and memory are `[sequence, batch, d_model]`, or with `batch_first` the batch first.
 *
 * Source: `torch.nn.TransformerDecoderLayer`; Vaswani et al., "Attention Is All You Need" (2017).
 */
export class TransformerDecoderLayer extends Module {
  self_attn: MultiheadAttention;
  multihead_attn: MultiheadAttention;
  linear1: Linear;
  dropout: Dropout;
  linear2: Linear;
  readonly norm_first: boolean;
  norm1: LayerNorm;
  norm2: LayerNorm;
  norm3: LayerNorm;
  dropout1: Dropout;
  dropout2: Dropout;
  dropout3: Dropout;
  activation: (input: Tensor) => Tensor;

  /** @throws as the modules inside; RuntimeError for the name of another function. */
  constructor(...args: CallForms<TransformerLayerArguments, LayerPositions, ["d_model", "nhead"]>) {
    super();
    const settings = bind("TransformerDecoderLayer", layerSettings, args);
    const { d_model, nhead, dim_feedforward, dropout, batch_first, layer_norm_eps: eps } = settings;
    const { bias, device, dtype } = settings;
    const place = { bias, device, dtype };
    this.self_attn = new MultiheadAttention(d_model, nhead, { dropout, batch_first, ...place });
    this.multihead_attn = new MultiheadAttention(d_model, nhead, { dropout, batch_first, ...place });
    this.linear1 = new Linear(d_model, dim_feedforward, place);
    this.dropout = new Dropout(dropout);
    this.linear2 = new Linear(dim_feedforward, d_model, place);
    this.norm_first = settings.norm_first;
    this.norm1 = new LayerNorm(d_model, { eps, ...place });
    this.norm2 = new LayerNorm(d_model, { eps, ...place });
    this.norm3 = new LayerNorm(d_model, { eps, ...place });
    this.dropout1 = new Dropout(dropout);
    this.dropout2 = new Dropout(dropout);
    this.dropout3 = new Dropout(dropout);
    this.activation = functionOf(settings.activation);
  }

  /** A tensor of the target's shape. @throws as `nn.MultiheadAttention`. */
  override forward(
    tgt: Tensor,
    memory: Tensor,
    tgt_mask?: Tensor | null | DecoderMasks,
    memory_mask?: Tensor | null | DecoderMasks,
    tgt_key_padding_mask?: Tensor | null | DecoderMasks,
    memory_key_padding_mask?: Tensor | null | DecoderMasks,
    tgt_is_causal?: boolean | DecoderMasks,
    memory_is_causal?: boolean | DecoderMasks,
  ): Tensor;
  override forward(...args: readonly unknown[]): Tensor {
    const { tgt, memory, ...given } = bind("TransformerDecoderLayer", layerParameters, args);
    const look = (input: Tensor): Tensor => this.lookAtItself(input, given);
    const recall = (input: Tensor): Tensor => this.lookAtMemory(input, memory, given);
    const parts = [
      [look, this.norm1],
      [recall, this.norm2],
      [(input: Tensor): Tensor => this.feedForward(input), this.norm3],
    ] as const;
    let output: Tensor = tgt;
    for (const [part, norm] of parts)
      output = this.norm_first ? add(output, part(norm(output))) : norm(add(output, part(output)));
    return output;
  }

  private lookAtItself(input: Tensor, given: Required<DecoderMasks>): Tensor {
    const [output] = this.self_attn(input, input, input, {
      attn_mask: given.tgt_mask,
      key_padding_mask: given.tgt_key_padding_mask,
      is_causal: given.tgt_is_causal ?? false,
      need_weights: false,
    });
    return this.dropout1(output);
  }

  private lookAtMemory(input: Tensor, memory: Tensor, given: Required<DecoderMasks>): Tensor {
    const [output] = this.multihead_attn(input, memory, memory, {
      attn_mask: given.memory_mask,
      key_padding_mask: given.memory_key_padding_mask,
      is_causal: given.memory_is_causal,
      need_weights: false,
    });
    return this.dropout2(output);
  }

  private feedForward(input: Tensor): Tensor {
    return this.dropout3(this.linear2(this.dropout(this.activation(this.linear1(input)))));
  }
}

/** What `nn.TransformerDecoder` is made with. */
export interface TransformerDecoderArguments {
  /** The layer that all are copies of. */
  readonly decoder_layer: TransformerDecoderLayer;
  readonly num_layers: number;
  /** What the last layer's output passes through. */
  readonly norm?: OneToOne | null;
}

const decoderSettings: ParametersOf<TransformerDecoderArguments> = {
  decoder_layer: {
    expects: "a TransformerDecoderLayer",
    convert: (value) => (value instanceof TransformerDecoderLayer ? value : undefined),
  },
  num_layers: integer(),
  norm: optionalNorm,
};

/**
 * Several decoder layers, one after the other. All begin as copies of the one that is given, with its values.
 *
 * `new nn.TransformerDecoder(new nn.TransformerDecoderLayer(128, 4), 6)`, called with a target and the encoder's memory.
 *
 * Source: `torch.nn.TransformerDecoder`.
 */
export class TransformerDecoder extends Module {
  layers: ModuleList<TransformerDecoderLayer>;
  readonly num_layers: number;
  norm: OneToOne | null;

  /** @throws TypeError when the layer is another module. */
  constructor(
    ...args: CallForms<
      TransformerDecoderArguments,
      [decoder_layer: TransformerDecoderLayer, num_layers: number, norm?: OneToOne | null],
      ["decoder_layer", "num_layers"]
    >
  ) {
    super();
    const { decoder_layer, num_layers, norm } = bind("TransformerDecoder", decoderSettings, args);
    this.layers = new ModuleList(Array.from({ length: num_layers }, () => deepcopy(decoder_layer)));
    this.num_layers = num_layers;
    this.norm = norm;
  }

  /** A tensor of the target's shape. @throws as `nn.MultiheadAttention`. */
  override forward(
    tgt: Tensor,
    memory: Tensor,
    tgt_mask?: Tensor | null | DecoderMasks,
    memory_mask?: Tensor | null | DecoderMasks,
    tgt_key_padding_mask?: Tensor | null | DecoderMasks,
    memory_key_padding_mask?: Tensor | null | DecoderMasks,
    tgt_is_causal?: boolean | null | DecoderMasks,
    memory_is_causal?: boolean | DecoderMasks,
  ): Tensor;
  override forward(...args: readonly unknown[]): Tensor {
    const { tgt, memory, tgt_is_causal, ...given } = bind("TransformerDecoder", decoderParameters, args);
    let output: Tensor = tgt;
    for (const layer of this.layers)
      output = layer(output, memory, { ...given, tgt_is_causal: tgt_is_causal ?? false });
    return this.norm === null ? output : this.norm(output);
  }
}
