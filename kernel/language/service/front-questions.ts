import type {
  CompletionItem,
  CompletionList,
  Hover,
  LocationLink,
  Position as ServerPosition,
  SignatureHelp,
} from "vscode-languageserver-protocol";
import { declarationsOf, guessDeclared, type Declarations } from "../declarations.ts";
import { parse, type CellLanguage } from "../parse.ts";
import { FIRST_LINE } from "./cell-document.ts";
import type { CellDocuments } from "./cell-documents.ts";
import { utf16Offset } from "./code-points.ts";
import {
  completeContent,
  matchesAt,
  MOST_SIGNATURES,
  SIGNATURES_MS,
  prefixAt,
  signatureOf,
  type CompleteContent,
  type Match,
} from "./completion.ts";
import { lineStarts } from "./diagnostics.ts";
import { declaredText, documentationAt } from "./documentation.ts";
import {
  codeWithForms,
  endOfName,
  fenced,
  hasProse,
  hoverMarkdown,
  inspectContent,
  isClass,
  joined,
  mayHideForms,
  nameAt,
  partsOfHover,
  withCalls,
  type WithCalls,
  type InspectContent,
} from "./inspection.ts";
import { expressionStart, openCallAt, wholeExpression, type OpenCall } from "./open-call.ts";
import { askingForKeys } from "./option-keys.ts";
import { packageMatches, pathMatches, stringBefore } from "./paths.ts";
import type { FrontQuestion } from "./questions.ts";
import { formsOf, textOfCall } from "./signatures.ts";
import type { TypeServer } from "./type-server.ts";

/** Kinds of the protocol's completions. */
const [METHOD, FIELD, PROPERTY] = [2, 5, 10];

type Content = FrontQuestion["content"];

/** What answers are made from. */
export interface FrontParts {
  readonly server: TypeServer;
  readonly documents: CellDocuments;
  readonly cwd: string;
  /** Takes out of a text what is only there because cells are modules. */
  readonly clean: (text: string) => string;
}

/** A cell that is being written, as a document of the server. */
interface Draft {
  readonly uri: string;
  readonly source: string;
  readonly starts: readonly number[];
  /** Calls of the name that is asked for, behind the cell. */
  readonly calls?: WithCalls | null;
}

/** Answers what front ends ask while a cell is being written: how it may go on, and what a name in it is. */
export class FrontQuestions {
  readonly #server: TypeServer;
  readonly #documents: CellDocuments;
  readonly #cwd: string;
  readonly #clean: (text: string) => string;

  constructor({ server, documents, cwd, clean }: FrontParts) {
    this.#server = server;
    this.#documents = documents;
    this.#cwd = cwd;
    this.#clean = clean;
  }

  /** Answers a `complete_request`. @throws ServerLostError */
  async complete({ code, cursor_pos: cursor }: Content): Promise<CompleteContent> {
    const offset = utf16Offset(code, cursor);
    const keys = await this.#keys(code, offset);
    const found = keys.length > 0 ? keys : await this.#matches(code, offset);
    return completeContent(code, offset, found, await this.#signatures(found));
  }

  async #matches(code: string, offset: number): Promise<readonly Match[]> {
    const draft = this.#draft(code, this.#namesFor(code, offset));
    const list = await this.#ask<CompletionList | CompletionItem[] | null>("completion", draft, offset);
    const items = Array.isArray(list) ? list : (list?.items ?? []);
    const inString = stringBefore(code, offset) !== null;
    // Inside of a string the server may also offer the words of the text, which are no continuation of it.
    const offered = inString ? items.filter(({ kind }) => kind !== 1) : items;
    const matches = matchesAt(offered, code, offset, (place) => offsetOf(draft, place));
    return inString ? this.#inString(code, offset, matches) : matches;
  }

  /** The keys of an object that is being written as an argument, of every form that the function has. */
  async #keys(code: string, offset: number): Promise<readonly Match[]> {
    const call = openCallAt(code, offset);
    if (call === null || call.object === null) return [];
    const { source, moved } = askingForKeys(code, { ...call, object: call.object });
    const matches = await this.#matches(source, offset + moved);
    return matches
      .filter(({ item }) => [METHOD, FIELD, PROPERTY].some((kind) => kind === item?.kind))
      .map(({ text, type, start, end, item }) => ({
        text,
        type,
        start: start - moved,
        end: end - moved,
        item,
      }));
  }

  /** What a string may go on with: what the server knows, installed packages in an import, and else paths. */
  #inString(code: string, offset: number, matches: readonly Match[]): readonly Match[] {
    const known = new Set(matches.map(({ text }) => text));
    const packages = packageMatches(code, offset, this.#cwd).filter(({ text }) => !known.has(text));
    const found = [...matches, ...packages];
    return found.length > 0 ? found : pathMatches(code, offset, this.#cwd);
  }

  /** Answers an `inspect_request`: the name at the cursor, and the signature of the call that it stands in. @throws ServerLostError */
  async inspect({ code, cursor_pos: cursor, detail_level: detail }: Content): Promise<InspectContent> {
    const offset = utf16Offset(code, cursor);
    const at = nameAt(code, offset);
    const expression = at === null ? null : wholeExpression(code, endOfName(code, at));
    // Each text is checked anew: the same one answers what a name is and how it can be called.
    const calls = expression === null ? null : withCalls(code, expression);
    const draft = { ...this.#draft(calls?.source ?? code, []), calls };
    const call = await this.#call(draft, offset);
    const name = at === null ? null : await this.#name(draft, at, detail === 1);
    const parts = [name, call].filter((part) => part !== null);
    return inspectContent(parts.length === 0 ? null : this.#clean(parts.join("\n\n---\n\n")));
  }

  /** Markdown of the call that the cursor stands in: its forms, and what is written about the function and the argument. */
  async #call(draft: Draft, offset: number): Promise<string | null> {
    // Nothing opens a call before the cursor, so there is nobody to ask.
    if (!/[(<`]/u.test(draft.source.slice(0, offset))) return null;
    const help = await this.#ask<SignatureHelp | null>("signatureHelp", draft, offset);
    const call = openCallAt(draft.source, offset);
    // A class that is called without `new` has no signature.
    if (help === null || help.signatures.length === 0)
      return call === null ? null : this.#name(draft, call.end - 1, false);
    const { documentation, parameter } = textOfCall(help);
    const hover = call === null || hasProse(documentation) ? null : await this.#hoverOfCallee(draft, call);
    const about = hover === null ? "" : partsOfHover(hover).text;
    return joined(formsOf(help), about, about.includes(documentation) ? "" : documentation, parameter);
  }

  /** Hover of what is called; of a class without `new` before it, since a constructor has a documentation of its own. */
  async #hoverOfCallee(draft: Draft, { from, start, end }: OpenCall): Promise<string | null> {
    if (from === start) return this.#hover(draft, end - 1);
    const source = draft.source.slice(0, from) + draft.source.slice(start, end);
    return this.#hover(this.#draft(source, []), source.length - 1);
  }

  /** Markdown of a name: its type, in the forms in which it can be called, what is written about it, and how it was declared. */
  async #name(draft: Draft, at: number, withSource: boolean): Promise<string | null> {
    const hover = await this.#hover(draft, at);
    if (hover === null) return null;
    const { code, text } = partsOfHover(this.#clean(hover));
    const declared = withSource ? await this.#declaration(draft, at) : null;
    const source = declared === null ? null : declaredText(declared, this.#text);
    const forms = mayHideForms(code) ? await this.#forms(draft, at, isClass(code)) : null;
    return joined(
      forms === null ? code : codeWithForms(code, forms),
      text,
      source === null ? "" : fenced(source),
    );
  }

  /** The forms in which a name can be called: of the call that it stands in, or of one that is made for it. */
  async #forms(draft: Draft, at: number, isClass: boolean): Promise<string | null> {
    const { source, calls } = draft;
    const known = calls ? await this.#formsAt(draft, isClass ? calls.made : calls.called) : null;
    if (known !== null) return known;
    // What is local to a function has a meaning only where it stands.
    const end = endOfName(source, at);
    const start = expressionStart(source, end);
    if (start === null) return null;
    const lacksNew = isClass && !/\bnew\s+$/u.test(source.slice(0, start));
    const asked = `${source.slice(0, start)}${lacksNew ? "new " : ""}${source.slice(start, end)}(`;
    return this.#formsAt(this.#draft(asked, []), asked.length);
  }

  async #formsAt(draft: Draft, offset: number): Promise<string | null> {
    const help = await this.#ask<SignatureHelp | null>("signatureHelp", draft, offset);
    return help === null || help.signatures.length === 0 ? null : formsOf(help);
  }

  /** Behind a dot only members can follow; elsewhere the names of earlier cells that begin like the one being written. */
  #namesFor(code: string, offset: number): string[] {
    const prefix = prefixAt(code, offset).toLowerCase();
    const start = offset - prefix.length;
    if (/\.\s*$/u.test(code.slice(0, start)) && !code.slice(0, start).endsWith("...")) return [];
    return [...this.#documents.scope.names.keys()].filter((name) => name.toLowerCase().startsWith(prefix));
  }

  #draft(source: string, alsoWanted: Iterable<string>): Draft {
    const { program, language } = parse(source);
    const declares = program === null ? guessed(source) : declarationsOf(program);
    const written: CellLanguage = program === null && /<\/|\/>/u.test(source) ? "tsx" : language;
    const document = this.#documents.write({ source, declares, language: written, alsoWanted });
    return { uri: this.#server.uri(document), source, starts: lineStarts(source) };
  }

  #ask<Answer>(method: string, { uri, starts }: Draft, offset: number): Promise<Answer> {
    const line = starts.findLastIndex((start) => start <= offset);
    const position = { line: line + FIRST_LINE, character: offset - (starts[line] ?? 0) };
    return this.#server.request<Answer>(`textDocument/${method}`, { textDocument: { uri }, position });
  }

  /** Hover as the server answers it, and the documentation from where the name is declared where it leaves that out. */
  async #hover(draft: Draft, offset: number): Promise<string | null> {
    const markdown = hoverMarkdown(await this.#ask<Hover | null>("hover", draft, offset));
    if (markdown === null || partsOfHover(markdown).text !== "") return markdown;
    const declared = await this.#declaration(draft, offset);
    const documentation = declared === null ? null : documentationAt(declared, this.#text);
    return documentation === null ? markdown : `${markdown}\n\n${documentation}`;
  }

  /** Follows a name to its declaration; a variable of an earlier cell has one more step, from the line that brings it in. */
  async #declaration(draft: Draft, offset: number): Promise<LocationLink | null> {
    const [link] = (await this.#ask<LocationLink[] | null>("definition", draft, offset)) ?? [];
    if (link === undefined) return null;
    const line = link.targetRange.start.line;
    if (link.targetUri !== draft.uri || line >= FIRST_LINE) return link;
    const text = this.#documents.text(draft.uri) ?? "";
    const name = text.slice(
      link.targetSelectionRange.start.character,
      link.targetSelectionRange.end.character,
    );
    const visible = this.#documents.scope.names.get(name);
    const origin = visible?.value ?? visible?.type;
    if (origin === null || origin === undefined) return null;
    return this.#documents.declarationLink(origin.document, name);
  }

  /** The text of one of the server's documents. */
  readonly #text = (uri: string): string | undefined => this.#documents.text(uri);

  /**
   * Signatures of the first matches, as many as there is time for: for each the server makes its list of matches once more. One after the other, because two at once
   * are answered by two checkers, of which one knows nothing yet.
   */
  async #signatures(matches: readonly Match[]): Promise<Map<Match, string>> {
    const signatures = new Map<Match, string>();
    if (matches.length > MOST_SIGNATURES) return signatures;
    const end = performance.now() + SIGNATURES_MS;
    for (const match of matches) {
      if (match.item?.data === undefined || match.type === "keyword") continue;
      // oxlint-disable-next-line no-await-in-loop -- one after the other, see above
      const { detail } = await this.#server.request<CompletionItem>("completionItem/resolve", match.item);
      const signature = signatureOf(detail);
      if (signature !== undefined) signatures.set(match, this.#clean(signature));
      if (performance.now() > end) break;
    }
    return signatures;
  }
}

function guessed(source: string): Declarations {
  const names = guessDeclared(source);
  return {
    names: new Map([...names].map((name) => [name, { value: "let", type: true }])),
    exported: names,
  };
}

function offsetOf({ starts }: Draft, { line, character }: ServerPosition): number {
  return (starts[line - FIRST_LINE] ?? 0) + character;
}
