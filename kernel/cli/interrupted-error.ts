/** The user pressed Ctrl-C. The command ends with exit code 130. */
export class InterruptedError extends Error {
  override readonly name = "InterruptedError";
}
