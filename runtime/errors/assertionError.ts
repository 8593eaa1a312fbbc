/** Arguments that do not belong together, where PyTorch asserts that they do. Named as PyTorch names it. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}
