import { Session } from "node:inspector";

/** How often a termination that has met no code yet is given something to end. */
const POKE_MS = 50;

/**
 * Ends what the main thread executes, from another thread, through V8's inspector: loops, regular expressions, and
 * chains of promises that never let the event loop run. Variables keep their values.
 */
export class MainThread {
  readonly #inspector = new Session();
  readonly #poke: () => void;

  /** @param poke makes the main thread run a callback that does nothing. */
  constructor(poke: () => void) {
    this.#poke = poke;
    this.#inspector.connectToMainThread();
  }

  /**
   * Terminates; resolves when V8 has done it, so that code which runs from then on is safe. A main thread that waits
   * executes nothing that could be terminated, and V8 would keep the termination for whatever it runs next: the poke is
   * there to be that.
   */
  async terminate(): Promise<void> {
    const done = new Promise<void>((resolve) => {
      this.#inspector.post("Runtime.terminateExecution", () => resolve());
    });
    this.#poke();
    const again = setInterval(this.#poke, POKE_MS);
    await done;
    clearInterval(again);
  }
}
