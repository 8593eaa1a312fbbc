import { no_grad } from "../autograd/modes.ts";
import { empty, type TensorOptions } from "../create.ts";
import { embedding, paddingRow } from "../ops/networks/embedding.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** What `nn.Embedding` takes by name. */
export interface EmbeddingOptions extends Pick<TensorOptions, "dtype" | "device"> {
  /** A row that stays zero and learns nothing. */
  readonly padding_idx?: number | null;
  /** Rows whose norm is larger are scaled to it when they are used. */
  readonly max_norm?: number | null;
  readonly norm_type?: number;
  /** Divides the gradient of a row by how often it is used. */
  readonly scale_grad_by_freq?: boolean;
}

/**
 * A learned vector for each number from 0 to `num_embeddings` − 1: shape `[…]` gives `[…, embedding_dim]`.
 *
 * The vectors begin normally distributed, the same numbers as PyTorch's after the same seed.
 *
 * Source: `torch.nn.Embedding`.
 */
export class Embedding extends Module {
  readonly num_embeddings: number;
  readonly embedding_dim: number;
  /** Counted from the front, or `null`. */
  readonly padding_idx: number | null;
  readonly max_norm: number | null;
  readonly norm_type: number;
  readonly scale_grad_by_freq: boolean;
  /** Shape `[num_embeddings, embedding_dim]`. */
  weight: Parameter;

  /** @throws ValueError when `padding_idx` is no row. */
  constructor(
    num_embeddings: number,
    embedding_dim: number,
    padding_idx: number | null | EmbeddingOptions = null,
    options: EmbeddingOptions = {},
  ) {
    super();
    const given =
      typeof padding_idx === "object" && padding_idx !== null ? padding_idx : { ...options, padding_idx };
    const { max_norm = null, norm_type = 2, scale_grad_by_freq = false, ...rest } = given;
    const row = paddingRow(rest.padding_idx ?? null, num_embeddings);
    this.num_embeddings = num_embeddings;
    this.embedding_dim = embedding_dim;
    this.padding_idx = row < 0 ? null : row;
    this.max_norm = max_norm;
    this.norm_type = norm_type;
    this.scale_grad_by_freq = scale_grad_by_freq;
    const { padding_idx: _, ...tensorOptions } = rest;
    const values = empty([num_embeddings, embedding_dim], tensorOptions);
    no_grad(() => {
      values.normal_();
      if (row >= 0) values.index_put_([row], 0);
    });
    this.weight = new Parameter(values);
  }

  /** @throws IndexError when an index is no row. */
  override forward(input: Tensor): Tensor {
    const { padding_idx, max_norm, norm_type, scale_grad_by_freq } = this;
    return embedding(input, this.weight, { padding_idx, max_norm, norm_type, scale_grad_by_freq });
  }

  override extra_repr(): string {
    const parts = [`${this.num_embeddings}, ${this.embedding_dim}`];
    if (this.padding_idx !== null) parts.push(`padding_idx=${this.padding_idx}`);
    if (this.max_norm !== null) parts.push(`max_norm=${this.max_norm}`);
    if (this.norm_type !== 2) parts.push(`norm_type=${this.norm_type}`);
    if (this.scale_grad_by_freq) parts.push("scale_grad_by_freq=True");
    return parts.join(", ");
  }
}
