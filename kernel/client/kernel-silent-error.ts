/** Something echoes heartbeats, but does not answer signed requests: most often the key is another one. */
export class KernelSilentError extends Error {
  override readonly name = "KernelSilentError";

  constructor(heartbeat: string, waitedMs: number, refused: string | null) {
    const seen = refused === null ? "" : ` What it sent was refused: ${refused}`;
    super(
      `A kernel is alive at ${heartbeat}, but it did not answer kernel_info_request within ${waitedMs / 1000} s.${seen} ` +
        'Kernels ignore messages whose signature does not fit: compare "key" with the connection file that the kernel was started with.',
    );
  }
}
