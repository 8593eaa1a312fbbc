/** A file that breaks the rules of the safetensors format. Named as Python's package names it. */
export class SafetensorError extends Error {
  override readonly name = "SafetensorError";
}
