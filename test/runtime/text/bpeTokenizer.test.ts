import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import torch, { text } from "../../../runtime/index.ts";
import { anyText } from "./anyText.ts";

const corpus = "the cat sat on the mat; the cat's hat 🙂 and the other hat, then there. ".repeat(3);
const tokenizer = text.BPETokenizer.train(corpus, 280, ["<|endoftext|>", "<|pad|>"]);

/** The ids of a text as numbers. */
function idsOf(given: string, by: text.BPETokenizer = tokenizer): number[] {
  return by.encode(given).tolist() as number[]; // one dimension of safe whole numbers
}

describe("a tokenizer of byte pairs", () => {
  test("gives back any text", () => {
    fc.assert(
      fc.property(anyText, (given) => {
        expect(tokenizer.decode(tokenizer.encode(given))).toBe(given);
      }),
    );
    for (const given of ["", "\uFEFFa", "<|endoftext|>", "a<|pad|>🙂", "\0"])
      expect(tokenizer.decode(tokenizer.encode(given))).toBe(given);
  });

  test("learns frequent words as one token, with the space before them", () => {
    const ids = tokenizer.encode(" the cat");
    expect([ids.dtype, ids.shape]).toEqual([torch.int64, [2]]);
    expect(idsOf(" the cat").map((id) => tokenizer.id_to_token(id))).toEqual(["Ġthe", "Ġcat"]);
    expect(tokenizer.token_to_id("Ġcat")).toBe(idsOf(" the cat")[1]);
    expect([tokenizer.token_to_id("zebra"), tokenizer.id_to_token(9999)]).toEqual([null, null]);
  });

  test("has no more tokens than asked for, and fewer where nothing is left to learn", () => {
    expect(tokenizer.vocab_size).toBe(280);
    expect(text.BPETokenizer.train("ab", 1000).vocab_size).toBe(257);
    expect(text.BPETokenizer.train(["ab", "ab c"], 1000).encode("ab").tolist()).toEqual([256]);
  });

  test("takes special tokens in the text as such, and leaves them out where asked to", () => {
    expect(tokenizer.special_tokens).toEqual({ "<|endoftext|>": 0, "<|pad|>": 1 });
    const ids = tokenizer.encode("cat<|endoftext|>hat");
    expect(ids.tolist()).toContain(0);
    expect(tokenizer.decode(ids, { skip_special_tokens: true })).toBe("cathat");
    expect(tokenizer.decode(ids, true)).toBe("cathat");
  });

  test("merges a long word without spaces in little more time than a short one needs", () => {
    const long = "ha".repeat(50_000);
    expect(tokenizer.decode(tokenizer.encode(long))).toBe(long);
  });

  test("shows � for bytes that are no whole character", () => {
    const [first] = idsOf("漢");
    expect(tokenizer.decode([first!])).toBe("�");
  });

  test("refuses what is no text, no id, and a vocabulary smaller than the bytes", () => {
    expect(() => tokenizer.encode(5 as never)).toThrow("argument 'text' must be a string");
    expect(() => tokenizer.encode("a\uD83D")).toThrow("half a character at position 1");
    expect(() => tokenizer.decode([280])).toThrow("no token 280: ids go from 0 to 279");
    expect(() => text.BPETokenizer.train("a", 200)).toThrow(
      "at least 256 (256 bytes and 0 special tokens), got 200",
    );
    expect(() => text.BPETokenizer.train([5 as never], 300)).toThrow("must be a string");
  });
});

describe("files of tokenizers", () => {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "tokenizer-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** A file with these contents. */
  function file(name: string, contents: string): string {
    writeFileSync(join(folder, name), contents);
    return join(folder, name);
  }

  /** Loads a file with these contents. */
  function load(contents: unknown): text.BPETokenizer {
    const written = typeof contents === "string" ? contents : JSON.stringify(contents);
    return text.BPETokenizer.load(file("broken.json", written));
  }

  test("a tokenizer that was saved is the same when it is loaded", () => {
    const path = join(folder, "tokenizer.json");
    tokenizer.save(path);
    const loaded = text.BPETokenizer.load(path);
    expect(loaded.toJSON()).toEqual(tokenizer.toJSON());
    expect(loaded.encode(corpus).tolist()).toEqual(tokenizer.encode(corpus).tolist());
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(JSON.parse(JSON.stringify(tokenizer)));
  });

  test("GPT-2's two files give the same tokenizer, with the tokens that no merge makes as special ones", () => {
    const { model } = tokenizer.toJSON();
    const lines = model.merges.map((merge) => (typeof merge === "string" ? merge : merge.join(" ")));
    const loaded = text.BPETokenizer.from_files(
      file("vocab.json", JSON.stringify(model.vocab)),
      file("merges.txt", ["#version: 0.2", ...lines, ""].join("\n")),
    );
    expect(loaded.special_tokens).toEqual(tokenizer.special_tokens);
    expect(loaded.encode(`${corpus}<|pad|>`).tolist()).toEqual(tokenizer.encode(`${corpus}<|pad|>`).tolist());
  });

  test("what is no tokenizer is refused, and says why", () => {
    expect(() => text.BPETokenizer.load(join(folder, "none.json"))).toThrow("cannot read");
    expect(() => load("{")).toThrow("holds no JSON");
    for (const contents of [null, [], "5", {}, { model: {} }, { model: { vocab: {}, merges: 5 } }])
      expect(() => load(contents)).toThrow("expected the contents of a tokenizer.json");
    const definition = tokenizer.toJSON();
    const { model } = definition;
    const changed = (part: object): object => ({ ...definition, model: { ...model, ...part } });
    expect(() => load(changed({ type: "WordPiece" }))).toThrow("the model is a WordPiece; only BPE is known");
    expect(() => load(changed({ vocab: { a: -1 } }))).toThrow('the id of "a" must be a whole number');
    expect(() => load(changed({ merges: ["a b c"] }))).toThrow("merge 0 must be two tokens");
    expect(() => load(changed({ merges: [["zebra", "s"]] }))).toThrow('needs the token "zebra"');
    expect(() => load(changed({ byte_fallback: true }))).toThrow("byte_fallback = true");
    expect(() => load({ ...definition, pre_tokenizer: { type: "Metaspace" } })).toThrow(
      "only tokenizers of bytes are known",
    );
    expect(() => load({ ...definition, normalizer: { type: "Lowercase" } })).toThrow(
      "the normalizer Lowercase",
    );
    expect(() => load({ ...definition, post_processor: { type: "New" } })).toThrow("the post_processor New");
  });

  test("a byte that a vocabulary lacks is an error, and no lost text", () => {
    const { model, ...rest } = tokenizer.toJSON();
    const incomplete = Object.fromEntries(Object.entries(model.vocab).filter(([token]) => token !== "z"));
    const lacking = new text.BPETokenizer({ ...rest, model: { ...model, vocab: incomplete } });
    expect(() => lacking.encode("zoo")).toThrow('the byte 122 of "zoo" is not in the vocabulary');
    const unk_token = "<|pad|>";
    const lenient = new text.BPETokenizer({ ...rest, model: { ...model, vocab: incomplete, unk_token } });
    expect(lenient.decode(lenient.encode("zoo"))).toBe("<|pad|>oo");
  });
});
