/** Attention with several heads. */
import { absent } from "./absent.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { empty, zeros } from "../create.ts";
import { AssertionError } from "../errors/assertionError.ts";
import { ValueError } from "../errors/valueError.ts";
import { add, mul } from "../ops/elementwise/arithmetic.ts";
import { kernelMask, scaled_dot_product_attention } from "../ops/networks/attention.ts";
import { additiveMask, checkCausal, checkPairs, checkRanks } from "../ops/networks/attentionChecks.ts";
import { dropout as dropoutOf } from "../ops/networks/dropout.ts";
import { packedAttention } from "../ops/networks/headsAttention.ts";
import { cat } from "../ops/shaping/joining.ts";
import { linear, matmul } from "../ops/linalg/matmul.ts";
import { mean } from "../ops/reductions/reduction.ts";
import { narrow } from "../ops/shaping/slicing.ts";
import { softmax } from "../ops/reductions/softmax.ts";
import { expand, permute, reshape, squeeze, transpose, unsqueeze } from "../ops/shaping/view.ts";
import {
  flag,
  integer,
  number,
  optionalInteger,
  optionalTensor,
  tensor,
  type ParametersOf,
} from "../parameters.ts";
import { formatShape, numel, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { constant_, xavier_normal_, xavier_uniform_ } from "./init.ts";
import { Linear } from "./layers.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";
import { placement, type Placement } from "./settings.ts";

/** What `nn.MultiheadAttention` is made with. */
export interface MultiheadAttentionArguments extends Placement {
  /** Features of queries and of the output. */
  readonly embed_dim: number;
  readonly num_heads: number;
  /** The share of weights that are set to 0 at random while training. */
  readonly dropout?: number;
  /** Whether the projections add a learned number to each output; `true` unless given. */
  readonly bias?: boolean;
  /** Whether a learned position is added to keys and values. */
  readonly add_bias_kv?: boolean;
  /** Whether a position of zeros is added to keys and values. */
  readonly add_zero_attn?: boolean;
  /** Features of the keys, `embed_dim` unless given. */
  readonly kdim?: number | null;
  /** Features of the values, `embed_dim` unless given. */
  readonly vdim?: number | null;
  /** Whether tensors are `[batch, sequence, features]` and not `[sequence, batch, features]`. */
  readonly batch_first?: boolean;
}

const attentionParameters: ParametersOf<MultiheadAttentionArguments> = {
  embed_dim: integer(),
  num_heads: integer(),
  dropout: number(0),
  bias: flag(true),
  add_bias_kv: flag(false),
  add_zero_attn: flag(false),
  kdim: optionalInteger,
  vdim: optionalInteger,
  batch_first: flag(false),
  ...placement,
};

/** What `forward` takes by name. */
export interface AttentionOptions {
  /** Keys that are not looked at: `true`, or numbers that are added, `[batch, keys]`. */
  readonly key_padding_mask?: Tensor | null;
  /** Whether the weights are returned too; without them it is faster. */
  readonly need_weights?: boolean;
  /** Pairs of positions that are not looked at: `true`, or numbers that are added, `[queries, keys]` or `[batch · heads, queries, keys]`. */
  readonly attn_mask?: Tensor | null;
  /** Whether the returned weights are the mean of all heads'. */
  readonly average_attn_weights?: boolean;
  /** Says that `attn_mask` is the causal one, so that it need not be looked at. */
  readonly is_causal?: boolean;
}

/** The layer behind the heads, under the name that PyTorch prints. */
class NonDynamicallyQuantizableLinear extends Linear {}

const forwardParameters = {
  query: tensor,
  key: tensor,
  value: tensor,
  key_padding_mask: optionalTensor,
  need_weights: flag(true),
  attn_mask: optionalTensor,
  average_attn_weights: flag(true),
  is_causal: flag(false),
};

/** What a call computes with: tensors `[batch, sequence, features]`. */
interface Call {
  readonly query: Tensor;
  readonly key: Tensor;
  readonly value: Tensor;
  /** Numbers to add to the products, `[batch, heads, queries, keys]` or what broadcasts to it. */
  readonly mask: Tensor | null;
  readonly causal: boolean;
  readonly dropout: number;
}

/**
 * Attention with several heads: queries, keys and values are projected, each head attends with its part of the features, and a last projection joins them.
 *
 * Tensors are `[sequence, batch, features]`, with `batch_first` `[batch, sequence, features]`, or without a batch `[sequence, features]`. Called as
 * `attention(query, key, value)`, it gives the output and the weights; `attention(x, x, x, {need_weights: false})` gives `null` for the weights, and is faster.
 *
 * Source: `torch.nn.MultiheadAttention`; Vaswani et al., "Attention Is All You Need" (2017).
 */
export class MultiheadAttention extends Module {
  readonly embed_dim: number;
  readonly kdim: number;
  readonly vdim: number;
  readonly num_heads: number;
  readonly dropout: number;
  readonly batch_first: boolean;
  readonly head_dim: number;
  readonly add_zero_attn: boolean;
  /** The projections of queries, keys and values, `[3 · embed_dim, embed_dim]`; `null` where they have other features. */
  in_proj_weight: Parameter = absent;
  q_proj_weight: Parameter = absent;
  k_proj_weight: Parameter = absent;
  v_proj_weight: Parameter = absent;
  in_proj_bias: Parameter = absent;
  bias_k: Parameter = absent;
  bias_v: Parameter = absent;
  out_proj: Linear;

  /** @throws ValueError when a size is not above 0, AssertionError when the heads do not divide the features. */
  constructor(
    ...args: CallForms<
      MultiheadAttentionArguments,
      [
        embed_dim: number,
        num_heads: number,
        dropout?: number,
        bias?: boolean,
        add_bias_kv?: boolean,
        add_zero_attn?: boolean,
        kdim?: number | null,
        vdim?: number | null,
        batch_first?: boolean,
      ],
      ["embed_dim", "num_heads"]
    >
  ) {
    super();
    const { bias, add_bias_kv, device, dtype, ...settings } = bind(
      "MultiheadAttention",
      attentionParameters,
      args,
    );
    const { embed_dim, num_heads } = settings;
    if (!(embed_dim > 0) || !(num_heads > 0))
      throw new ValueError(
        `embed_dim and num_heads must be greater than 0, got embed_dim=${embed_dim} and num_heads=${num_heads} instead`,
      );
    if (embed_dim % num_heads !== 0)
      throw new AssertionError(
        `embed_dim must be divisible by num_heads: each of the ${num_heads} heads gets as many of the ${embed_dim} features.`,
      );
    this.embed_dim = embed_dim;
    this.kdim = settings.kdim ?? embed_dim;
    this.vdim = settings.vdim ?? embed_dim;
    this.num_heads = num_heads;
    this.dropout = settings.dropout;
    this.batch_first = settings.batch_first;
    this.head_dim = embed_dim / num_heads;
    this.add_zero_attn = settings.add_zero_attn;
    this.out_proj = new NonDynamicallyQuantizableLinear(embed_dim, embed_dim, { bias, device, dtype });
    this.makeProjections(bias, add_bias_kv, { device, dtype });
  }

  /** Draws the first values, in PyTorch's order. */
  private makeProjections(hasBias: boolean, hasPosition: boolean, place: Placement): void {
    const { embed_dim, kdim, vdim } = this;
    const drawn = (rows: number, columns: number): Parameter =>
      xavier_uniform_(new Parameter(empty([rows, columns], place)));
    if (kdim === embed_dim && vdim === embed_dim) this.in_proj_weight = drawn(3 * embed_dim, embed_dim);
    else {
      this.q_proj_weight = drawn(embed_dim, embed_dim);
      this.k_proj_weight = drawn(embed_dim, kdim);
      this.v_proj_weight = drawn(embed_dim, vdim);
    }
    if (hasBias) {
      this.in_proj_bias = new Parameter(zeros([3 * embed_dim], place));
      constant_(this.out_proj.bias!, 0); // it was made with one
    }
    if (!hasPosition) return;
    this.bias_k = xavier_normal_(new Parameter(empty([1, 1, embed_dim], place)));
    this.bias_v = xavier_normal_(new Parameter(empty([1, 1, embed_dim], place)));
  }

  /**
   * The output, of the query's shape, and the weights `[batch, queries, keys]` (`[batch, heads, queries, keys]` unless averaged), or `null`.
   *
   * @throws AssertionError or RuntimeError where shapes or dtypes do not fit.
   */
  override forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    key_padding_mask?: Tensor | null | AttentionOptions,
    need_weights?: boolean | AttentionOptions,
    attn_mask?: Tensor | null | AttentionOptions,
    average_attn_weights?: boolean | AttentionOptions,
    is_causal?: boolean | AttentionOptions,
  ): [output: Tensor, weights: Tensor];
  override forward(...args: readonly unknown[]): [Tensor, Tensor] {
    const given = bind("MultiheadAttention", forwardParameters, args);
    const { query, key, value, key_padding_mask: padding, attn_mask } = given;
    checkRanks(given);
    checkCausal(given.is_causal, attn_mask);
    const batched = query.ndim === 3;
    const ordered = this.ordered(query, key, value);
    const causal = given.is_causal && padding === null && !given.need_weights;
    const call = {
      ...ordered,
      mask: this.mask(
        ordered,
        causal ? null : attn_mask,
        batched || padding === null ? padding : unsqueeze(padding, 0),
      ),
      causal,
      dropout: this.training ? this.dropout : 0,
    };
    const [heads, weights] = given.need_weights ? this.weighted(call) : [this.attended(call), null];
    return [
      this.joined(heads, batched),
      weights === null ? absent : weightsOf(weights, given.average_attn_weights, batched),
    ];
  }

  /** The inputs as `[batch, sequence, features]`; one tensor in several parts stays one. */
  private ordered(query: Tensor, key: Tensor, value: Tensor): Pick<Call, "query" | "key" | "value"> {
    const order = (input: Tensor): Tensor =>
      input.ndim === 2 ? unsqueeze(input, 0) : this.batch_first ? input : transpose(input, 0, 1);
    const orderedQuery = order(query);
    const orderedKey = key === query ? orderedQuery : order(key);
    const orderedValue = value === query ? orderedQuery : value === key ? orderedKey : order(value);
    if (query.size(-1) !== this.embed_dim)
      throw new AssertionError(
        `was expecting embedding dimension of ${this.embed_dim}, but got ${query.size(-1)}: the query has shape ${formatShape(query.shape)}.`,
      );
    const [keys, values] = [orderedKey.shape, orderedValue.shape];
    if (
      !sameShape(
        this.in_proj_weight === null ? keys.slice(0, 2) : keys,
        this.in_proj_weight === null ? values.slice(0, 2) : values,
      )
    )
      throw new AssertionError(
        `key shape ${formatShape(key.shape)} does not match value shape ${formatShape(value.shape)}: each key has one value.`,
      );
    return { query: orderedQuery, key: orderedKey, value: orderedValue };
  }

  /** All masks as one. */
  private mask(
    { query, key }: Pick<Call, "query" | "key">,
    attention: Tensor | null,
    padding: Tensor | null,
  ): Tensor | null {
    const [batch, queries] = query.shape as [number, number, number];
    const keys = key.shape[1]!;
    const pairs = additiveMask("attn_mask", attention, query.dtype);
    const ignored = additiveMask("key_padding_mask", padding, query.dtype);
    if (pairs !== null) checkPairs(pairs, [batch * this.num_heads, queries, keys]);
    if (ignored !== null && !sameShape(ignored.shape, [batch, keys]))
      throw new AssertionError(
        `expecting key_padding_mask shape of ${formatShape([batch, keys])}, but got ${formatShape(ignored.shape)}`,
      );
    const byHead =
      pairs === null || pairs.ndim === 2 ? pairs : reshape(pairs, [batch, this.num_heads, queries, keys]);
    if (ignored === null) return this.padded(byHead);
    const byKey = reshape(ignored, [batch, 1, 1, keys]);
    return this.padded(byHead === null ? byKey : add(byHead, byKey));
  }

  /** How many positions are added to the keys. */
  private get extraKeys(): number {
    return (this.bias_k === null ? 0 : 1) + (this.add_zero_attn ? 1 : 0);
  }

  /** The mask with 0 for the positions that are added to the keys. */
  private padded(mask: Tensor | null): Tensor | null {
    if (mask === null || this.extraKeys === 0) return mask;
    return cat([mask, zeros([...mask.shape.slice(0, -1), this.extraKeys], { dtype: mask.dtype })], -1);
  }

  /** The heads' outputs side by side, `[batch, queries, embed_dim]`, by the fastest way. */
  private attended(call: Call): Tensor {
    const { query, key, value, mask, causal, dropout } = call;
    const itself = query === key && key === value && this.in_proj_weight !== null && this.extraKeys === 0;
    if (itself && dropout === 0 && !causal && !mask?.requires_grad && numel(query.shape) > 0) {
      const [batch, positions] = query.shape as [number, number, number];
      const shape = [batch, this.num_heads, positions, positions];
      const packed = linear(query, this.in_proj_weight!, this.in_proj_bias); // `itself` asks for the weight
      const added = mask === null ? null : kernelMask(mask, shape);
      return packedAttention(packed, added, this.num_heads, 1 / Math.sqrt(this.head_dim))[0];
    }
    return beside(
      scaled_dot_product_attention(...this.heads(call), mask, dropout, causal && this.extraKeys === 0),
    );
  }

  /** The same, and the weights `[batch, heads, queries, keys]`, by single operators, so that gradients flow through the weights too. */
  private weighted(call: Call): [Tensor, Tensor] {
    const [query, key, value] = this.heads(call);
    const products = matmul(mul(query, Math.sqrt(1 / this.head_dim)), transpose(key, -2, -1));
    const all = softmax(call.mask === null ? products : add(products, call.mask), -1);
    const weights = call.dropout > 0 ? dropoutOf(all, call.dropout) : all;
    return [beside(matmul(weights, value)), weights];
  }

  /** Query, key and value of each head, `[batch, heads, sequence, head_dim]`. */
  private heads({ query, key, value }: Call): [Tensor, Tensor, Tensor] {
    const each = (input: Tensor): Tensor =>
      permute(reshape(input, [input.size(0), input.size(1), this.num_heads, this.head_dim]), [0, 2, 1, 3]);
    const [q, k, v] = this.projected(query, key, value);
    const [keys, values] = [each(this.extended(k, this.bias_k)), each(this.extended(v, this.bias_v))];
    if (!this.add_zero_attn) return [each(q), keys, values];
    const nothing = zeros([keys.size(0), this.num_heads, 1, this.head_dim], { dtype: keys.dtype });
    return [each(q), cat([keys, nothing], 2), cat([values, nothing], 2)];
  }

  /** Keys or values with the learned position behind them. */
  private extended(input: Tensor, position: Parameter | null): Tensor {
    return position === null ? input : cat([input, expand(position, [input.size(0), 1, this.embed_dim])], 1);
  }

  private projected(query: Tensor, key: Tensor, value: Tensor): [Tensor, Tensor, Tensor] {
    const { embed_dim, in_proj_weight: weight, in_proj_bias: bias } = this;
    const part = (whole: Tensor, first: number, count: number): Tensor =>
      narrow(whole, 0, first * embed_dim, count * embed_dim);
    const project = (input: Tensor, own: Tensor | null, first: number, count = 1): Tensor =>
      linear(input, own ?? part(weight!, first, count), bias === null ? null : part(bias, first, count)); // one of the two exists
    const split = (projected: Tensor, index: number): Tensor =>
      narrow(projected, -1, index * embed_dim, embed_dim);
    if (weight !== null && query === key && key === value) {
      const packed = linear(query, weight, bias);
      return [split(packed, 0), split(packed, 1), split(packed, 2)];
    }
    if (weight !== null && key === value) {
      const packed = project(key, null, 1, 2);
      return [project(query, null, 0), split(packed, 0), split(packed, 1)];
    }
    return [
      project(query, this.q_proj_weight, 0),
      project(key, this.k_proj_weight, 1),
      project(value, this.v_proj_weight, 2),
    ];
  }

  /** The last projection, in the layout of the inputs. */
  private joined(heads: Tensor, batched: boolean): Tensor {
    if (!batched) return this.out_proj(squeeze(heads, 0));
    if (!this.batch_first) return this.out_proj(transpose(heads, 0, 1));
    // A dropout behind the layer draws its numbers in the order of memory, where PyTorch's output has the sequence outermost.
    if (this.training && this.dropout > 0) return transpose(this.out_proj(transpose(heads, 0, 1)), 0, 1);
    return this.out_proj(heads);
  }
}

/** Heads `[batch, heads, queries, head_dim]` side by side. */
function beside(heads: Tensor): Tensor {
  const [batch, count, queries, width] = heads.shape as [number, number, number, number];
  return reshape(permute(heads, [0, 2, 1, 3]), [batch, queries, count * width]);
}

/** The weights as the caller gets them. */
function weightsOf(weights: Tensor, average: boolean, batched: boolean): Tensor {
  const each = average ? mean(weights, 1) : weights;
  return batched ? each : squeeze(each, 0);
}
