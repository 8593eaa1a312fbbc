import { codeFrameColumns } from "@babel/code-frame";
import type { Position } from "./types.ts";

const linesAbove = 2;
const linesBelow = 2;

/** The lines of `source` around a position, or a range up to `end`, with carets below it; coloured with ANSI escapes. */
export function codeFrame(source: string, start: Position, end?: Position): string {
  return codeFrameColumns(
    source,
    { start, ...(end !== undefined && { end }) },
    { forceColor: true, linesAbove, linesBelow },
  );
}
