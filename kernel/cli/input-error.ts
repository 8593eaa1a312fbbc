/** The user gave something that cannot be used (a file, a flag, a folder). The command ends with exit code 2. */
export class InputError extends Error {
  override readonly name = "InputError";
}
