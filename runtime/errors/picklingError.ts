/** A value that has no place in a file. Named as Python names it. */
export class PicklingError extends Error {
  override readonly name = "PicklingError";
}
