/** Floating-point numbers of 16 bits against what their bits mean. */
import { describe, expect, test } from "vitest";
import { bitCodecs } from "../../runtime/halves.ts";

const formats = [
  ["float16", 5, 10],
  ["bfloat16", 8, 7],
] as const;

describe.each(formats)("%s", (name, exponentBits, mantissaBits) => {
  const { decode, encode } = bitCodecs[name];
  const infinity = (2 ** exponentBits - 1) << mantissaBits;

  test("all bits are read and written back", () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < 2 ** 16; bits++) {
      const isNaN = (bits & 0x7fff) > infinity;
      const value = decode(bits);
      if (isNaN ? !Number.isNaN(value) : encode(value) !== bits) wrong.push(bits);
    }
    expect(wrong).toEqual([]);
  });

  test("larger bits are larger numbers", () => {
    const values = Array.from({ length: infinity + 1 }, (_, bits) => decode(bits));
    expect(values.every((value, i) => i === 0 || value > values[i - 1]!)).toBe(true);
    expect([decode(0x8000), decode(infinity), decode(infinity | 0x8000)]).toEqual([-0, Infinity, -Infinity]);
  });

  test("what lies between two numbers goes to the nearer one, and halves to the even one", () => {
    const wrong: number[] = [];
    for (let bits = 0; bits < infinity - 1; bits += 7) {
      const [low, high] = [decode(bits), decode(bits + 1)];
      const middle = (low + high) / 2;
      const even = bits % 2 === 0 ? bits : bits + 1;
      const found = [middle * (1 - 2 ** -20), middle, middle * (1 + 2 ** -20)].map(encode);
      if (found.join() !== [bits, even, bits + 1].join()) wrong.push(bits);
    }
    // Below the smallest normal float32, a bfloat16's halves have no neighbours that could be told apart.
    expect(wrong.filter((bits) => bits >= 2 ** mantissaBits || name === "float16")).toEqual([]);
  });

  test("numbers beyond the largest one become infinite, and NaN stays", () => {
    const largest = decode(infinity - 1);
    const step = largest - decode(infinity - 2);
    expect(encode(largest + step / 4)).toBe(infinity - 1);
    expect(encode(largest + step / 2)).toBe(infinity);
    expect(encode(-Infinity)).toBe(infinity | 0x8000);
    expect(decode(encode(NaN))).toBeNaN();
  });
});
