import type { DType, TypedArray } from "../dtype.ts";
import type { Expression } from "../expression.ts";
import type { Shape } from "../shape.ts";
import type { Storage } from "../storage.ts";
import type { AttentionBackend } from "./attention.ts";
import type { ConvolutionBackend } from "./convolution.ts";
import type { PoolingBackend } from "./pooling.ts";
import type { IndexingBackend } from "./indexing.ts";
import type { LinalgBackend } from "./linalg.ts";
import type { ProductBackend } from "./products.ts";
import type { ReductionBackend } from "./reductions.ts";
import type { RandomBackend } from "./random.ts";
import type { ResamplingBackend } from "./resampling.ts";
import type { RowBackend } from "./rows.ts";
import type { ScanBackend } from "./scan.ts";
import type { SortingBackend } from "./sorting.ts";

/** Elements in a storage: where they begin and how far apart they are. Broadcast dimensions have stride 0. */
export interface View {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly strides: readonly number[];
  readonly offset: number;
}

/**
 * What a device must be able to do.
 *
 * A backend gets settled work: dtypes are promoted, shapes inferred, broadcasts are strides, results allocated. It knows no operators; an
 * operator's meaning is in its declaration. Every method writes into `output`, whose elements no other argument shares, unless it says otherwise.
 */
export interface Backend
  extends
    AttentionBackend,
    ConvolutionBackend,
    IndexingBackend,
    LinalgBackend,
    PoolingBackend,
    ProductBackend,
    RandomBackend,
    ReductionBackend,
    ResamplingBackend,
    RowBackend,
    ScanBackend,
    SortingBackend {
  /** A storage of `length` elements with arbitrary values. */
  allocate(dtype: DType, length: number): Storage;

  /** A storage of `length` zeros. */
  allocateZeros(dtype: DType, length: number): Storage;

  /** A storage of these elements. Where somebody else holds the array too (`shared`), each sees what is written into the other. */
  adopt(data: TypedArray, dtype: DType, shared: boolean): Storage;

  /**
   * Computes `expression` for each element of `output.shape`, to which every input broadcasts. Inputs of other dtypes are converted to the compute dtype as they are
   * read; `parameters` are the expression's plain numbers. The output has the compute dtype, or bool for truth values. An input may be the output itself (same view),
   * for in-place forms.
   */
  pointwise(
    expression: Expression,
    computeDtype: DType,
    output: View,
    inputs: readonly View[],
    parameters?: readonly number[],
  ): void;

  /**
   * Computes several expressions of the same inputs in one pass, each into an output of its own; all outputs have one shape. All inputs of an element are read before
   * its results are written, so that outputs may be inputs too. Outputs and inputs together are at most sixteen.
   */
  pointwiseAll(
    expressions: readonly Expression[],
    computeDtype: DType,
    outputs: readonly View[],
    inputs: readonly View[],
    parameters?: readonly number[],
  ): void;

  /** Copies elements, converting them as PyTorch's `to` does. Same shapes. */
  copy(output: View, input: View): void;
}
