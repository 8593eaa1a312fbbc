/** What the command's exit code says. */
export const EXIT = {
  ok: 0,
  /** A cell failed, ran out of time, or its kernel ended. */
  executionFailed: 1,
  /** A flag, a file or a folder cannot be used; nothing ran, or nothing could be written. */
  badInput: 2,
  /** Ctrl-C: 128 + SIGINT, as shells count. */
  interrupted: 130,
} as const;

/** The table for `--help`. */
export const EXIT_CODE_HELP = `
Exit codes:
  0    everything worked
  1    a notebook failed: a cell's error, a timeout, a kernel that ended
  2    bad input: an unknown flag, a file that is missing or is no TypeScript notebook, a folder that cannot be written
  130  interrupted with Ctrl-C

Set TYPETORCH_DEBUG=1 to see where in typetorch an error comes from.`;
