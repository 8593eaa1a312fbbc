/** An operation that cannot be done with these tensors: shapes, devices, or the state of the graph. Named as PyTorch names it. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
}
