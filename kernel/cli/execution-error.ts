/** A notebook could not be executed to its end. The command ends with exit code 1. */
export class ExecutionError extends Error {
  override readonly name = "ExecutionError";
}
