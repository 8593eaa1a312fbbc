import type { Hover } from "vscode-languageserver-protocol";
import { readable } from "./signatures.ts";

/** The content of an `inspect_reply`. */
export interface InspectContent {
  readonly status: "ok";
  readonly found: boolean;
  readonly data: Readonly<Record<string, string>>;
  readonly metadata: Readonly<Record<string, never>>;
}

export const nothingToInspect: InspectContent = { status: "ok", found: false, data: {}, metadata: {} };

const name = /[\p{ID_Continue}$\u200C\u200D]+/gu;

/** Where to ask for a name that the cursor stands in, at, or behind with nothing but spaces between. */
export function nameAt(source: string, offset: number): number | null {
  for (const match of source.matchAll(name)) {
    const end = match.index + match[0].length;
    if (/^\d/u.test(match[0])) continue;
    if (match.index <= offset && offset <= end) return match.index;
    if (end < offset && /^[ \t]+$/u.test(source.slice(end, offset))) return match.index;
  }
  return null;
}

/** Where the name at a place ends. */
export function endOfName(source: string, at: number): number {
  return at + (/^[\p{ID_Continue}$\u200C\u200D]+/u.exec(source.slice(at))?.[0].length ?? 0);
}

/** A text with calls of an expression behind it, and where their arguments would stand. */
export interface WithCalls {
  readonly source: string;
  readonly called: number;
  readonly made: number;
}

/** A text with a call of an expression behind it, and with another one of it as a class. */
export function withCalls(source: string, expression: string): WithCalls {
  const called = `${source}\n;${expression}(`;
  const made = `${called});new ${expression}(`;
  return { source: `${made});`, called: called.length, made: made.length };
}

/** Markdown of a hover; `null` when it is empty, or says `any` of a name that does not exist. */
export function hoverMarkdown(hover: Hover | null): string | null {
  if (hover === null) return null;
  const { contents } = hover;
  const text = typeof contents === "object" && "kind" in contents ? contents.value : "";
  const unknown = /^(?:```typescript\s+any\s+```)?$/u.test(text.trim());
  return unknown ? null : text.trim();
}

/** Whether a hover's code is that of a class. */
export function isClass(code: string): boolean {
  return /^(?:abstract )?class /u.test(code);
}

/** The code that a hover begins with, and the text below it. */
export function partsOfHover(markdown: string): { readonly code: string; readonly text: string } {
  const [whole = "", code = ""] = /^```\w*\n([^]*?)\n?```/u.exec(markdown) ?? [];
  // What the server says of a class that is called without `new`.
  const named = code.replace(/^constructor (\S+)\(\): any$/u, "class $1");
  return { code: readable(named), text: markdown.slice(whole.length).trim() };
}

/** Whether a documentation says more than its tags, such as what is thrown. */
export function hasProse(documentation: string): boolean {
  return !/^\s*(?:\*@|$)/u.test(documentation);
}

/** Whether the type that a hover shows may be a function's, and does not read like one. */
export function mayHideForms(code: string): boolean {
  const type = /^(?:\(property\)|const|let|var) [^:]*: ([^]*)$/u.exec(code)?.[1];
  if (type === undefined) return isClass(code);
  return /^(?:\{\s*\n|[({<]+[^]*?=>[^]*?\) &|<|(?:[\p{ID_Continue}$]+\.)*\p{Lu}[\p{ID_Continue}$]*(?:<|$))/u.test(
    type,
  );
}

/** The code to show of what can be called in these forms: a class and a value of a class keep their names. */
export function codeWithForms(code: string, forms: string): string {
  if (isClass(code)) return `${code}\n${forms.replaceAll(/^(?!\/\/)/gmu, "new ")}`;
  return /^(?:const|let|var) [^:]*: [\p{ID_Continue}$.]+$/u.test(code) ? `${code}\n${forms}` : forms;
}

/** Markdown of what is not empty. */
export function joined(code: string, ...texts: readonly string[]): string {
  return [fenced(code), ...texts].filter((part) => part !== "").join("\n\n");
}

/** Code in Markdown. */
export function fenced(code: string): string {
  return `\`\`\`typescript\n${code}\n\`\`\``;
}

/** Markdown as text for terminals: without fences and marks. */
function plain(markdown: string): string {
  return markdown
    .replaceAll(/^```\w*\n?/gmu, "")
    .replaceAll(/\*@(\w+)\*/gu, "@$1")
    .replaceAll(/`([^`\n]+)`/gu, "$1")
    .trim();
}

/** The reply with what was found. */
export function inspectContent(markdown: string | null): InspectContent {
  if (markdown === null) return nothingToInspect;
  return {
    status: "ok",
    found: true,
    data: { "text/plain": plain(markdown), "text/markdown": markdown },
    metadata: {},
  };
}
