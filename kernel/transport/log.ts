import fs from "node:fs";

const STDERR = 2;
/** Kept before any cell runs: what cells write to this descriptor is their output. */
const { writeSync } = fs;

/**
 * One line on the kernel's own standard error, at once. `process.stderr` will not do: in a worker its text travels through
 * the main thread, which may be busy, and in the main thread it is the output of a cell.
 */
export function logLine(text: string): void {
  try {
    writeSync(STDERR, `[typetorch] ${text}\n`);
  } catch {
    // Nobody reads standard error any more (EPIPE), or it is full (EAGAIN): a log line is not worth a kernel.
  }
}
