import { expect, test } from "vitest";
import { text } from "../../runtime/index.ts";
import { readOracle } from "./data.ts";

interface Answers {
  readonly corpus: string;
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [string, string])[];
  readonly frequent: number;
  readonly tokenizers: Readonly<
    Record<
      string,
      {
        readonly definition: text.TokenizerDefinition;
        readonly rows: readonly (readonly [text: string, ids: number[]])[];
      }
    >
  >;
}

const { corpus, tokens, merges, frequent, tokenizers } = readOracle<Answers>("tokenizers.json");
const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
const special = ["<|endoftext|>"];

test("training learns the tokens and merges that Hugging Face's library learns", () => {
  const { model } = text.BPETokenizer.train(corpus, tokens.length, special).toJSON();
  expect(model.vocab).toEqual(vocab);
  expect(model.merges).toEqual(merges);
});

test("training stops where pairs become rare", () => {
  const { model } = text.BPETokenizer.train(corpus, tokens.length, special, { min_frequency: 3 }).toJSON();
  expect(model.merges).toHaveLength(frequent);
});

test.each(Object.entries(tokenizers))(
  "a tokenizer like that of %s gives the same ids",
  (_, { definition, rows }) => {
    const tokenizer = new text.BPETokenizer({ ...definition, model: { ...definition.model, vocab, merges } });
    const wrong = rows.filter(([given, ids]) => String(tokenizer.encode(given).tolist()) !== String(ids));
    expect(wrong).toEqual([]);
  },
);
