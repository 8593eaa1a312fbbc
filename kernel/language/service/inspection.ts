import type { Hover, MarkupContent, SignatureHelp } from "vscode-languageserver-protocol";

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

/** Text of what the protocol sends as Markdown or as plain text. */
function markup(content: string | MarkupContent | undefined): string {
  if (content === undefined) return "";
  return typeof content === "string" ? content : content.value;
}

/** Markdown of a hover; `null` when it is empty, or says `any` of a name that does not exist. */
export function hoverMarkdown(hover: Hover | null): string | null {
  if (hover === null) return null;
  const { contents } = hover;
  const text = typeof contents === "object" && "kind" in contents ? contents.value : "";
  const unknown = /^(?:```typescript\s+any\s+```)?$/u.test(text.trim());
  return unknown ? null : text.trim();
}

/** Markdown of the signatures of a call: the one that fits first, with the parameter at the cursor. */
export function signatureMarkdown(help: SignatureHelp | null): string | null {
  if (help === null || help.signatures.length === 0) return null;
  const active = help.signatures[help.activeSignature ?? 0] ?? help.signatures[0];
  if (active === undefined) return null;
  const others = help.signatures.filter((each) => each !== active).map(({ label }) => label);
  const parameter = active.parameters?.[active.activeParameter ?? help.activeParameter ?? 0];
  const about = markup(parameter?.documentation);
  const label =
    typeof parameter?.label === "string"
      ? parameter.label
      : parameter?.label && active.label.slice(...parameter.label);
  return [
    fenced([active.label, ...others].join("\n")),
    markup(active.documentation),
    label !== undefined && about !== "" ? `\`${label}\`: ${about}` : "",
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function fenced(code: string): string {
  return `\`\`\`typescript\n${code}\n\`\`\``;
}

/** Whether Markdown says more than code in its first block. */
export function hasText(markdown: string): boolean {
  return markdown.replace(/^```[^]*?```/u, "").trim() !== "";
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
