/** A name that does not exist or is taken. Python has an error of this name. */
export class KeyError extends Error {
  override readonly name = "KeyError";
}
