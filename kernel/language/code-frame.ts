import { codeFrameColumns } from "@babel/code-frame";
import type { Position } from "./types.ts";

const linesAbove = 2;
const linesBelow = 2;

/** Bright black, which code-frame gives the numbers of lines: on a dark page JupyterLab shows it black on black. */
const invisible = "\u001B[90m";

/** The lines of `source` around a position, or a range up to `end`, with carets below it; coloured with ANSI escapes. */
export function codeFrame(source: string, start: Position, end?: Position): string {
  const frame = codeFrameColumns(
    source,
    { start, ...(end !== undefined && { end }) },
    { forceColor: true, linesAbove, linesBelow },
  );
  return frame.replaceAll(invisible, "");
}
