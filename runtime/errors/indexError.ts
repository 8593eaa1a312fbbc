/** An index or a dimension that is out of range. Named as PyTorch names it. */
export class IndexError extends Error {
  override readonly name = "IndexError";
}
