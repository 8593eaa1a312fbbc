/** The kernel's channels could not be opened. */
export class TransportError extends Error {
  override readonly name = "TransportError";
}
