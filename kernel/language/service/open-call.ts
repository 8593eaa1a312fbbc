/** A call that the cursor stands in, in a cell that is being written and need not parse. Positions are UTF-16 offsets. */
export interface OpenCall {
  /** Where the expression that is called begins and ends, without `new`. */
  readonly start: number;
  readonly end: number;
  /** Where `new` begins, in front of it; the same as `start` without one. */
  readonly from: number;
  /** Which argument the cursor stands in, from 0. */
  readonly argument: number;
  /** Where the object begins of which the cursor stands at a key, if it is that argument. */
  readonly object: number | null;
}

/** A bracket, or the text of a template, that is open. */
interface Open {
  readonly bracket: string;
  readonly at: number;
  commas: number;
  /** Where the part of it begins that is being written. */
  part: number;
}

/** What is open at a place, the innermost last, and which bracket each one before it closes. */
interface Brackets {
  readonly open: Open[];
  readonly pairs: ReadonlyMap<number, number>;
}

const token = /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)|"(?:\\.|[^"\\\n])*"?|'(?:\\.|[^'\\\n])*'?|[`()[\]{},]/gu;
const templateToken = /\\.|`|\$\{/gu;

/** Reads brackets up to a place, without those in strings and comments. Regular expressions are not told from divisions. */
function bracketsBefore(source: string, offset: number): Brackets {
  const text = source.slice(0, offset);
  const open: Open[] = [];
  const pairs = new Map<number, number>();
  for (let at = 0; at < text.length;) {
    const pattern = open.at(-1)?.bracket === "`" ? templateToken : token;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match === null) break;
    at = match.index + match[0].length;
    take(match[0], match.index, open, pairs);
  }
  return { open, pairs };
}

function take(found: string, at: number, open: Open[], pairs: Map<number, number>): void {
  const inner = open.at(-1);
  if (found === "`" && inner?.bracket === "`") open.pop();
  else if (["(", "[", "{", "`", "${"].includes(found))
    open.push({ bracket: found, at, commas: 0, part: at + found.length });
  else if ([")", "]", "}"].includes(found) && inner !== undefined) {
    pairs.set(at, inner.at);
    open.pop();
  } else if (found === "," && inner !== undefined) {
    inner.commas += 1;
    inner.part = at + 1;
  }
}

/** Words that may stand before a bracket that is no call's. */
const notCalled =
  /^(?:if|for|while|switch|catch|with|return|await|typeof|void|delete|in|of|new|throw|yield|case|function|else|do|import|super)$/u;

/** Where the chain of names, calls and indices that ends at a place begins; `null` when there is none. */
function chainStart(source: string, end: number, pairs: ReadonlyMap<number, number>): number | null {
  let at = end;
  for (;;) {
    at = source.slice(0, at).trimEnd().length;
    const bracket = pairs.get(at - 1);
    if (bracket !== undefined && source[at - 1] !== "}") {
      at = bracket;
      if (!/[\p{ID_Continue}$)\]!]$/u.test(source.slice(0, at))) return at;
      continue;
    }
    if (source[at - 1] === "!") {
      at -= 1;
      continue;
    }
    const name = /[\p{ID_Continue}$#]+$/u.exec(source.slice(0, at))?.[0];
    if (name === undefined || /^\d/u.test(name)) return null;
    const before = source.slice(0, at - name.length).trimEnd();
    const dot = /(?<!\.\.)\??\.$/u.exec(before);
    if (dot === null) return notCalled.test(name) ? null : at - name.length;
    at = before.length - dot[0].length;
  }
}

/** The call whose arguments the cursor stands in, directly or at a key of an object among them; `null` when there is none. */
export function openCallAt(source: string, offset: number): OpenCall | null {
  const { open, pairs } = bracketsBefore(source, offset);
  const inner = open.at(-1);
  const object = inner?.bracket === "{" && atKey(source.slice(inner.part, offset)) ? inner : null;
  const call = object === null ? inner : open.at(-2);
  if (call?.bracket !== "(") return null;
  if (object !== null && !/[(,]\s*$/u.test(source.slice(0, object.at))) return null;
  const end = source.slice(0, call.at).replace(/\?\.$/u, "").trimEnd().length;
  const start = chainStart(source, end, pairs);
  if (start === null || /\bfunction\s*\*?\s*$/u.test(source.slice(0, start))) return null;
  const from = /\bnew\s+$/u.exec(source.slice(0, start))?.index ?? start;
  return { start, end, from, argument: call.commas, object: object?.at ?? null };
}

/** Where the expression begins that ends with the name before a place, such as `a.b(1).name`; `null` when there is none. */
export function expressionStart(source: string, end: number): number | null {
  return chainStart(source, end, bracketsBefore(source, end).pairs);
}

/** The expression that ends with the name before a place, of a text in which no bracket is open; `null` for another text. */
export function wholeExpression(source: string, end: number): string | null {
  if (bracketsBefore(source, source.length).open.length > 0) return null;
  const start = expressionStart(source, end);
  return start === null ? null : source.slice(start, end);
}

/** Whether what stands behind an object's bracket or comma is at most a comment and the beginning of a key. */
function atKey(part: string): boolean {
  return /^(?:\s|\/\/[^\n]*\n|\/\*[^]*?\*\/)*[\p{ID_Continue}$\u200C\u200D]*$/u.test(part);
}
