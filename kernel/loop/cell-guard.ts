// From the module: cells may replace the globals.
import { setTimeout } from "node:timers";
import type { Front } from "./front.ts";
import { inOwnTurn } from "./turns.ts";

/** A cell that was stopped ends by itself within this time, or is given up. */
const GRACE_MS = 250;

type Gate = Pick<Front, "enterCell" | "leaveCell" | "interruptSettled">;

/**
 * Runs user code that may be terminated at any point. A termination also ends whatever code of the kernel happens to be
 * on the stack, and drops V8's queue of pending promise reactions, so that an `await` may never come back. Hence nothing
 * here awaits: every step is a callback that may be lost, and the report of the interrupt makes up for it.
 *
 * Several runs may be under way, those of subshells and of comms. They share the gate, and an interrupt stops them all: which
 * of them keeps the thread busy cannot be told from outside.
 */
export class CellGuard {
  readonly #gate: Gate;
  readonly #stop: () => void;
  /** What each present run does once an interrupt is over. */
  readonly #onSettled = new Set<() => void>();
  /** How many runs are inside the gate. */
  #inside = 0;

  /** @param stop settles the work of every run that is pending. */
  constructor(gate: Gate, stop: () => void) {
    this.#gate = gate;
    this.#stop = stop;
  }

  /**
   * Resolves with what the work resolves with, once nothing can be terminated any more; with `lost` when an interrupt took
   * the work away without a trace, or was still under way when the work ended. The work must not reject.
   *
   * Not an async function: one that returns a promise takes a detour through V8's queue, and what is in the queue when the
   * cell is terminated is dropped (seen: `await 1; while (true) {}` was never answered). For the same reason it resolves from a
   * callback of its own, where no other run's code lies in the queue.
   */
  // oxlint-disable-next-line typescript/promise-function-async -- see above
  run<T>(work: () => Promise<T>, lost: T): Promise<T> {
    return new Promise((resolve) => {
      let ended = false;
      const conclude = (value: T): void => {
        this.#onSettled.delete(stop);
        inOwnTurn(() => resolve(value));
      };
      const finish = (value: T): void => {
        if (ended) return;
        ended = true;
        if (!this.#onSettled.has(stop) || this.#leave()) conclude(value);
      };
      const stop = (): void => {
        // Whoever stopped it hears so, although it came to its end: `spawnSync` returns when its child is interrupted.
        if (ended) conclude(lost);
        else setTimeout(finish, GRACE_MS, lost).unref();
      };
      const begin = (): void => {
        if (this.#enter()) {
          this.#onSettled.add(stop);
          void work().then(finish);
        } else this.#onSettled.add(begin);
      };
      // On a stack of its own: a termination ends every function on the stack, also those of whoever called this.
      inOwnTurn(begin);
    });
  }

  /** The front reports that what was running has been stopped. */
  interrupted(): void {
    if (!this.#gate.interruptSettled()) return;
    this.#inside = 0;
    const settled = [...this.#onSettled];
    this.#onSettled.clear();
    this.#stop();
    for (const each of settled) each();
  }

  #enter(): boolean {
    if (this.#inside === 0 && !this.#gate.enterCell()) return false;
    this.#inside += 1;
    return true;
  }

  #leave(): boolean {
    if (this.#inside === 1 && !this.#gate.leaveCell()) return false;
    this.#inside -= 1;
    return true;
  }
}
