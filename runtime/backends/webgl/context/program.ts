/**
 * The program that tries a way in a process of its own: the file beside this one, compiled or as source. Written out twice, so that bundlers see both. The package's own
 * bundle leaves this module out, so that it stays where the file is.
 */
export const program: URL = import.meta.url.endsWith(".ts")
  ? new URL("./attempt.ts", import.meta.url)
  : new URL("./attempt.js", import.meta.url);
