/** Places in the document of a cell, as the server counts them, and in the cell. */
import type { Diagnostic, Position, Range } from "vscode-languageserver-protocol";

/** The line of a cell's document in which the cell's own first line stands, from 0. */
export const FIRST_LINE = 1;

/** Text that stands in the document of a cell and not in the cell. */
export interface Insertion {
  /** Offset in the cell. */
  readonly at: number;
  /** Without a line break. */
  readonly text: string;
}

/** A part of a text. */
export interface Offsets {
  readonly start: number;
  readonly end: number;
}

/** Offsets at which the lines of a text begin, as the protocol counts lines: U+2028 and U+2029 end none. */
export function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n|\n|\r/gu)].map((match) => match.index + match[0].length)];
}

/** The text that the server says of a document. */
export function messageOf({ message }: Diagnostic): string {
  return typeof message === "string" ? message : message.value;
}

/** An offset in the cell; `null` in the lines that the kernel added. A place in an insertion is where it was put. */
function offsetInCell(
  { line, character }: Position,
  starts: readonly number[],
  insertions: readonly Insertion[],
): number | null {
  const start = starts[line - FIRST_LINE];
  if (start === undefined) return null;
  const end = starts[line - FIRST_LINE + 1] ?? Infinity;
  let offset = start + character;
  for (const { at, text } of insertions.filter((each) => start <= each.at && each.at < end)) {
    if (offset > at) offset = Math.max(at, offset - text.length);
  }
  return offset;
}

/** A part of the cell, from the server's range in its document; `null` for one in the lines that the kernel added. */
export function inCell(
  { start, end }: Range,
  starts: readonly number[],
  insertions: readonly Insertion[] = [],
): Offsets | null {
  const from = offsetInCell(start, starts, insertions);
  return from === null ? null : { start: from, end: offsetInCell(end, starts, insertions) ?? from };
}

/** The cell's text as it stands in its document. `insertions` are in order. */
export function withInsertions(source: string, insertions: readonly Insertion[]): string {
  return insertions.reduceRight(
    (text, { at, text: more }) => text.slice(0, at) + more + text.slice(at),
    source,
  );
}
