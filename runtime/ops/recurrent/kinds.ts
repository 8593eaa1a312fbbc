/** What the kinds of recurrent layers are. */

/** A long short-term memory, a gated recurrent unit, or an Elman network with one of two activations: PyTorch's names of the modes. */
export type RecurrentKind = "LSTM" | "GRU" | "RNN_TANH" | "RNN_RELU";

/** How many vectors of the hidden size each kind computes in a step; their weights lie one below the other. */
export const gateCount: Readonly<Record<RecurrentKind, number>> = {
  LSTM: 4,
  GRU: 3,
  RNN_TANH: 1,
  RNN_RELU: 1,
};

/** What a layer learns in one direction. */
export interface LayerWeights<T> {
  /** For the input: `[gates · hidden, input]`. */
  readonly weight_ih: T;
  /** For the state before: `[gates · hidden, state]`. */
  readonly weight_hh: T;
  /** `[gates · hidden]`, or `null`. */
  readonly bias_ih: T | null;
  /** `[gates · hidden]`, or `null`. */
  readonly bias_hh: T | null;
  /** An LSTM's projection of its output, `[state, hidden]`, or `null`. */
  readonly weight_hr: T | null;
}

/** A hidden state `[batch, state]`, and an LSTM's cell state `[batch, hidden]`. */
export interface State<T> {
  readonly h: T;
  readonly c: T | null;
}

/**
 * Which rows of packed data belong together. Data is `[rows, features]`: the first step of all sequences, then the second of those that have one, and so on, the longest sequence first.
 */
export interface Steps {
  /** How many sequences each step has; no number is above the one before it. */
  readonly sizes: readonly number[];
  /** From the last step to the first. */
  readonly reverse: boolean;
}

/** A step: its first row, and how many it has. */
export interface Step {
  readonly first: number;
  readonly count: number;
}

/** The steps in the order in which they are computed. */
export function stepsInOrder({ sizes, reverse }: Steps): Step[] {
  let first = 0;
  const steps = sizes.map((count) => {
    const step = { first, count };
    first += count;
    return step;
  });
  return reverse ? steps.toReversed() : steps;
}
