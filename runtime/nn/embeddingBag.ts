import { empty, type TensorOptions } from "../create.ts";
import { no_grad } from "../autograd/modes.ts";
import { paddingRow } from "../ops/networks/embedding.ts";
import { embedding_bag } from "../ops/networks/embeddingBag.ts";
import type { Tensor } from "../tensor.ts";
import { fraction, named } from "./activation.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** What `nn.EmbeddingBag` takes by name. */
export interface EmbeddingBagOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** Rows whose norm is larger are scaled to it when they are used. */
  readonly max_norm?: number | null;
  readonly norm_type?: number;
  /** Divides the gradient of a row by how often it is used. */
  readonly scale_grad_by_freq?: boolean;
  /** How the rows of a bag become one. */
  readonly mode?: "sum" | "mean" | "max";
  /** Whether the last of the offsets is the end of the last bag. */
  readonly include_last_offset?: boolean;
  /** A row that stays zero, learns nothing and does not count. */
  readonly padding_idx?: number | null;
}

/**
 * Sums, means or maxima of the learned vectors that the numbers of each bag stand for. The vectors begin normally distributed, the same numbers as PyTorch's after the same seed.
 *
 * Source: `torch.nn.EmbeddingBag`.
 */
export class EmbeddingBag extends Module {
  readonly num_embeddings: number;
  readonly embedding_dim: number;
  readonly max_norm: number | null;
  readonly norm_type: number;
  readonly scale_grad_by_freq: boolean;
  readonly mode: "sum" | "mean" | "max";
  readonly include_last_offset: boolean;
  /** Counted from the front, or `null`. */
  readonly padding_idx: number | null;
  /** Shape `[num_embeddings, embedding_dim]`. */
  weight: Parameter;

  /** @throws AssertionError when `padding_idx` is no row. */
  constructor(
    num_embeddings: number,
    embedding_dim: number,
    ...args: readonly [
      max_norm?: number | null | EmbeddingBagOptions,
      norm_type?: number | EmbeddingBagOptions,
      scale_grad_by_freq?: boolean | EmbeddingBagOptions,
      mode?: "sum" | "mean" | "max" | EmbeddingBagOptions,
    ]
  ) {
    const names = ["max_norm", "norm_type", "scale_grad_by_freq", "mode"] as const;
    const { dtype, device, ...options } = named<EmbeddingBagOptions>(names, args);
    super();
    const row = paddingRow(options.padding_idx ?? null, num_embeddings);
    this.num_embeddings = num_embeddings;
    this.embedding_dim = embedding_dim;
    this.max_norm = options.max_norm ?? null;
    this.norm_type = options.norm_type ?? 2;
    this.scale_grad_by_freq = options.scale_grad_by_freq ?? false;
    this.mode = options.mode ?? "mean";
    this.include_last_offset = options.include_last_offset ?? false;
    this.padding_idx = row < 0 ? null : row;
    const values = empty([num_embeddings, embedding_dim], {
      ...(dtype === undefined ? {} : { dtype }),
      ...(device === undefined ? {} : { device }),
    });
    no_grad(() => {
      values.normal_();
      if (row >= 0) values.index_put_([row], 0);
    });
    this.weight = new Parameter(values);
  }

  /** @throws as `torch.nn.functional.embedding_bag`. */
  override forward(
    input: Tensor,
    offsets: Tensor | null = null,
    per_sample_weights: Tensor | null = null,
  ): Tensor {
    const { max_norm, norm_type, scale_grad_by_freq, mode, include_last_offset, padding_idx } = this;
    return embedding_bag(input, this.weight, {
      offsets,
      max_norm,
      norm_type,
      scale_grad_by_freq,
      mode,
      per_sample_weights,
      include_last_offset,
      padding_idx,
    });
  }

  override extra_repr(): string {
    const parts = [`${this.num_embeddings}, ${this.embedding_dim}`];
    if (this.max_norm !== null) parts.push(`max_norm=${fraction(this.max_norm)}`);
    if (this.norm_type !== 2) parts.push(`norm_type=${this.norm_type}`);
    if (this.scale_grad_by_freq) parts.push("scale_grad_by_freq=True");
    parts.push(`mode='${this.mode}'`);
    if (this.padding_idx !== null) parts.push(`padding_idx=${this.padding_idx}`);
    return parts.join(", ");
  }
}
