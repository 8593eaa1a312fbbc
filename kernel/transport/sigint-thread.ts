import { parentPort } from "node:worker_threads";
import { Script } from "node:vm";

/*
 * The thread that waits for SIGINT. Signal handlers in JavaScript run on the main thread's event loop, to which a busy
 * cell never returns; `breakOnSigint` is Node's own way to catch the signal on a thread apart and to end a script with it.
 * So this thread runs a script that only waits, and every signal ends one wait.
 */

declare global {
  /** Waits for one SIGINT and reports it; a global, because scripts see nothing else. */
  var waitForSigint: () => void;
}

const wait = new Script("Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)");
const waitAgainAndAgain = new Script("for (;;) waitForSigint()");

/** The signal is the only way out, so whatever the script throws is its interruption. */
function untilInterrupted(script: Script): void {
  try {
    script.runInThisContext({ breakOnSigint: true });
  } catch {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
    parentPort?.postMessage("sigint");
  }
}

globalThis.waitForSigint = (): void => untilInterrupted(wait);

// Node restores the default, which ends the process, between two such scripts. The outer one keeps the signal caught
// while the inner one reports.
for (;;) untilInterrupted(waitAgainAndAgain);
