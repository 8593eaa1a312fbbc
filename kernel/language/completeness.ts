import { parse, type ParseFailure } from "./parse.ts";
import type { Completeness } from "./types.ts";

const indentStep = "  ";

/** Whether the parser stopped because the text ended: then more of it could complete the cell. */
function stoppedAtEnd(code: string, { message, offset }: ParseFailure): boolean {
  if (offset >= code.trimEnd().length) return true;
  // The parser reports these two where they begin. A string in quotes cannot go on in the next line, so it is not among them.
  if (message.startsWith("Unterminated multiline comment")) return true;
  return message.startsWith("Unterminated string") && code[offset] === "`";
}

/** The indentation of the line to come: that of the last line, one step deeper after an opening bracket. */
function indentAfter(code: string): string {
  const last = code.split("\n").at(-1) ?? "";
  const indent = /^\s*/u.exec(last)?.[0] ?? "";
  return /[([{]\s*$|=>\s*$/u.test(last) ? indent + indentStep : indent;
}

/** Answers whether a cell could run as it is, could become one by more text, or neither. */
export function isComplete(code: string): Completeness {
  const { failure } = parse(code);
  if (failure === null) return { status: "complete" };
  return stoppedAtEnd(code, failure)
    ? { status: "incomplete", indent: indentAfter(code) }
    : { status: "invalid" };
}
