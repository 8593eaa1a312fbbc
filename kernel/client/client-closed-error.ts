/** A request was pending, or was made, when the client had been closed. */
export class ClientClosedError extends Error {
  override readonly name = "ClientClosedError";

  constructor() {
    super("This connection to the kernel was closed. Connect again to send further requests.");
  }
}
