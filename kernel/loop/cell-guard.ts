import type { Front } from "./front.ts";

/** A cell that was stopped ends by itself within this time, or is given up. */
const GRACE_MS = 250;

type Gate = Pick<Front, "enterCell" | "leaveCell" | "interruptSettled">;

/**
 * Runs user code that may be terminated at any point. A termination also ends whatever code of the kernel happens to be
 * on the stack, and drops V8's queue of pending promise reactions, so that an `await` may never come back. Hence nothing
 * here awaits: every step is a callback that may be lost, and the report of the interrupt makes up for it.
 */
export class CellGuard {
  readonly #gate: Gate;
  readonly #stop: () => void;
  #onInterrupted: (() => void) | null = null;

  /** @param stop settles the work when it is pending. */
  constructor(gate: Gate, stop: () => void) {
    this.#gate = gate;
    this.#stop = stop;
  }

  /**
   * Resolves with what the work resolves with, once nothing can be terminated any more; with `lost` when an interrupt took
   * the work away without a trace. The work must not reject.
   */
  async run<T>(work: () => Promise<T>, lost: T): Promise<T> {
    return new Promise((resolve) => {
      let result: { readonly value: T } | null = null;
      let stopped = false;
      const finish = (value: T): void => {
        result = { value };
        if (stopped || this.#gate.leaveCell()) resolve(value);
      };
      this.#onInterrupted = () => {
        stopped = true;
        this.#gate.interruptSettled();
        if (result !== null) return resolve(result.value);
        this.#stop();
        setTimeout(() => resolve(lost), GRACE_MS).unref();
      };
      this.#gate.enterCell();
      void work().then(finish);
    });
  }

  /** The front reports that the running code was stopped. */
  interrupted(): void {
    this.#onInterrupted?.();
    this.#onInterrupted = null;
  }
}
