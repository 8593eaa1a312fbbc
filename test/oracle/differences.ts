/** A call that answers otherwise than PyTorch, on purpose. */
export interface Difference {
  /** Matches the call as `describeCall` writes it. */
  readonly calls: RegExp;
  readonly reason: string;
}

/** All of them; `docs/differences.md` tells users. */
export const differences: readonly Difference[] = [
  {
    calls: /^torch\.(lin|log)space\(0, 3, 1\)$/,
    reason: "1.0 is no count of steps in Python; JavaScript cannot tell it from 1.",
  },
  {
    calls: /polygamma_?\(1, (float32|int(8|16)\[5,5\])/,
    reason:
      "PyTorch computes trigamma of float32 in float32, and loses digits near its poles; here it is computed in float64.",
  },
];
