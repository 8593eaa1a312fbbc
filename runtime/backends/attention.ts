import type { View } from "./backend.ts";

/** What an attention looks at: queries `[N, H, L, E]`, keys `[N, H, S, E]`, values `[N, H, S, V]`, in any layout, of one floating-point dtype. No size is 0. */
export interface AttentionOperands {
  readonly query: View;
  readonly key: View;
  readonly value: View;
  /** The products of queries and keys are multiplied with it. */
  readonly scale: number;
}

/** Attention of `L` positions on `S` others, for each of `H` heads of each of `N` sequences. */
export interface AttentionBackend {
  /**
   * `weights = softmax(scale · query · keyᵀ + mask)`, row-major `[N, H, L, S]`, and `output = weights · value`, `[N, H, L, V]`. A row that the mask forbids
   * entirely has weights of 0. The mask has the shape of the weights and the dtype of the operands. Rows of `output` and of the mask have no gaps.
   */
  attention(output: View, weights: View, operands: AttentionOperands, mask: View | null): void;

  /**
   * The gradients of the operands, from that of the output, which may have any layout. Rows of the results have no gaps.
   */
  attentionBackward(
    gradients: { readonly query: View; readonly key: View; readonly value: View },
    grad: View,
    weights: View,
    operands: AttentionOperands,
  ): void;
}
