import type { View } from "./backend.ts";

/** Class numbers of rows, and how much each counts. */
export interface Labels {
  /** int64, row-major, one for each row. */
  readonly labels: View;
  /** Of the rows' dtype, row-major, one for each class; `null` for ones. */
  readonly weight: View | null;
  /** The label of rows that do not count. */
  readonly ignored: number;
}

/** Where `pickLabels` writes what it adds up; each view has one element. */
export interface PickedSums {
  /** The sum of the losses; with `mean`, divided by that of the weights. */
  readonly total: View;
  readonly weights: View;
  readonly mean: boolean;
}

/**
 * Work on rows: tensors are row-major, a row is what lies along the last dimension (`n` elements, at least one), and all other dimensions count rows. Floating-point, one
 * dtype for all tensors of a call.
 */
export interface RowBackend {
  /** Exponentials of each row divided by their sum, or the logarithms of that. `output` has the input's shape. */
  softmax(output: View, input: View, logarithm: boolean): void;

  /** The gradient of a softmax's input from that of its `result`; all have one shape. */
  softmaxBackward(output: View, grad: View, result: View, logarithm: boolean): void;

  /** The logarithm of the sum of the exponentials of each row; `output` has one element for each. */
  logSumExp(output: View, input: View): void;

  /** Mean and variance (the sum of squares over `n`) of each row; outputs have one element for each. */
  moments(means: View, variances: View, input: View): void;

  /**
   * `(x − mean) · scale · weight + bias` with each row's own mean and `scale = 1 / √(variance + epsilon)`, which are written to `means` and `scales`, one element for each
   * row. `weight` and `bias` have shape `[n]`; a bias comes with a weight only.
   */
  normalize(
    output: View,
    means: View,
    scales: View,
    input: View,
    weight: View | null,
    bias: View | null,
    epsilon: number,
  ): void;

  /** The gradient of the input of `normalize`. */
  normalizeBackward(
    output: View,
    grad: View,
    input: View,
    means: View,
    scales: View,
    weight: View | null,
  ): void;

  /** The gradient of the weight of `normalize`: for each of the `n` columns `Σ grad · (x − mean) · scale`. */
  normalizeWeightGradient(output: View, grad: View, input: View, means: View, scales: View): void;

  /** For each row `Σ x · y`; `output` has one element for each. */
  rowProducts(output: View, left: View, right: View): void;

  /**
   * Sums of minus the labelled elements of each row, times the weights of their classes; each is written to `losses` too unless that is `null`. Gives the number of the
   * first row whose label is no class, −1 where there is none; sums are unfinished then.
   */
  pickLabels(losses: View | null, sums: PickedSums, input: View, labels: Labels): number;

  /**
   * Zeros, and at each label minus its class's weight times `grad`, divided by `divisor`, of one element, unless that is `null`; `grad` has one element, or one for each
   * row.
   */
  spreadLabels(output: View, grad: View, divisor: View | null, labels: Labels): void;
}
