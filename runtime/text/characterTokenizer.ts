import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { inspectAs } from "../inspect.ts";
import type { ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { checkId, idsParameter, textParameter, toTensor, type Ids } from "./ids.ts";

/** What `text.CharacterTokenizer` is made with. */
export interface CharacterTokenizerArguments {
  /** Whose characters are the vocabulary. */
  readonly text: string;
  /** What stands for characters that are not in it, for example `"?"`; `null`, unless given, makes them an error. */
  readonly unk?: string | null;
}

const parameters: ParametersOf<CharacterTokenizerArguments> = {
  text: textParameter,
  unk: {
    expects: "a string that stands for unknown characters, or null",
    fallback: null,
    convert: (value) => (value === null || (typeof value === "string" && value !== "") ? value : undefined),
  },
};

/**
 * A number for each character of a text: `new text.CharacterTokenizer(corpus)`, then `encode` and `decode`.
 *
 * The vocabulary are the characters of the text in the order of their Unicode numbers, as Python's `sorted(set(text))`. A character is a code point: 🙂 is one.
 */
export class CharacterTokenizer {
  /** The characters by their ids; the one for unknown characters, if it is not among them, is the last. */
  readonly characters: readonly string[];
  /** What stands for unknown characters, or `null`. */
  readonly unk: string | null;
  readonly #ids: ReadonlyMap<string, number>;

  /** @throws ValueError when there are no characters. */
  constructor(...args: CallForms<CharacterTokenizerArguments, [text: string, unk?: string | null]>) {
    const { text, unk } = bind("CharacterTokenizer", parameters, args);
    const found = [...new Set(text)].toSorted((a, b) => a.codePointAt(0)! - b.codePointAt(0)!); // each has one
    this.characters = unk === null || found.includes(unk) ? found : [...found, unk];
    if (this.characters.length === 0)
      throw new ValueError("CharacterTokenizer: the text is empty, so there is no vocabulary.");
    this.unk = unk;
    this.#ids = new Map(this.characters.map((character, id) => [character, id]));
  }

  /** How many ids there are. */
  get vocab_size(): number {
    return this.characters.length;
  }

  /**
   * The id of each character: an int64 tensor of shape `[n]`.
   *
   * @throws ValueError for a character that is not in the vocabulary, when nothing stands for it.
   */
  encode(text: string): Tensor {
    const { text: given } = bind("encode", { text: textParameter }, [text]);
    return toTensor(Array.from(given, (character, position) => this.#idOf(character, position)));
  }

  /**
   * The text of ids.
   *
   * @throws ValueError for an id that is none.
   */
  decode(ids: Ids): string {
    const { ids: numbers } = bind("decode", { ids: idsParameter }, [ids]);
    return numbers
      .map((id) => {
        checkId(id, this.vocab_size);
        return this.characters[id];
      })
      .join("");
  }

  #idOf(character: string, position: number): number {
    const id = this.#ids.get(character) ?? (this.unk === null ? undefined : this.#ids.get(this.unk));
    if (id !== undefined) return id;
    const code = character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0"); // it has one
    throw new ValueError(
      `encode: the character ${JSON.stringify(character)} (U+${code}) at position ${position} is not in the vocabulary of ${this.vocab_size} characters. ` +
        'Make the tokenizer of a text that has it, or with something that stands for it: {unk: "?"}.',
    );
  }
}

inspectAs(CharacterTokenizer, ({ characters, unk }) => {
  const shown = characters.slice(0, 20).join("") + (characters.length > 20 ? "…" : "");
  return `CharacterTokenizer(${characters.length} characters: ${JSON.stringify(shown)}${unk === null ? "" : `, unk=${JSON.stringify(unk)}`})`;
});
