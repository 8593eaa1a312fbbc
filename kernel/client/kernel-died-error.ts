/** The kernel process ended although nobody had asked it to. */
export class KernelDiedError extends Error {
  override readonly name = "KernelDiedError";
  /** `null` when a signal ended the process, or when it never started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** The last lines that the kernel wrote to standard error. */
  readonly stderr: string;

  constructor(exitCode: number | null, signal: string | null, stderr: string) {
    const said =
      stderr === "" ? "It wrote nothing to standard error." : `Its last lines on standard error:\n${stderr}`;
    super(`The kernel process ${ending(exitCode, signal)}. ${said}`);
    this.exitCode = exitCode;
    this.signal = signal;
    this.stderr = stderr;
  }
}

function ending(exitCode: number | null, signal: string | null): string {
  if (signal !== null) return `was ended by signal ${signal}`;
  return exitCode === null ? "could not be started" : `ended with exit code ${exitCode}`;
}
