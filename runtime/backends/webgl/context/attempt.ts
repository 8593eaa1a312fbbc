/** A process that opens a context in the way that its argument names, and prints what came of it as one line of JSON. See `probe.ts`. */
import { writeSync } from "node:fs";
import type { ContextDescription, Way } from "./description.ts";
import { PackageError } from "./library.ts";
import { openContext } from "./open.ts";

/** What the process prints. */
export type Answer =
  | { readonly description: ContextDescription }
  /** Why there is no context, and whether it is the package that fails, in whatever way it is used. */
  | { readonly reason: string; readonly package: boolean };

function attempt(way: Way): Answer {
  try {
    return { description: openContext(way).description };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { reason, package: error instanceof PackageError };
  }
}

// The argument is written by `probe.ts`.
writeSync(1, `${JSON.stringify(attempt(process.argv[2] as Way))}\n`);
process.exit(0);
