import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { ValueError } from "../../errors/valueError.ts";
import { inspectAs } from "../../inspect.ts";
import { readBytes, writeWhole } from "../../io/files.ts";
import { flag, keywordOnly, number, type Parameter, type ParametersOf } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { checkId as checkDecoded, idsParameter, textParameter, toTensor, type Ids } from "../ids.ts";
import { AddedTokens } from "./added.ts";
import { aroundOf, type Around } from "./around.ts";
import { byteCharacters, bytesOf } from "./byteCharacters.ts";
import { define, specialToken, type AddedToken, type TokenizerDefinition } from "./definition.ts";
import { Merges } from "./merging.ts";
import { normalizerFor } from "./normalizing.ts";
import { splitterFor, type Splitter } from "./splitting.ts";
import { learn } from "./training.ts";
import { byteIdsOf, checkId, checkModel, mergesOf, vocabularyOf } from "./vocabulary.ts";

/** What `BPETokenizer.train` takes. */
export interface TrainArguments {
  /** The text to learn from, or several. */
  readonly text: string | Iterable<string>;
  /** How many tokens there are to be, with the 256 bytes and the special ones. */
  readonly vocab_size: number;
  /** Tokens that stand for no text, such as `"<|endoftext|>"`; they get the first ids. */
  readonly special_tokens?: readonly string[];
  /** Pairs that come less often are not learned; 1 unless given. */
  readonly min_frequency?: number;
}

const strings: Parameter<readonly string[]> = {
  expects: "an array of strings",
  fallback: [],
  convert: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "string") ? value : undefined,
};

const trainParameters: ParametersOf<TrainArguments> = {
  text: {
    expects: "a string, or an iterable of strings",
    convert: (value) =>
      typeof value === "string" || (typeof value === "object" && value !== null && Symbol.iterator in value)
        ? (value as string | Iterable<string>) // what it gives is checked when it is used
        : undefined,
  },
  vocab_size: number(),
  special_tokens: strings,
  min_frequency: keywordOnly(number(1)),
};

/** What `encode` takes. */
export interface EncodeArguments {
  readonly text: string;
  /** Whether tokens that the tokenizer puts around every text are put there; `true` unless given. */
  readonly add_special_tokens?: boolean;
}

/** What `decode` takes. */
export interface DecodeArguments {
  readonly ids: Ids;
  /** Whether special tokens are left out; `false` unless given. */
  readonly skip_special_tokens?: boolean;
}

/** So many words are remembered with their tokens. */
const mostWords = 20_000;

/** Byte-level text that begins with U+FEFF keeps it. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/**
 * A tokenizer of byte pairs, as of GPT-2: every text is bytes, of which frequent neighbours are one token. `decode(encode(text))` is the text, whatever it is.
 *
 * ```ts
 * const tokenizer = text.BPETokenizer.train(corpus, 1000);
 * const ids = tokenizer.encode("hello world");
 * tokenizer.save("tokenizer.json");
 * ```
 *
 * It is saved as Hugging Face's `tokenizer.json`, and reads those of tokenizers of bytes, as well as GPT-2's `vocab.json` with `merges.txt`; the ids are the same.
 *
 * Source: A. Radford et al., "Language Models are Unsupervised Multitask Learners" (2019); R. Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units" (2016).
 */
export class BPETokenizer {
  readonly #definition: TokenizerDefinition;
  readonly #ids: ReadonlyMap<string, number>;
  readonly #tokens: (string | undefined)[] = [];
  readonly #byteIds: Int32Array;
  readonly #merges: Merges;
  readonly #normalize: (text: string) => string;
  readonly #split: Splitter;
  readonly #added: AddedTokens;
  readonly #addedById: ReadonlyMap<number, AddedToken>;
  readonly #around: Around;
  readonly #words = new Map<string, readonly number[]>();

  /**
   * A tokenizer by the contents of its `tokenizer.json`.
   *
   * @throws ValueError when they are none, NotImplementedError for a tokenizer of another kind.
   */
  constructor(definition: TokenizerDefinition) {
    const model: TokenizerDefinition["model"] | undefined = definition?.model;
    checkModel(model);
    const added = definition.added_tokens ?? [];
    for (const { content, id } of added) checkId(content, id);
    const vocabulary = vocabularyOf(model);
    this.#definition = definition;
    this.#byteIds = byteIdsOf(vocabulary, model.unk_token ?? null);
    this.#merges = new Merges(vocabulary, mergesOf(model));
    this.#normalize = normalizerFor(definition.normalizer);
    this.#split = splitterFor(definition.pre_tokenizer);
    this.#added = new AddedTokens(added);
    this.#addedById = new Map(added.map((token) => [token.id, token]));
    this.#around = aroundOf(definition.post_processor);
    this.#ids = new Map([...vocabulary, ...added.map(({ content, id }) => [content, id] as const)]);
    for (const [token, id] of this.#ids) this.#tokens[id] = token;
  }

  /**
   * Learns a tokenizer from text: `BPETokenizer.train(corpus, 1000, {special_tokens: ["<|endoftext|>"]})`. What it learns is what Hugging Face's `BpeTrainer` learns.
   *
   * It may have fewer tokens than asked for, when no pair is left that comes often enough.
   *
   * @throws ValueError when `vocab_size` is smaller than what is always there.
   */
  static train(
    ...args: CallForms<
      TrainArguments,
      [text: string | Iterable<string>, vocab_size: number, special_tokens?: readonly string[]],
      ["text", "vocab_size"]
    >
  ): BPETokenizer {
    const given = bind("train", trainParameters, args);
    const special = [...new Set(given.special_tokens)];
    const least = 256 + special.length;
    if (!Number.isInteger(given.vocab_size) || given.vocab_size < least)
      throw new ValueError(
        `train: vocab_size must be a whole number of at least ${least} (256 bytes and ${special.length} special tokens), got ${given.vocab_size}.`,
      );
    const added = special.map(specialToken);
    const counts = countWords(given.text, added);
    const { tokens, merges } = learn(counts, given.vocab_size - special.length, given.min_frequency);
    const vocabulary = [...special, ...tokens].map((token, id) => [token, id] as const);
    return new BPETokenizer(define(vocabulary, merges, added));
  }

  /**
   * Reads a `tokenizer.json`.
   *
   * @throws RuntimeError when the file cannot be read, ValueError when it is no such file, NotImplementedError for a tokenizer of another kind.
   */
  static load(path: string): BPETokenizer {
    return new BPETokenizer(readJson(path, "BPETokenizer.load") as TokenizerDefinition); // the constructor checks it
  }

  /**
   * Reads GPT-2's two files: the vocabulary, and the merges, one a line. Tokens that no merge makes are special ones, as `<|endoftext|>`.
   *
   * @throws RuntimeError when a file cannot be read, ValueError when it is no such file.
   */
  static from_files(vocabulary: string, merges: string): BPETokenizer {
    const lines = decoder.decode(readBytes(merges, "BPETokenizer.from_files")).split(/\r?\n/);
    const pairs = lines.filter((line) => line !== "" && !line.startsWith("#version"));
    const tokens = Object.entries(readJson(vocabulary, "BPETokenizer.from_files") as Record<string, number>); // checked below
    const made = new Set(pairs.map((pair) => pair.replace(" ", "")));
    const special = tokens.filter(([token]) => !made.has(token) && bytesOf(token)?.length !== 1);
    return new BPETokenizer(
      define(
        tokens,
        pairs,
        special.map(([token, id]) => specialToken(token, id)),
      ),
    );
  }

  /** How many ids there are: one more than the largest. */
  get vocab_size(): number {
    return this.#tokens.length;
  }

  /** The tokens that stand for no text, with their ids. */
  get special_tokens(): Record<string, number> {
    const special = [...this.#addedById.values()].filter((token) => token.special !== false);
    return Object.fromEntries(special.map(({ content, id }) => [content, id]));
  }

  /** The id of a token, which is written as in the vocabulary (`"Ġworld"` for `" world"`), or `null`. */
  token_to_id(token: string): number | null {
    return this.#ids.get(token) ?? null;
  }

  /** The token of an id, as the vocabulary writes it, or `null`. */
  id_to_token(id: number): string | null {
    return this.#tokens[id] ?? null;
  }

  /**
   * The ids of a text: an int64 tensor of shape `[n]`. Special tokens that stand in the text are taken as such.
   *
   * @throws ValueError for half a character (a lone surrogate), and for a byte that a vocabulary read from a file has not.
   */
  encode(...args: CallForms<EncodeArguments, [text: string, add_special_tokens?: boolean]>): Tensor {
    const { text, add_special_tokens } = bind(
      "encode",
      { text: textParameter, add_special_tokens: flag(true) },
      args,
    );
    checkWhole(text);
    const ids: number[] = add_special_tokens ? [...this.#around.before] : [];
    for (const piece of this.#added.split(text))
      if ("id" in piece) ids.push(piece.id);
      else
        for (const word of this.#split(this.#normalize(piece.text)))
          for (const id of this.#idsOf(word)) ids.push(id);
    if (add_special_tokens) ids.push(...this.#around.behind);
    return toTensor(ids);
  }

  /**
   * The text of ids. Bytes that are no whole character give �.
   *
   * @throws ValueError for an id that is none.
   */
  decode(...args: CallForms<DecodeArguments, [ids: Ids, skip_special_tokens?: boolean]>): string {
    const { ids, skip_special_tokens } = bind(
      "decode",
      { ids: idsParameter, skip_special_tokens: flag(false) },
      args,
    );
    const bytes: number[] = [];
    for (const id of ids) {
      checkDecoded(id, this.vocab_size);
      const added = this.#addedById.get(id);
      if (added?.special !== false && added !== undefined && skip_special_tokens) continue;
      const token = added?.content ?? this.#tokens[id] ?? "";
      for (const byte of (added === undefined ? bytesOf(token) : null) ?? encoder.encode(token))
        bytes.push(byte);
    }
    return decoder.decode(Uint8Array.from(bytes));
  }

  /** What `tokenizer.json` holds; so `JSON.stringify(tokenizer)` is the file. */
  toJSON(): TokenizerDefinition {
    return this.#definition;
  }

  /** Writes a `tokenizer.json`, which `load` and Hugging Face's libraries read. @throws the system's error when it cannot be written. */
  save(path: string): void {
    writeWhole(path, encoder.encode(JSON.stringify(this.#definition, null, 2)));
  }

  #idsOf(word: string): readonly number[] {
    let ids = this.#words.get(word);
    if (ids === undefined) {
      if (this.#words.size >= mostWords) this.#words.clear();
      this.#words.set(word, (ids = this.#merged(word)));
    }
    return ids;
  }

  #merged(word: string): readonly number[] {
    const bytes = encoder.encode(word);
    if (this.#definition.model.ignore_merges === true) {
      const whole = this.#ids.get(Array.from(bytes, (byte) => byteCharacters[byte]!).join(""));
      if (whole !== undefined) return [whole];
    }
    const ids = Array.from(bytes, (byte) => this.#byteIds[byte]!);
    const missing = ids.indexOf(-1);
    if (missing >= 0)
      throw new ValueError(
        `encode: the byte ${bytes[missing]} of ${JSON.stringify(word)} is not in the vocabulary, and the tokenizer has no unk_token. One that train made knows all bytes.`,
      );
    return this.#merges.apply(ids);
  }
}

/** How often each word comes. */
function countWords(texts: string | Iterable<string>, added: readonly AddedToken[]): Map<string, number> {
  const counts = new Map<string, number>();
  const split = splitterFor({ type: "ByteLevel" });
  const special = new AddedTokens(added);
  for (const text of typeof texts === "string" ? [texts] : texts) {
    checkWhole(bind("train", { text: textParameter }, [text]).text);
    for (const piece of special.split(text))
      if ("text" in piece)
        for (const word of split(piece.text)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return counts;
}

/** @throws ValueError for half a character. */
function checkWhole(text: string): void {
  // A surrogate that is left over when whole characters are read.
  const position = text.search(/\p{Surrogate}/u);
  if (position >= 0)
    throw new ValueError(
      `encode: the text has half a character at position ${position}: a surrogate without its partner, which is no Unicode. It was probably cut there; text.toWellFormed() replaces it.`,
    );
}

/** @throws RuntimeError when the file cannot be read, ValueError when it is no JSON. */
function readJson(path: string, whatFor: string): unknown {
  const contents = decoder.decode(readBytes(path, whatFor));
  try {
    return JSON.parse(contents);
  } catch (error) {
    throw new ValueError(`${whatFor}: ${JSON.stringify(path)} holds no JSON: ${String(error)}.`, {
      cause: error,
    });
  }
}

inspectAs(BPETokenizer, (tokenizer) => {
  const special = Object.keys(tokenizer.special_tokens);
  return `BPETokenizer(${tokenizer.vocab_size} tokens${special.length === 0 ? "" : `, special: ${special.slice(0, 8).join(" ")}`})`;
});
