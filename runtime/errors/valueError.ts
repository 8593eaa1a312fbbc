/** An argument of the right type with a value that makes no sense. Named as PyTorch names it. */
export class ValueError extends Error {
  override readonly name = "ValueError";
}
