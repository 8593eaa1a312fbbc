#!/usr/bin/env node
import { CommanderError } from "commander";

import { EXIT } from "./exit-codes.ts";
import { createProgram } from "./program.ts";
import { describeError, exitCodeOf } from "./report-error.ts";

// Who pipes into `head` closes the pipe early; that is no error of ours, and the work goes on.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  await createProgram().parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Commander has printed its own message already, and calls `--help` and `--version` errors of exit code 0. */
function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.badInput;
  process.stderr.write(`${describeError(error, process.env["TYPETORCH_DEBUG"] === "1")}\n`);
  return exitCodeOf(error);
}
