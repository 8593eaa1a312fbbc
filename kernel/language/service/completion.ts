import type { CompletionItem, Range } from "vscode-languageserver-protocol";
import { isInternalName } from "./cell-document.ts";
import { codePointIndex } from "./code-points.ts";
import { readable } from "./signatures.ts";

/** The content of a `complete_reply`. */
export interface CompleteContent {
  readonly status: "ok";
  readonly matches: readonly string[];
  /** Both count code points. */
  readonly cursor_start: number;
  readonly cursor_end: number;
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** An entry of `_jupyter_types_experimental`, which JupyterLab shows beside a match. */
interface ExperimentalType {
  readonly text: string;
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly signature?: string;
}

/** A match, with what it replaces in the cell as UTF-16 offsets. */
export interface Match {
  readonly text: string;
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly item: CompletionItem | null;
}

/** Names of CompletionItemKind, from 1, as JupyterLab colours them. */
const kinds =
  "text method function function property variable class interface module property unit value enum keyword snippet color path reference path enum constant struct event operator type".split(
    " ",
  );

/** So many matches are shown with their signatures, which have to be asked for one by one. */
export const MOST_SIGNATURES = 24;

/** So long the signatures of matches may take together. A front end shows its list when it has the answer. */
export const SIGNATURES_MS = 6;

/** The part of a name that stands before the cursor. */
export function prefixAt(source: string, offset: number): string {
  return /[\p{ID_Continue}$\u200C\u200D]*$/u.exec(source.slice(0, offset))?.[0] ?? "";
}

/** The reply for a place where nothing is known. */
export function noCompletion(cursor: number): CompleteContent {
  return { status: "ok", matches: [], cursor_start: cursor, cursor_end: cursor, metadata: {} };
}

function editRange({ textEdit }: CompletionItem): Range | null {
  if (textEdit === undefined) return null;
  return "range" in textEdit ? textEdit.range : textEdit.replace;
}

/** A list of matches shares one range in Jupyter, so a match that replaces more or less is written for that range. */
function matchOf(
  item: CompletionItem,
  range: { start: number; end: number },
  toOffset: (place: Range["start"]) => number,
): Match | null {
  const edit = editRange(item);
  const start = edit === null ? range.start : toOffset(edit.start);
  const end = edit === null ? range.end : toOffset(edit.end);
  const text = item.textEdit?.newText ?? item.insertText ?? item.label;
  const type = kinds[(item.kind ?? 1) - 1] ?? "text";
  if (end > range.end && end > range.start) return null;
  return { text, type, start, end: Math.max(end, range.end), item };
}

/** By what matches are ordered: those that agree in upper and lower case first, then as the server and the alphabet have it. */
function rank({ item, text, start }: Match, source: string, offset: number): string {
  const name = item?.filterText ?? text;
  const same = name.startsWith(source.slice(start, offset)) ? "0" : "1";
  const hidden = name.startsWith("_") ? "1" : "0";
  return `${same}${item?.sortText ?? ""}${hidden}${name.toLowerCase()}`;
}

/** Whether a match goes on from what is written. */
function fits({ item, text, start }: Match, source: string, offset: number): boolean {
  const typed = source.slice(start, offset).toLowerCase();
  return [item?.filterText ?? text, text].some((each) => each.toLowerCase().startsWith(typed));
}

function ranked(matches: readonly Match[], source: string, offset: number): Match[] {
  return matches
    .filter((match) => fits(match, source, offset))
    .map((match) => ({ match, key: rank(match, source, offset) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)))
    .map(({ match }) => match);
}

/** The matches at a place of a cell, from the server's items. */
export function matchesAt(
  items: readonly CompletionItem[],
  source: string,
  offset: number,
  toOffset: (place: Range["start"]) => number,
): Match[] {
  const start = offset - prefixAt(source, offset).length;
  const found = items
    .filter(({ label }) => !isInternalName(label))
    .map((item) => matchOf(item, { start, end: offset }, toOffset))
    .filter((match) => match !== null);
  // Jupyter knows one range for all: what has to replace a dot, as `["a-b"]`, stands only where nothing else does.
  const usual = found.filter((match) => match.start >= start);
  return ranked(usual.length > 0 ? usual : found, source, offset);
}

/**
 * What a function takes and gives, in its first form, from the text that the server describes it with; empty where that has only the name
 * of a function's type, and `undefined` for what is no function.
 */
export function signatureOf(detail: string | undefined): string | undefined {
  const [described = ""] = readable((detail ?? "").replace(/^\([a-z ]+\) /u, ""))
    .replace(": InPlace<<", ": <")
    .split(/\n(?=function |\/\/ \+|\([a-z]+\) )/u);
  if (/^constructor \S+\(\): any$/u.test(described)) return undefined;
  const declared =
    /^(?:function |constructor )?[\p{ID_Continue}$.]+(?:<[^()]*>\.[\p{ID_Continue}$]+)?([(<].*)$/su.exec(
      described,
    )?.[1];
  if (declared !== undefined) return declared.includes("(") ? declared : undefined;
  const type = /^(?:const |let |var )?[\p{ID_Continue}$.?]+: (.*)$/su.exec(described)?.[1] ?? "";
  const first = /^\{\s*((?:<[^\n]*>)?\([^\n]*): [^\n]*;\n/u.exec(type)?.[0];
  if (first !== undefined) return first.replace(/^\{\s*|;\n$/gu, "");
  const [form = ""] = type.replace(/^\((?=[(<].*\) &)/su, "").split(/\) & \(/u);
  if (/^(?:<.*>)?\(.*\) => .*$/su.test(form)) return form;
  return /^(?:[\p{ID_Continue}$]+<)?[\p{ID_Continue}$]*Operator</u.test(type) ? "" : undefined;
}

/** The content of the reply: every match is widened to the range of all of them. */
export function completeContent(
  source: string,
  offset: number,
  matches: readonly Match[],
  signatures: ReadonlyMap<Match, string>,
): CompleteContent {
  if (matches.length === 0) return noCompletion(codePointIndex(source, offset));
  const from = Math.min(...matches.map(({ start }) => start));
  const to = Math.max(...matches.map(({ end }) => end));
  const [start, end] = [codePointIndex(source, from), codePointIndex(source, to)];
  const widened = matches.map(
    (match) => source.slice(from, match.start) + match.text + source.slice(match.end, to),
  );
  const types = matches.map((match, index): ExperimentalType => {
    const signature = signatures.get(match);
    const text = widened[index] ?? match.text;
    const type = signature !== undefined && match.type !== "method" ? "function" : match.type;
    return { text, type, start, end, ...(signature && { signature }) };
  });
  return {
    status: "ok",
    matches: [...new Set(widened)],
    cursor_start: start,
    cursor_end: end,
    metadata: { _jupyter_types_experimental: types },
  };
}
