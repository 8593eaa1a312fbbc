import type { View } from "./backend.ts";

/** What a product of matrices does with its sums before it stores them, so that nothing has to go through the result again. */
export interface ProductFinish {
  /** Adds to what is in the output instead of replacing it. */
  readonly accumulate?: boolean;
  /** Numbers to add, one for each column: shape `[m]`, contiguous, of the product's dtype. */
  readonly bias?: View;
  /** Replaces negative results by 0, after the bias. */
  readonly relu?: boolean;
}

/** Products of matrices. */
export interface ProductBackend {
  /**
   * `output[b…] = left[b…] @ right[b…]`: shapes `[b…, n, k]`, `[b…, k, m]` and `[b…, n, m]`, with any number of batch dimensions, none included, which the
   * three have in common; one dtype; any strides for the operands. Where `k` is 0, the sums are zeros.
   */
  matmul(output: View, left: View, right: View, finish?: ProductFinish): void;
}
