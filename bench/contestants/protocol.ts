/**
 * The benchmark and a contestant talk in lines of JSON over standard input and output. A contestant first says who it is, then answers each request.
 */
import type { Snippet } from "../row.ts";

/** The first line of a contestant: it is ready, or why it is not. */
export type Greeting = { readonly ready: string } | { readonly failed: string };

export type Request =
  | ({ readonly request: "prepare" } & Snippet)
  | { readonly request: "run"; readonly repeat: number }
  | { readonly request: "steps"; readonly repeat: number };

/** What happened to a row that could not be prepared, or broke while it ran. */
export interface Failure {
  readonly failed: string;
}

export interface Ran {
  /** For all the repeats together. */
  readonly microseconds: number;
}

/** A loop whose resident memory was sampled. */
export interface Stepped extends Ran {
  /** Bytes: the most that was seen. */
  readonly peak: number;
  /** Bytes: the median over the second half of the loop. */
  readonly steady: number;
}

/** The message of whatever was thrown, in one line. */
export function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n")[0]!.trim(); // split gives at least one part
}
