/** A combination that PyTorch's own operator does not support either, such as a dtype without a kernel. Named as PyTorch names it. */
export class NotImplementedError extends Error {
  override readonly name = "NotImplementedError";
}
