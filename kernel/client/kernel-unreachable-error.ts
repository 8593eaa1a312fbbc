/** Nothing answers at the addresses of a connection file, not even the heartbeat. */
export class KernelUnreachableError extends Error {
  override readonly name = "KernelUnreachableError";

  constructor(heartbeat: string, waitedMs: number) {
    super(
      `No kernel answers: the heartbeat at ${heartbeat} was silent for ${waitedMs / 1000} s. ` +
        "The kernel has ended, or its connection file is an old one. Start a kernel and use the file it writes.",
    );
  }
}
