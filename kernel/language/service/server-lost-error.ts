/** TypeScript's server ended, cannot be started, or does not answer. */
export class ServerLostError extends Error {
  override readonly name = "ServerLostError";
}
