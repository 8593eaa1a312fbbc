/** What a tokenizer is, as Hugging Face's `tokenizer.json` writes it: so it is saved, and so it is read. */

/** A token that is looked for in the text itself, before all else. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly single_word?: boolean;
  /** Whether spaces on its left belong to it. */
  readonly lstrip?: boolean;
  /** Whether spaces on its right belong to it. */
  readonly rstrip?: boolean;
  readonly normalized?: boolean;
  readonly special?: boolean;
}

/** A step that changes or divides text, or puts tokens around it: each has its own settings. */
export interface Step {
  readonly type: string;
  readonly [setting: string]: unknown;
}

/** The model of a tokenizer that merges pairs. */
export interface BPEModel {
  readonly type: "BPE";
  readonly dropout?: number | null;
  readonly unk_token?: string | null;
  readonly continuing_subword_prefix?: string | null;
  readonly end_of_word_suffix?: string | null;
  readonly fuse_unk?: boolean;
  readonly byte_fallback?: boolean;
  /** Whether a word that is a token is left alone. */
  readonly ignore_merges?: boolean;
  readonly vocab: Readonly<Record<string, number>>;
  readonly merges: readonly (string | readonly [left: string, right: string])[];
}

/** The contents of a `tokenizer.json`. */
export interface TokenizerDefinition {
  readonly version?: string;
  readonly truncation?: unknown;
  readonly padding?: unknown;
  readonly added_tokens?: readonly AddedToken[] | null;
  readonly normalizer?: Step | null;
  readonly pre_tokenizer?: Step | null;
  readonly post_processor?: Step | null;
  readonly decoder?: Step | null;
  readonly model: BPEModel;
}

const byteLevel: Step = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true };

/** A tokenizer of bytes, which divides text as GPT-2's does. */
export function define(
  vocabulary: Iterable<readonly [token: string, id: number]>,
  merges: BPEModel["merges"],
  special: readonly AddedToken[],
): TokenizerDefinition {
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: special,
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: null,
    decoder: byteLevel,
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary),
      merges,
    },
  };
}

/** A special token. */
export function specialToken(content: string, id: number): AddedToken {
  return {
    id,
    content,
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized: false,
    special: true,
  };
}
