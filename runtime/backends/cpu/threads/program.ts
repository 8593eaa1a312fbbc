/**
 * A thread's program, compiled or as source: the file beside this one. Written out twice, so that bundlers see both. The package's own bundle leaves this module out, so
 * that it stays where the file is.
 */
export const program: URL = import.meta.url.endsWith(".ts")
  ? new URL("./worker.ts", import.meta.url)
  : new URL("./worker.js", import.meta.url);
