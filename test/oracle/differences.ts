/** A call that answers otherwise than PyTorch, on purpose. */
export interface Difference {
  /** Matches the call as `describeCall` writes it. */
  readonly calls: RegExp;
  readonly reason: string;
}

/** All of them; `docs/differences.md` tells users. */
export const differences: readonly Difference[] = [
  { calls: /\[1(,1){64}\]/, reason: "PyTorch allows 64 dimensions; there is no such limit here." },
];
