/** A property that an object does not have, or that is of another kind than it must be. Python has an error of this name. */
export class AttributeError extends Error {
  override readonly name = "AttributeError";
}
