import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { embedding } from "../ops/networks/embedding.ts";
import { flag, tensor, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import {
  checkVectors,
  tableOptions,
  tableParameters,
  VectorTable,
  type TableArguments,
  type TableOptions,
} from "./vectorTable.ts";

/** What `nn.Embedding` is made with. */
export interface EmbeddingArguments extends TableArguments {
  /** Whether the vectors learn nothing. */
  readonly _freeze?: boolean;
}

const embeddingParameters: ParametersOf<EmbeddingArguments> = {
  num_embeddings: tableParameters.num_embeddings,
  embedding_dim: tableParameters.embedding_dim,
  ...tableOptions,
  _weight: tableParameters._weight,
  _freeze: flag(false),
  device: tableParameters.device,
  dtype: tableParameters.dtype,
};

/** What `nn.Embedding.from_pretrained` takes. */
export interface PretrainedEmbeddingArguments extends TableOptions {
  /** Shape `[num_embeddings, embedding_dim]`. */
  readonly embeddings: Tensor;
  /** Whether the vectors learn nothing; `true` unless given. */
  readonly freeze?: boolean;
}

const pretrainedParameters: ParametersOf<PretrainedEmbeddingArguments> = {
  embeddings: tensor,
  freeze: flag(true),
  ...tableOptions,
};

/** How vectors are used, in PyTorch's order. */
type TablePositions = [
  padding_idx?: number | null,
  max_norm?: number | null,
  norm_type?: number,
  scale_grad_by_freq?: boolean,
];

/**
 * A learned vector for each number from 0 to `num_embeddings` − 1: shape `[…]` gives `[…, embedding_dim]`.
 *
 * The vectors begin normally distributed, the same numbers as PyTorch's after the same seed.
 *
 * Source: `torch.nn.Embedding`.
 */
export class Embedding extends VectorTable {
  /** @throws AssertionError when `padding_idx` is no row. */
  constructor(
    ...args: CallForms<
      EmbeddingArguments,
      [num_embeddings: number, embedding_dim: number, ...TablePositions],
      ["num_embeddings", "embedding_dim"]
    >
  ) {
    const settings = bind("Embedding", embeddingParameters, args);
    super(settings, !settings._freeze);
  }

  /**
   * An embedding of vectors that were learned elsewhere, shape `[num_embeddings, embedding_dim]`. They learn nothing more, unless `freeze` is `false`.
   *
   * @throws AssertionError when they are not a matrix.
   * Source: `torch.nn.Embedding.from_pretrained`.
   */
  static from_pretrained(
    ...args: CallForms<
      PretrainedEmbeddingArguments,
      [embeddings: Tensor, freeze?: boolean, ...TablePositions]
    >
  ): Embedding {
    const { embeddings, freeze, ...use } = bind("Embedding.from_pretrained", pretrainedParameters, args);
    const [num_embeddings, embedding_dim] = checkVectors(embeddings);
    return new Embedding({ num_embeddings, embedding_dim, _weight: embeddings, _freeze: freeze, ...use });
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws IndexError when an index is no row. */
  override forward(input: Tensor): Tensor {
    const { padding_idx, max_norm, norm_type, scale_grad_by_freq } = this;
    return embedding(input, this.weight, { padding_idx, max_norm, norm_type, scale_grad_by_freq });
  }

  override extra_repr(): string {
    const sizes = [this.num_embeddings, this.embedding_dim];
    return [...sizes, ...this.printedPadding(), ...this.printedUse()].join(", ");
  }
}
