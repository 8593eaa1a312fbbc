/** A connection file that cannot be used. The message names the file, what is wrong with it and what to do. */
export class ConnectionError extends Error {
  override readonly name = "ConnectionError";
}
