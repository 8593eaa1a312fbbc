import { ExecutionError } from "./execution-error.ts";
import { EXIT } from "./exit-codes.ts";
import { InputError } from "./input-error.ts";
import { InterruptedError } from "./interrupted-error.ts";

/** The exit code that an error ends the command with. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof InputError) return EXIT.badInput;
  if (error instanceof InterruptedError) return EXIT.interrupted;
  return EXIT.executionFailed;
}

/**
 * What the user reads of an error: its message, which says what to do. Where the error was thrown helps only who works
 * on typetorch, so the stack is shown when TYPETORCH_DEBUG=1 asks for it.
 */
export function describeError(error: unknown, debug: boolean): string {
  if (debug && error instanceof Error) return `typetorch: ${error.stack ?? error.message}${causeOf(error)}`;
  const message = error instanceof Error ? error.message : String(error);
  const expected =
    error instanceof InputError || error instanceof ExecutionError || error instanceof InterruptedError;
  const hint = expected ? "" : "\n(Set TYPETORCH_DEBUG=1 to see where this comes from.)";
  return `typetorch: ${message}${hint}`;
}

function causeOf(error: Error): string {
  return error.cause instanceof Error ? `\nCaused by: ${error.cause.stack ?? error.cause.message}` : "";
}
