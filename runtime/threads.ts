/** How many threads operations use. */
import { setThreadCount, threadCount } from "./backends/cpu/threads/count.ts";
import { RuntimeError } from "./errors/runtimeError.ts";

/**
 * Sets how many threads an operation on the CPU may use, the main one included. Results do not depend on it. Source: `torch.set_num_threads`.
 *
 * @throws RuntimeError when it is not a whole number above 0.
 */
export function set_num_threads(num_threads: number): void {
  if (typeof num_threads !== "number" || !Number.isInteger(num_threads))
    throw new RuntimeError(
      `set_num_threads expects an int, but got ${typeof num_threads === "number" ? num_threads : typeof num_threads}. Use for example torch.set_num_threads(2).`,
    );
  if (num_threads < 1)
    throw new RuntimeError(
      `set_num_threads expects a positive integer, but got ${num_threads}. Use 1 to have everything done by the main thread.`,
    );
  setThreadCount(num_threads);
}

/**
 * How many threads an operation on the CPU may use: as many as there are processors, unless `set_num_threads` or, when the process started, the environment
 * (`TYPETORCH_NUM_THREADS`, else `OMP_NUM_THREADS`) said otherwise. Source: `torch.get_num_threads`.
 */
export function get_num_threads(): number {
  return threadCount();
}
