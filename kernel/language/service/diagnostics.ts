import type { Program } from "oxc-parser";
import type { Diagnostic, Position as ServerPosition } from "vscode-languageserver-protocol";
import { walk } from "../ast.ts";
import type { CellDiagnostic, Position } from "../types.ts";
import { FIRST_LINE } from "./cell-document.ts";

/** Names that TypeScript cannot find: values, types, namespaces, shorthand properties; those for which it advises another `lib`. */
const missingNames: ReadonlySet<number> = new Set([
  2304, 2318, 2503, 2552, 2580, 2581, 2582, 2583, 2584, 2591, 2592, 2593, 18_004,
]);

/**
 * What TypeScript says of a module and is no fault in a notebook: modules that are not found, or have no types (importing
 * says it better), and variables whose type their later assignments decide, since those may come in a later cell.
 */
const ignored: ReadonlySet<number> = new Set([2307, 2792, 7016, 7005, 7034, 2875, 2306, 2664, 2882]);

function messageOf({ message }: Diagnostic): string {
  return typeof message === "string" ? message : message.value;
}

/** "Element implicitly has an 'any' type because type 'typeof globalThis' has no index signature." */
const UNKNOWN_GLOBAL = 7017;

/** Properties of the global object are how a program keeps something where every cell and module finds it. */
function isNoFault(diagnostic: Diagnostic): boolean {
  const { code } = diagnostic;
  if (typeof code !== "number") return true;
  if (code !== UNKNOWN_GLOBAL) return ignored.has(code);
  return messageOf(diagnostic).includes("typeof globalThis");
}

/** DiagnosticSeverity.Error */
const ERROR = 1;

/** The cell that a diagnostic is about. */
export interface DiagnosedCell {
  readonly name: string;
  readonly source: string;
  readonly program: Program;
}

/** A place in the cell, from the server's place in its document. The server counts lines and UTF-16 units from 0. */
function place({ line, character }: ServerPosition): Position {
  return { line: line - FIRST_LINE + 1, column: character + 1 };
}

/** Offsets at which the lines of a text begin, as the protocol counts lines: U+2028 and U+2029 end none. */
export function lineStarts(text: string): number[] {
  return [0, ...[...text.matchAll(/\r\n|\n|\r/gu)].map((match) => match.index + match[0].length)];
}

interface FunctionSpan {
  readonly start: number;
  readonly end: number;
}

/** Bodies of functions, whose code runs when they are called: what they name may be declared by then. */
function functionSpans(program: Program): FunctionSpan[] {
  const spans: FunctionSpan[] = [];
  walk(program, (node) => {
    const isFunction =
      node.type === "FunctionDeclaration" ||
      node.type === "FunctionExpression" ||
      node.type === "ArrowFunctionExpression" ||
      node.type === "TSEmptyBodyFunctionExpression";
    if (isFunction) spans.push({ start: node.start, end: node.end });
    return !isFunction;
  });
  return spans;
}

function missingName(diagnostic: Diagnostic): string | null {
  const { code } = diagnostic;
  if (typeof code !== "number" || !missingNames.has(code)) return null;
  return /'([^']+)'/u.exec(messageOf(diagnostic))?.[1] ?? null;
}

/** Complaints of the server that concern the cell's own text. Those about the lines that the kernel added do not. */
export function cellDiagnostics(items: readonly Diagnostic[], cell: DiagnosedCell): CellDiagnostic[] {
  const starts = lineStarts(cell.source);
  const deferred = functionSpans(cell.program);
  const found: CellDiagnostic[] = [];
  for (const item of items) {
    if (item.severity !== ERROR || isNoFault(item)) continue;
    const { start, end } = item.range;
    const lineStart = starts[start.line - FIRST_LINE];
    if (lineStart === undefined) continue;
    const offset = lineStart + start.character;
    const missing = missingName(item);
    const inFunction = deferred.some((span) => span.start <= offset && offset < span.end);
    found.push({
      code: Number(item.code),
      message: messageOf(item),
      severity: missing !== null && inFunction ? "warning" : "error",
      cell: cell.name,
      source: cell.source,
      start: place(start),
      end: place(end),
      deferred: inFunction,
      missing,
    });
  }
  return found;
}
