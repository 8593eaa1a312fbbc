import { Worker } from "node:worker_threads";

/** Calls `onSigint` for every SIGINT, even while the main thread is busy. From then on the signal ends no process. */
export function watchSigint(onSigint: () => void): void {
  const thread = new Worker(new URL("./sigint-thread.js", import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 1 },
  });
  thread.on("message", onSigint);
  thread.unref();
}
