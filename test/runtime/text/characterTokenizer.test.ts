import fc from "fast-check";
import { expect, test } from "vitest";
import torch, { text } from "../../../runtime/index.ts";
import { anyText } from "./anyText.ts";

test("the vocabulary is the characters of a text, in the order of their code points", () => {
  const tokenizer = new text.CharacterTokenizer("hello 🙂 ｆull");
  expect(tokenizer.characters).toEqual([" ", "e", "h", "l", "o", "u", "ｆ", "🙂"]);
  expect(tokenizer.vocab_size).toBe(8);
});

test("encoding gives int64 ids, and decoding the text", () => {
  const tokenizer = new text.CharacterTokenizer("hello");
  const ids = tokenizer.encode("hole");
  expect([ids.dtype, ids.shape, ids.tolist()]).toEqual([torch.int64, [4], [1, 3, 2, 0]]);
  expect(tokenizer.decode(ids)).toBe("hole");
  expect(tokenizer.decode([1, 0n])).toBe("he");
  expect(tokenizer.decode(torch.tensor(3n))).toBe("o");
  expect(tokenizer.encode("").shape).toEqual([0]);
});

test("decoding undoes encoding, of any text with known characters", () => {
  fc.assert(
    fc.property(
      anyText.filter((corpus) => corpus !== ""),
      fc.array(fc.nat()),
      (corpus, picks) => {
        const tokenizer = new text.CharacterTokenizer(corpus);
        const known = picks.map((pick) => tokenizer.characters[pick % tokenizer.vocab_size]).join("");
        expect(tokenizer.decode(tokenizer.encode(known))).toBe(known);
      },
    ),
  );
});

test("an unknown character is an error that names it, unless something stands for it", () => {
  const tokenizer = new text.CharacterTokenizer("abc");
  expect(() => tokenizer.encode("ab🙂")).toThrow(
    /the character "🙂" \(U\+1F642\) at position 2 is not in the vocabulary of 3 characters/,
  );
  const lenient = new text.CharacterTokenizer("abc", { unk: "?" });
  expect([lenient.vocab_size, lenient.decode(lenient.encode("a🙂b"))]).toEqual([4, "a?b"]);
  expect(new text.CharacterTokenizer("abc?", "?").vocab_size).toBe(4);
});

test("ids that are none are refused", () => {
  const tokenizer = new text.CharacterTokenizer("abc");
  expect(() => tokenizer.decode([0, 3])).toThrow("there is no token 3: ids go from 0 to 2");
  expect(() => tokenizer.decode([-1])).toThrow("ids go from 0 to 2");
  expect(() => tokenizer.decode(torch.zeros(2))).toThrow("text.sample or argmax(-1) chooses ids");
  expect(() => tokenizer.decode(torch.zeros(2, 2, { dtype: torch.int64 }))).toThrow("shape [2, 2]");
  expect(() => new text.CharacterTokenizer("")).toThrow("the text is empty");
});
