// From the module: cells may replace the globals.
import { setImmediate, setTimeout } from "node:timers";
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
  /** What the present run does once an interrupt is over. */
  #onSettled: (() => void) | null = null;

  /** @param stop settles the work when it is pending. */
  constructor(gate: Gate, stop: () => void) {
    this.#gate = gate;
    this.#stop = stop;
  }

  /**
   * Resolves with what the work resolves with, once nothing can be terminated any more; with `lost` when an interrupt took
   * the work away without a trace. The work must not reject.
   *
   * Not an async function: one that returns a promise takes a detour through V8's queue, and what is in the queue when the
   * cell is terminated is dropped (seen: `await 1; while (true) {}` was never answered).
   */
  // oxlint-disable-next-line typescript/promise-function-async -- see above
  run<T>(work: () => Promise<T>, lost: T): Promise<T> {
    return new Promise((resolve) => {
      let result: { readonly value: T } | null = null;
      let stopped = false;
      const finish = (value: T): void => {
        result = { value };
        if (stopped || this.#gate.leaveCell()) resolve(value);
      };
      const stop = (): void => {
        stopped = true;
        if (result !== null) return resolve(result.value);
        this.#stop();
        setTimeout(() => resolve(lost), GRACE_MS).unref();
      };
      const begin = (): void => {
        this.#onSettled = stop;
        if (this.#gate.enterCell()) void work().then(finish);
        else this.#onSettled = begin;
      };
      // On a stack of its own: a termination ends every function on the stack, also those of whoever called this.
      setImmediate(begin);
    });
  }

  /** The front reports that what was running has been stopped. */
  interrupted(): void {
    if (!this.#gate.interruptSettled()) return;
    const settled = this.#onSettled;
    this.#onSettled = null;
    settled?.();
  }
}
