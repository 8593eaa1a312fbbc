/** How many threads an operation may use. */
import { availableParallelism } from "node:os";
import { handover } from "./handover.ts";

/** What the environment says: a whole number above 0, the first of a list as OpenMP has them; `null` where it says nothing. */
function fromEnvironment(name: string): number | null {
  const text = process.env[name];
  if (text === undefined || text.trim() === "") return null;
  const count = Number(text.split(",")[0]);
  if (Number.isInteger(count) && count > 0) return count;
  process.emitWarning(`${name} is ${JSON.stringify(text)}, not a whole number above 0; it is ignored.`);
  return null;
}

/** OpenMP's variable cannot ask for more threads than there are processors, as in PyTorch. */
function initialCount(): number {
  const wanted = fromEnvironment("TYPETORCH_NUM_THREADS");
  if (wanted !== null) return wanted;
  const available = availableParallelism();
  return Math.min(fromEnvironment("OMP_NUM_THREADS") ?? available, available);
}

/** 0 before the environment was asked. A thread of the pool does not divide its work further. */
let count = handover === null ? 0 : 1;

/** Threads that an operation may use, the main one included. */
export function threadCount(): number {
  if (count === 0) count = initialCount();
  return count;
}

/** Sets that number: whole and above 0. */
export function setThreadCount(threads: number): void {
  count = threads;
}
