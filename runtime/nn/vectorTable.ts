/** What `nn.Embedding` and `nn.EmbeddingBag` have in common: a table of learned vectors. */
import { no_grad } from "../autograd/modes.ts";
import { empty } from "../create.ts";
import { AssertionError } from "../errors/assertionError.ts";
import { NotImplementedError } from "../errors/notImplementedError.ts";
import { paddingRow } from "../ops/networks/embedding.ts";
import { flag, integer, number, optionalInteger, optionalNumber, optionalTensor } from "../parameters.ts";
import type { ParametersOf } from "../parameters.ts";
import { formatShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";
import { pythonNumber } from "./printed.ts";
import { placement, type Placement } from "./settings.ts";

/** How the vectors of a table are used. */
export interface TableOptions {
  /** A row that stays zero and learns nothing. */
  readonly padding_idx?: number | null;
  /** Rows whose norm is larger are scaled to it when they are used. */
  readonly max_norm?: number | null;
  /** The exponent of that norm; 2 unless given. */
  readonly norm_type?: number;
  /** Divides the gradient of a row by how often it is used. */
  readonly scale_grad_by_freq?: boolean;
  /** Only `false`: gradients are dense. */
  readonly sparse?: boolean;
}

/** What a table of vectors is made with. */
export interface TableArguments extends TableOptions, Placement {
  readonly num_embeddings: number;
  readonly embedding_dim: number;
  /** The vectors to begin with, shape `[num_embeddings, embedding_dim]`; drawn unless given. */
  readonly _weight?: Tensor | null;
}

/** The parameters of how vectors are used. */
export const tableOptions: ParametersOf<TableOptions> = {
  padding_idx: optionalInteger,
  max_norm: optionalNumber,
  norm_type: number(2),
  scale_grad_by_freq: flag(false),
  sparse: flag(false),
};

/** The parameters of a table; both modules have them in orders of their own. */
export const tableParameters: ParametersOf<TableArguments> = {
  num_embeddings: integer(),
  embedding_dim: integer(),
  ...tableOptions,
  _weight: optionalTensor,
  ...placement,
};

/** The vectors as PyTorch draws them; those of the padding are zero. */
function drawn(shape: readonly [number, number], row: number, place: Placement): Tensor {
  const values = empty(shape, place);
  no_grad(() => {
    values.normal_();
    if (row >= 0) values.index_put_([row], 0);
  });
  return values;
}

/** A learned vector for each number from 0 to `num_embeddings` − 1. */
export abstract class VectorTable extends Module {
  readonly num_embeddings: number;
  readonly embedding_dim: number;
  /** Counted from the front, or `null`. */
  readonly padding_idx: number | null;
  readonly max_norm: number | null;
  readonly norm_type: number;
  readonly scale_grad_by_freq: boolean;
  /** Shape `[num_embeddings, embedding_dim]`. */
  weight: Parameter;

  /** @throws AssertionError when `padding_idx` is no row or `_weight` has another shape, NotImplementedError for sparse gradients. */
  constructor(settings: Required<TableArguments>, learns = true) {
    super();
    const { num_embeddings, embedding_dim, _weight: given, device, dtype } = settings;
    const shape = [num_embeddings, embedding_dim] as const;
    if (settings.sparse)
      throw new NotImplementedError(
        `nn.${new.target.name}: sparse gradients do not exist here. Leave sparse out: gradients are dense.`,
      );
    const row = paddingRow(settings.padding_idx, num_embeddings);
    if (given !== null && !sameShape(given.shape, shape))
      throw new AssertionError(
        `Shape of weight does not match num_embeddings and embedding_dim: got ${formatShape(given.shape)}, expected ${formatShape(shape)}.`,
      );
    this.num_embeddings = num_embeddings;
    this.embedding_dim = embedding_dim;
    this.padding_idx = row < 0 ? null : row;
    this.max_norm = settings.max_norm;
    this.norm_type = settings.norm_type;
    this.scale_grad_by_freq = settings.scale_grad_by_freq;
    this.weight = new Parameter(given ?? drawn(shape, row, { device, dtype }), learns);
  }

  /** The settings that are not the usual ones, as PyTorch prints them; the padding stands first or last. */
  protected printedUse(): string[] {
    const parts: string[] = [];
    if (this.max_norm !== null) parts.push(`max_norm=${pythonNumber(this.max_norm)}`);
    if (this.norm_type !== 2) parts.push(`norm_type=${this.norm_type}`);
    if (this.scale_grad_by_freq) parts.push("scale_grad_by_freq=True");
    return parts;
  }

  /** The padding as PyTorch prints it. */
  protected printedPadding(): string[] {
    return this.padding_idx === null ? [] : [`padding_idx=${this.padding_idx}`];
  }
}

/** A matrix of vectors that were learned elsewhere. @throws AssertionError when it is none. */
export function checkVectors(embeddings: Tensor): readonly [rows: number, columns: number] {
  const [rows, columns] = embeddings.shape;
  if (embeddings.ndim !== 2 || rows === undefined || columns === undefined)
    throw new AssertionError(
      `Embeddings parameter is expected to be 2-dimensional, [rows, features], got ${formatShape(embeddings.shape)}.`,
    );
  return [rows, columns];
}
