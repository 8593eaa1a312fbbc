import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { LocationLink } from "vscode-languageserver-protocol";
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

/** The documentation that stands where something is declared, in a document of the server or in a file. */
export function documentationAt(
  link: LocationLink,
  read: (uri: string) => string | undefined,
): string | null {
  let text: string | undefined;
  try {
    text = read(link.targetUri) ?? readFileSync(fileURLToPath(link.targetUri), "utf8");
  } catch {
    return null; // a library inside of TypeScript's program has no file
  }
  const { line } = link.targetRange.start;
  const start = (lineStarts(text)[line] ?? 0) + link.targetRange.start.character;
  const comment = commentBefore(text, declarationStart(text, start));
  return comment === null ? null : jsdocMarkdown(comment);
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
