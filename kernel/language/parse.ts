import { parseSync, type OxcError, type Program } from "oxc-parser";
import { positionAt } from "./position.ts";
import { insteadOfPython } from "./python.ts";
import { CellSyntaxError } from "./syntax-error.ts";

/** The languages of cells: TypeScript, and TypeScript with JSX, in which `<T>x` is no cast. */
export type CellLanguage = "ts" | "tsx";

/** The first error of a text that does not parse, with the UTF-16 offset at which the parser stopped. */
export interface ParseFailure {
  readonly message: string;
  readonly offset: number;
}

/** A program, and the language that it is written in. */
export interface Parsed {
  readonly program: Program;
  readonly language: CellLanguage;
}

/** What the parser found: a program, or why there is none. */
export type ParseOutcome =
  | { readonly program: Program; readonly failure: null; readonly language: CellLanguage }
  | { readonly program: null; readonly failure: ParseFailure; readonly language: CellLanguage };

function failureOf(error: OxcError, source: string): ParseFailure {
  const help = error.helpMessage === null ? "" : ` (${error.helpMessage})`;
  // An error about two places, a bracket and what stands where its partner should, happens at the later one.
  const starts = error.labels.map(({ start }) => start);
  return { message: error.message + help, offset: starts.length > 0 ? Math.max(...starts) : source.length };
}

function parseAs(source: string, language: CellLanguage): ParseOutcome {
  const { program, errors } = parseSync(`cell.${language}`, source, {
    lang: language,
    sourceType: "module",
    showSemanticErrors: true,
  });
  const [error] = errors;
  return error === undefined
    ? { program, failure: null, language }
    : { program: null, failure: failureOf(error, source), language };
}

/**
 * Parses a cell as a TypeScript module: strict, with `await` at the top level, and checked for redeclarations. A text that
 * only JSX makes sense of is parsed as that; when neither does, the error is that of the language that got further.
 */
export function parse(source: string): ParseOutcome {
  const plain = parseAs(source, "ts");
  if (plain.failure === null || !/<[\w>]/u.test(source)) return plain;
  const withJsx = parseAs(source, "tsx");
  return withJsx.failure === null || withJsx.failure.offset > plain.failure.offset ? withJsx : plain;
}

/** The parser's message, and what to write instead where the line, or the one before it, which the parser had hoped would go on, is Python's. */
function messageOf({ message, offset }: ParseFailure, source: string): string {
  const before = source.slice(0, offset).trimEnd().split("\n").at(-1) ?? "";
  const line = source.slice(0, offset).split("\n").length - 1;
  const advice = insteadOfPython(source.split("\n")[line] ?? "") ?? insteadOfPython(before);
  return advice === null ? message : `${message}. ${advice}`;
}

/**
 * Parses the cell `name`.
 *
 * @throws CellSyntaxError at the parser's first error
 */
export function parseCell(source: string, name: string): Parsed {
  const { program, language, failure } = parse(source);
  if (failure === null) return { program, language };
  throw new CellSyntaxError(messageOf(failure, source), name, source, positionAt(source, failure.offset));
}

/** Whether a text is a module in JavaScript. */
export function isJavaScript(source: string): boolean {
  return parseSync("cell.js", source, { lang: "js", sourceType: "module" }).errors.length === 0;
}
