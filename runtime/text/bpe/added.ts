import { NotImplementedError } from "../../errors/notImplementedError.ts";
import type { AddedToken } from "./definition.ts";
import { escaped } from "./pattern.ts";

/** A piece of text, or a token that stands in it as such. */
export type Piece = { readonly text: string } | { readonly id: number };

const space = String.raw`\p{White_Space}*`;

/** Tokens that are looked for in the text itself, the longest first. */
export class AddedTokens {
  readonly #ids: ReadonlyMap<string, number>;
  readonly #expression: RegExp | null;

  /** @throws NotImplementedError for tokens that count only between words. */
  constructor(tokens: readonly AddedToken[]) {
    const apart = tokens.find((token) => token.single_word === true);
    if (apart !== undefined)
      throw new NotImplementedError(
        `tokenizer: the token ${JSON.stringify(apart.content)} counts only as a word of its own (single_word), which is not known here.`,
      );
    this.#ids = new Map(tokens.map(({ content, id }) => [content, id]));
    const ordered = tokens
      .filter(({ content }) => content !== "")
      .toSorted((a, b) => b.content.length - a.content.length);
    const alternatives = ordered.map(
      ({ content, lstrip, rstrip }) =>
        `${lstrip === true ? space : ""}(${escaped(content)})${rstrip === true ? space : ""}`,
    );
    this.#expression = ordered.length === 0 ? null : new RegExp(alternatives.join("|"), "gu");
  }

  /** The pieces of a text, in their order. */
  split(text: string): readonly Piece[] {
    if (this.#expression === null) return text === "" ? [] : [{ text }];
    const pieces: Piece[] = [];
    let end = 0;
    for (const match of text.matchAll(this.#expression)) {
      if (match.index > end) pieces.push({ text: text.slice(end, match.index) });
      const content = match.slice(1).find((group) => group !== undefined)!; // one alternative matched
      pieces.push({ id: this.#ids.get(content)! }); // it is one of those that are looked for
      end = match.index + match[0].length;
    }
    if (end < text.length) pieces.push({ text: text.slice(end) });
    return pieces;
  }
}
