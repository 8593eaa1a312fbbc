import { EXIT } from "./exit-codes.ts";
import { InterruptedError } from "./interrupted-error.ts";

/**
 * Runs `work` with a signal that Ctrl-C (or SIGTERM) aborts, so that the work can end its kernel and leave every file
 * as it was. A second Ctrl-C does not wait for that.
 *
 * @throws InterruptedError when the user interrupted, whatever the work itself made of it.
 */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort(new InterruptedError("Interrupted. The notebook files are unchanged."));
  };
  const signals = ["SIGINT", "SIGTERM"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const result = await work(controller.signal);
    controller.signal.throwIfAborted();
    return result;
  } catch (error) {
    throw controller.signal.aborted ? controller.signal.reason : error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
