/** A matrix for which an operation of linear algebra has no answer, such as the inverse of a singular one. Named as PyTorch names it. */
export class LinAlgError extends Error {
  override readonly name = "_LinAlgError";
}
