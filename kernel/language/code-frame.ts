import { codeFrameColumns } from "@babel/code-frame";
import type { Position } from "./types.ts";

const linesAbove = 2;
const linesBelow = 2;

/** The lines of `source` around a position, with a caret below it; coloured with ANSI escapes. */
export function codeFrame(source: string, position: Position): string {
  return codeFrameColumns(source, { start: position }, { forceColor: true, linesAbove, linesBelow });
}
