import process from "node:process";
import { contextCell } from "./cell-context.ts";

/** What `process.exit()` throws in a cell. */
class ProcessExitError extends Error {
  override readonly name = "ProcessExit";

  constructor(code: number | string) {
    super(
      `process.exit(${code}) ends this cell, not the kernel, so that its variables stay. ` +
        "To end the kernel, shut it down or restart it.",
    );
  }
}

let guarded = false;

/** Makes `process.exit()` of a cell end the cell: ending the process would lose output and every variable. */
export function guardProcessExit(): void {
  if (guarded) return;
  guarded = true;
  const exit = process.exit.bind(process);
  process.exit = (code?: number | string | null): never => {
    if (contextCell() === null) return exit(code);
    throw new ProcessExitError(code ?? process.exitCode ?? 0);
  };
}
