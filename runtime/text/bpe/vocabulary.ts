/** The tokens of a model, checked: a file may say anything. */
import { NotImplementedError } from "../../errors/notImplementedError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { byteCharacters } from "./byteCharacters.ts";
import type { BPEModel } from "./definition.ts";
import type { Merge } from "./merging.ts";
import { mostTokens } from "./pairs.ts";

/** @throws NotImplementedError for a model that merges otherwise than bytes. */
export function checkModel(model: BPEModel | undefined): asserts model is BPEModel {
  if (
    typeof model !== "object" ||
    model === null ||
    typeof model.vocab !== "object" ||
    !Array.isArray(model.merges)
  )
    throw new ValueError(
      "tokenizer: expected the contents of a tokenizer.json, with a model that has vocab and merges.",
    );
  // Older files do not name the type.
  if ((model.type ?? "BPE") !== "BPE")
    throw new NotImplementedError(
      `tokenizer: the model is a ${String(model.type)}; only BPE is known, as of GPT-2 and Llama 3.`,
    );
  const foreign = Object.entries({
    continuing_subword_prefix: model.continuing_subword_prefix,
    end_of_word_suffix: model.end_of_word_suffix,
    dropout: model.dropout,
    byte_fallback: model.byte_fallback,
  }).find(([, value]) => Boolean(value));
  if (foreign !== undefined)
    throw new NotImplementedError(
      `tokenizer: the model has ${foreign[0]} = ${JSON.stringify(foreign[1])}, which tokenizers of bytes have not.`,
    );
}

/** Tokens and their ids. @throws ValueError for an id that is none. */
export function vocabularyOf({ vocab }: BPEModel): Map<string, number> {
  const vocabulary = new Map(Object.entries(vocab));
  for (const [token, id] of vocabulary) checkId(token, id);
  return vocabulary;
}

/** @throws ValueError for an id that is none. */
export function checkId(token: string, id: unknown): void {
  if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= mostTokens)
    throw new ValueError(
      `tokenizer: the id of ${JSON.stringify(token)} must be a whole number from 0 to ${mostTokens - 1}, and is ${JSON.stringify(id)}.`,
    );
}

/** The merges in their order. @throws ValueError for what is no pair. */
export function mergesOf({ merges }: BPEModel): Merge[] {
  return merges.map((merge, rank) => {
    const pair: unknown = typeof merge === "string" ? merge.split(" ") : merge;
    if (Array.isArray(pair) && pair.length === 2 && pair.every((token) => typeof token === "string"))
      return pair as unknown as Merge; // as just seen
    throw new ValueError(`tokenizer: merge ${rank} must be two tokens, and is ${JSON.stringify(merge)}.`);
  });
}

/** The id of each byte; −1 where a byte has none and nothing stands for it. */
export function byteIdsOf(vocabulary: ReadonlyMap<string, number>, unknown: string | null): Int32Array {
  const otherwise = unknown === null ? -1 : (vocabulary.get(unknown) ?? -1);
  return Int32Array.from(byteCharacters, (character) => vocabulary.get(character) ?? otherwise);
}
