import process from "node:process";
import { contextCell } from "./cell-context.ts";

let guarded = false;

/**
 * Makes `process.exit()` of a cell end the kernel in an orderly way: the cell says so, and `end` sends what is left to send,
 * answers the cell, and ends the process. Code of the kernel itself ends the process as Node does.
 */
export function guardProcessExit(end: (code: number) => never): void {
  if (guarded) return;
  guarded = true;
  const exit = process.exit.bind(process);
  process.exit = (code?: number | string | null): never => {
    const cell = contextCell();
    if (cell === null) return exit(code);
    // Node checks the code where it is set, and throws what it thinks of it.
    if (code !== undefined && code !== null) process.exitCode = code;
    const number = Number(process.exitCode ?? 0);
    cell.output.stream("stderr", `process.exit(${number}): the kernel ends, and its variables with it.\n`);
    return end(number);
  };
}
