import type { MarkupContent, SignatureHelp } from "vscode-languageserver-protocol";

/** So many forms of a function are written out. */
const MOST_FORMS = 8;

/** Text of what the protocol sends as Markdown or as plain text. */
function markup(content: string | MarkupContent | undefined): string {
  if (content === undefined) return "";
  return typeof content === "string" ? content : content.value;
}

/** Text between brackets of one kind, up to three deep. */
const angles = "<(?:[^<>]|=>|<(?:[^<>]|=>|<[^<>]*>)*>)*>";
const simple = `(?:[^,;(){}<>[\\]]|${angles}|\\[[^[\\]]*\\]|\\{[^{}]*\\})`;

const rewritten: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // The type of `this`.
  [/\(this: [\p{ID_Continue}$]+(?:, |(?=\)))/gu, "("],
  // Of which instance of a generic class something is a member.
  [new RegExp(`^(\\([a-z ]+\\) [\\p{ID_Continue}$]+)${angles}\\.`, "u"), "$1."],
  [/\bTensorObject\b/gu, "Tensor"],
  // An object with the arguments that are left, which may stand instead of each of them.
  [new RegExp(` \\| Others${angles}`, "gu"), ""],
  [new RegExp(`\\bOthers${angles} \\| (?!undefined)`, "gu"), ""],
  [new RegExp(`\\bOthers${angles}`, "gu"), "{ … }"],
  // Objects in several parts, tuples with spaces, and what the question mark says already.
  [/;? \} & \{ (?=[\p{ID_Continue}$"])/gu, "; "],
  [/\[ ([^[\]{}()]*?) ?\]/gu, "[$1]"],
  [new RegExp(`\\?: (${simple}*?) \\| undefined(?=[;,)])`, "gu"), "?: $1"],
];

/** A type or a signature without what the compiler writes for itself. */
export function readable(code: string): string {
  return rewritten.reduce((text, [pattern, replacement]) => text.replace(pattern, replacement), code);
}

/** The parameters of a form, and what it gives. */
function partsOf(label: string): { readonly parameters: readonly string[]; readonly result: string } {
  const start = label.search(/\(/u);
  const parameters: string[] = [];
  let [depth, from, at] = [0, start + 1, start];
  for (; at < label.length; at += 1) {
    const character = label[at] ?? "";
    const opens = "([{<".includes(character);
    const closes = ")]}".includes(character) || (character === ">" && label[at - 1] !== "=");
    depth += Number(opens) - Number(closes);
    if (depth > 1 || (depth === 1 && character !== ",") || opens) continue;
    if (at > from) parameters.push(label.slice(from, at).trim());
    from = at + 1;
    if (depth === 0) break;
  }
  return { parameters, result: label.slice(at + 1) };
}

/** Whether the compiler had no name for a parameter, or no room for a type, or an object is all that is left of the parameters. */
function isGarbled(label: string): boolean {
  return /\bargs_\d|\.\.\. \d+ more \.\.\.|\{ \.\.\.; \}|\bnamed: \{ … \}/u.test(label);
}

function namesOf(parameters: readonly string[]): string[] {
  return parameters.map((each) => each.split(/\??:/u)[0] ?? "");
}

/** Whether a form says nothing that another one does not: it has the same parameters, or the first ones with the same result. */
function isWithin(label: string, other: string): boolean {
  const [mine, others] = [partsOf(label), partsOf(other)];
  if (mine.parameters.length === 0 || mine.parameters.length > others.parameters.length) return false;
  if (mine.parameters.length === others.parameters.length)
    return mine.parameters.every(
      (each, index) =>
        each.replace(" | undefined", "") === others.parameters[index]?.replace(" | undefined", ""),
    );
  const theirs = namesOf(others.parameters);
  return (
    mine.result === others.result && namesOf(mine.parameters).every((name, index) => name === theirs[index])
  );
}

/** The forms that tell something, each once. */
function distinct(labels: readonly string[]): string[] {
  const plain = labels.filter((label) => !isGarbled(label));
  const told = plain.length > 0 ? plain : [...labels];
  return told.filter(
    (label, index) =>
      !told.some(
        (other, place) =>
          place !== index && isWithin(label, other) && !(index < place && isWithin(other, label)),
      ),
  );
}

/** The forms of a call, the one that fits first. */
export function formsOf({ signatures, activeSignature }: SignatureHelp): string {
  const active = signatures[activeSignature ?? 0] ?? signatures[0];
  const ordered = active === undefined ? [] : [active, ...signatures.filter((each) => each !== active)];
  const forms = distinct(ordered.map(({ label }) => readable(label)));
  const more = forms.length - MOST_FORMS;
  return [...forms.slice(0, MOST_FORMS), ...(more > 0 ? [`// and ${more} more`] : [])].join("\n");
}

/** What is written about a call, and what about the parameter at the cursor. */
export function textOfCall({ signatures, activeSignature, activeParameter }: SignatureHelp): {
  readonly documentation: string;
  readonly parameter: string;
} {
  const active = signatures[activeSignature ?? 0] ?? signatures[0];
  const parameter = active?.parameters?.[active.activeParameter ?? activeParameter ?? 0];
  const about = markup(parameter?.documentation);
  const label =
    typeof parameter?.label === "string"
      ? parameter.label
      : parameter?.label && active?.label.slice(...parameter.label);
  return {
    documentation: markup(active?.documentation),
    parameter: label !== undefined && about !== "" ? `\`${readable(label)}\`: ${about}` : "",
  };
}
