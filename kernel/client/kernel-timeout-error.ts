/** The kernel did not finish a request in the time that the caller allowed. */
export class KernelTimeoutError extends Error {
  override readonly name = "KernelTimeoutError";

  constructor(request: string, waitedMs: number, then: string) {
    super(`The kernel did not finish ${request} within ${waitedMs / 1000} s. ${then}`);
  }
}
