import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { embedding_bag } from "../ops/networks/embeddingBag.ts";
import { choice, flag, optionalTensor, tensor, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import {
  checkVectors,
  tableParameters,
  VectorTable,
  type TableArguments,
  type TableOptions,
} from "./vectorTable.ts";

/** How the rows of a bag become one. */
type BagMode = "sum" | "mean" | "max";

/** How the vectors of bags are used. */
export interface BagOptions extends TableOptions {
  /** How the rows of a bag become one; `"mean"` unless given. */
  readonly mode?: BagMode;
  /** Whether the last of the offsets is the end of the last bag. */
  readonly include_last_offset?: boolean;
}

/** What `nn.EmbeddingBag` is made with. */
export interface EmbeddingBagArguments extends BagOptions, TableArguments {}

/** What `nn.EmbeddingBag.from_pretrained` takes. */
export interface PretrainedBagArguments extends BagOptions {
  /** Shape `[num_embeddings, embedding_dim]`. */
  readonly embeddings: Tensor;
  /** Whether the vectors learn nothing; `true` unless given. */
  readonly freeze?: boolean;
}

const { num_embeddings, embedding_dim, padding_idx, sparse, _weight, device, dtype, ...use } =
  tableParameters;
const mode = choice(["sum", "mean", "max"], "mean");
const include_last_offset = flag(false);

const bagParameters: ParametersOf<EmbeddingBagArguments> = {
  num_embeddings,
  embedding_dim,
  ...use,
  mode,
  sparse,
  _weight,
  include_last_offset,
  padding_idx,
  device,
  dtype,
};

const pretrainedParameters: ParametersOf<PretrainedBagArguments> = {
  embeddings: tensor,
  freeze: flag(true),
  ...use,
  mode,
  sparse,
  include_last_offset,
  padding_idx,
};

/** How much each vector counts in its bag, by name. */
interface BagWeights {
  readonly per_sample_weights?: Tensor | null;
}

/** Where bags begin in a list of all their numbers, and how much each vector counts, by name. */
interface Bags extends BagWeights {
  readonly offsets?: Tensor | null;
}

const forwardParameters = { input: tensor, offsets: optionalTensor, per_sample_weights: optionalTensor };

/** How bags are used, in PyTorch's order. */
type BagPositions = [
  max_norm?: number | null,
  norm_type?: number,
  scale_grad_by_freq?: boolean,
  mode?: BagMode,
];

/**
 * Sums, means or maxima of the learned vectors that the numbers of each bag stand for. The vectors begin normally distributed, the same numbers as PyTorch's after the same seed.
 *
 * Source: `torch.nn.EmbeddingBag`.
 */
export class EmbeddingBag extends VectorTable {
  readonly mode: BagMode;
  readonly include_last_offset: boolean;

  /** @throws AssertionError when `padding_idx` is no row. */
  constructor(
    ...args: CallForms<
      EmbeddingBagArguments,
      [num_embeddings: number, embedding_dim: number, ...BagPositions],
      ["num_embeddings", "embedding_dim"]
    >
  ) {
    const settings = bind("EmbeddingBag", bagParameters, args);
    super(settings);
    this.mode = settings.mode;
    this.include_last_offset = settings.include_last_offset;
  }

  /**
   * Bags of vectors that were learned elsewhere, shape `[num_embeddings, embedding_dim]`. They learn nothing more, unless `freeze` is `false`.
   *
   * @throws AssertionError when they are not a matrix.
   * Source: `torch.nn.EmbeddingBag.from_pretrained`.
   */
  static from_pretrained(
    ...args: CallForms<PretrainedBagArguments, [embeddings: Tensor, freeze?: boolean, ...BagPositions]>
  ): EmbeddingBag {
    const { embeddings, freeze, ...options } = bind(
      "EmbeddingBag.from_pretrained",
      pretrainedParameters,
      args,
    );
    const [rows, columns] = checkVectors(embeddings);
    const bag = new EmbeddingBag(rows, columns, { _weight: embeddings, ...options });
    bag.weight.requires_grad_(!freeze);
    return bag;
  }

  /** @throws as `torch.nn.functional.embedding_bag`. */
  override forward(
    input: Tensor,
    ...rest:
      | readonly [offsets?: Tensor | null, per_sample_weights?: Tensor | null | BagWeights]
      | readonly [named: Bags]
  ): Tensor {
    const { max_norm, norm_type, scale_grad_by_freq } = this;
    const { offsets, per_sample_weights } = bind("EmbeddingBag", forwardParameters, [input, ...rest]);
    return embedding_bag(input, this.weight, {
      offsets,
      max_norm,
      norm_type,
      scale_grad_by_freq,
      mode: this.mode,
      per_sample_weights,
      include_last_offset: this.include_last_offset,
      padding_idx: this.padding_idx,
    });
  }

  override extra_repr(): string {
    const sizes = [this.num_embeddings, this.embedding_dim];
    return [...sizes, ...this.printedUse(), `mode='${this.mode}'`, ...this.printedPadding()].join(", ");
  }
}
