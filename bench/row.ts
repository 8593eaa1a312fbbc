/** What a row of the benchmark says: one piece of work, spelled in each contestant's language. */

/** Who takes part. */
export const contestantNames = ["typetorch", "PyTorch", "tfjs-wasm", "tfjs-cpu", "jax-js"] as const;

export type ContestantName = (typeof contestantNames)[number];

/** The libraries a row can be spelled in. Both of tfjs's backends run the same text. */
export type Language = "typetorch" | "pytorch" | "tfjs" | "jax";

/** Source text: the lines that prepare, outside of the measurement, and the one expression that is measured. */
export interface Snippet {
  readonly prepare: string;
  readonly body: string;
}

/** One line of the results. */
export interface Row {
  /** As the results show it; unique. */
  readonly name: string;
  /** The goals (`goals.ts`) that this row counts for. */
  readonly goals: readonly string[];
  /**
   * Text, not functions: a row is compiled anew in each process that runs it, so that no measurement sees what the compiler learned from another, and
   * a row can use what a library lacks today; it is reported as missing.
   */
  readonly code: Readonly<Record<"typetorch" | "pytorch", Snippet> & Partial<Record<Language, Snippet>>>;
}

/** Rows that are shown in one table. */
export interface Group {
  readonly name: string;
  /** What all rows of the group have in common. */
  readonly description: string;
  readonly rows: readonly Row[];
  /** Whether a system's BLAS can change the figures, so that a second pass with it is worth its time. */
  readonly usesBlas: boolean;
}

/** A loop whose time and memory are measured twice: leaving every tensor to the collector, and freeing each. */
export interface MemoryRow {
  readonly name: string;
  readonly prepare: string;
  /** One step, which leaves its results behind. */
  readonly naive: string;
  /** The same step, which frees its results. */
  readonly freed: string;
}

/** In which language a contestant runs a row. */
export const languageOf: Readonly<Record<ContestantName, Language>> = {
  typetorch: "typetorch",
  PyTorch: "pytorch",
  "tfjs-wasm": "tfjs",
  "tfjs-cpu": "tfjs",
  "jax-js": "jax",
};
