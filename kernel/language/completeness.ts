import type { Program } from "oxc-parser";
import { parse, type ParseFailure } from "./parse.ts";
import type { Completeness } from "./types.ts";

const indentStep = "  ";

/** Whether the parser stopped because the text ended: then more of it could complete the cell. */
function stoppedAtEnd(code: string, { message, offset }: ParseFailure): boolean {
  const text = code.trimEnd();
  if (offset >= text.length) return true;
  // The parser reports these where they begin. A string in quotes cannot go on in the next line, so it is not among them.
  if (message.startsWith("Unterminated multiline comment")) return true;
  if (message.startsWith("Missing initializer")) return /\bconst\s+[^\s=;]+$/u.test(text);
  if (text.endsWith("?.")) return offset >= text.length - 2;
  return message.startsWith("Unterminated string") && code[offset] === "`";
}

/** `function f()` alone declares one form of an overloaded function: whoever writes it means to go on. */
function lacksBody({ body }: Program, code: string): boolean {
  const last = body.at(-1);
  return last?.type === "TSDeclareFunction" && last.declare !== true && !code.trimEnd().endsWith(";");
}

/** Endings of a line after which the next one stands deeper: an open bracket, an arrow, a condition without its body, a case. */
const deeper = [
  /(?<!\$)[([{][^)\]}"'`]*$/u,
  /=>\s*$/u,
  /\b(?:if|for|while)\s*\(.*\)\s*$/u,
  /\b(?:else|do|try|finally)\s*$/u,
  /^\s*(?:case\b.*|default\s*):\s*$/u,
];

/** The indentation of the line to come: that of the last line with text, one step deeper where an editor would go deeper. */
function indentAfter(code: string): string {
  const last = code.trimEnd().split("\n").at(-1) ?? "";
  const indent = /^\s*/u.exec(last)?.[0] ?? "";
  const text = last.replace(/\/\/.*$/u, "");
  return deeper.some((ending) => ending.test(text)) ? indent + indentStep : indent;
}

/** Answers whether a cell could run as it is, could become one by more text, or neither. */
export function isComplete(code: string): Completeness {
  const { program, failure } = parse(code);
  const unfinished = failure === null ? lacksBody(program, code) : stoppedAtEnd(code, failure);
  if (unfinished) return { status: "incomplete", indent: indentAfter(code) };
  return { status: failure === null ? "complete" : "invalid" };
}
