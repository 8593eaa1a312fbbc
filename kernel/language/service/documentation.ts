import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { LocationLink } from "vscode-languageserver-protocol";
import { parse } from "../parse.ts";
import { lineStarts } from "./diagnostics.ts";

/** The comment that stands before a declaration, without its stars; `null` when there is none. */
function commentBefore(text: string, offset: number): string | null {
  const before = text.slice(0, offset).trimEnd();
  const start = before.endsWith("*/") ? before.lastIndexOf("/**") : -1;
  if (start < 0) return null;
  return before
    .slice(start + 3, -2)
    .split("\n")
    .map((line) => line.replace(/^\s*\* ?/u, ""))
    .join("\n")
    .trim();
}

/** JSDoc as Markdown: its links and tags in the way that editors show them. */
function jsdocMarkdown(comment: string): string {
  return comment
    .replaceAll(
      /\{@link(?:code|plain)? ([^}|\s]+)(?:[|\s]+([^}]+))?\}/gu,
      (_, target: string, text?: string) => `\`${text ?? target}\``,
    )
    .replaceAll(/^@(param|template|property)\s+(?:\{[^}]*\}\s*)?(\S+)(?:\s+-)?[ \t]*/gmu, "\n*@$1* `$2` — ")
    .replaceAll(/^@(\w+)[ \t]*/gmu, "\n*@$1* ")
    .trim();
}

/** The text that something is declared in, of a document of the server or of a file; `null` for a library inside of TypeScript's program. */
function textBehind(link: LocationLink, read: (uri: string) => string | undefined): string | null {
  try {
    return read(link.targetUri) ?? readFileSync(fileURLToPath(link.targetUri), "utf8");
  } catch {
    return null;
  }
}

/** The documentation that stands where something is declared. */
export function documentationAt(
  link: LocationLink,
  read: (uri: string) => string | undefined,
): string | null {
  const text = textBehind(link, read);
  if (text === null) return null;
  const comment = commentBefore(text, declarationStart(text, offsetIn(text, link.targetRange.start)));
  return comment === null ? null : jsdocMarkdown(comment);
}

/** So much of a declaration is shown. */
const MOST_SOURCE = 4_000;

/** A declaration as it was written, in a cell or in a file that is no description of a library. */
export function declaredText(link: LocationLink, read: (uri: string) => string | undefined): string | null {
  const text = /\.d\.[cm]?ts$/u.test(link.targetUri) ? null : textBehind(link, read);
  if (text === null) return null;
  const start = declarationStart(text, offsetIn(text, link.targetRange.start));
  // Of a variable the range may be its name alone, or nothing.
  const statement = /^\S+\s/u.test(text.slice(start))
    ? parse(text.slice(start)).program?.body[0]?.end
    : undefined;
  const end = Math.max(offsetIn(text, link.targetRange.end), start + (statement ?? 0));
  return text.slice(start, end).slice(0, MOST_SOURCE).trim();
}

function offsetIn(text: string, { line, character }: LocationLink["targetRange"]["start"]): number {
  return (lineStarts(text)[line] ?? 0) + character;
}

/** A range may begin at a declaration's comment, at the declaration, or at its name inside of a statement. */
function declarationStart(text: string, offset: number): number {
  const own = /^\/\*\*[^]*?\*\/\s*/u.exec(text.slice(offset));
  if (own !== null) return offset + own[0].length;
  const lineStart = text.lastIndexOf("\n", offset - 1) + 1;
  const head = text.slice(lineStart, offset);
  return /^\s*(?:(?:export|declare|default|const|let|var|readonly|static|abstract|async)\s+)*$/u.test(head)
    ? lineStart
    : offset;
}
