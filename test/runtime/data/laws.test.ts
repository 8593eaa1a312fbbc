import fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { data, type Tensor } from "../../../runtime/index.ts";

const sizes = fc.integer({ min: 1, max: 40 });

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function sorted(numbers: readonly number[]): number[] {
  return numbers.toSorted((a, b) => a - b);
}

/** The numbers of all batches, one after the other. */
function flattened(batches: Iterable<Tensor>): number[] {
  return Array.from(batches, (batch) => batch.tolist() as number[]).flat(); // batches of whole numbers
}

/** Two epochs from a seed. */
function epochs(seed: number): number[][] {
  const generator = new torch.Generator().manual_seed(seed);
  const loader = new data.DataLoader(upTo(30), { batch_size: 7, shuffle: true, generator });
  return [flattened(loader), flattened(loader)];
}

describe("laws of loaders", () => {
  test("an epoch has every item once, in any order and with batches of any size", () => {
    fc.assert(
      fc.property(sizes, sizes, fc.boolean(), (count, batch_size, shuffle) => {
        const loader = new data.DataLoader(upTo(count), { batch_size, shuffle });
        const batches = [...loader];
        expect(batches).toHaveLength(loader.length);
        expect(sorted(flattened(batches))).toEqual(upTo(count));
        expect(batches.slice(0, -1).every((batch) => batch.length === batch_size)).toBe(true);
      }),
    );
  });

  test("dropping the last leaves only whole batches", () => {
    fc.assert(
      fc.property(sizes, sizes, (count, batch_size) => {
        const loader = new data.DataLoader(upTo(count), { batch_size, drop_last: true });
        expect(flattened(loader)).toEqual(upTo(Math.floor(count / batch_size) * batch_size));
        expect(loader.length).toBe(Math.floor(count / batch_size));
      }),
    );
  });

  test("the same seed gives the same epochs, and another one others", () => {
    expect(epochs(1)).toEqual(epochs(1));
    expect(epochs(1)).not.toEqual(epochs(2));
    expect(epochs(1)[0]).not.toEqual(epochs(1)[1]);
  });
});

describe("laws of data sets", () => {
  test("parts of a split have no item in common, and all together", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9 }), { minLength: 1, maxLength: 5 }), (lengths) => {
        const total = lengths.reduce((sum, length) => sum + length, 0);
        fc.pre(total !== 1); // 1 is a fraction, too
        const parts = data.random_split(upTo(total), lengths);
        expect(parts.map((part) => part.length)).toEqual(lengths);
        expect(sorted(parts.flatMap((part) => Array.from(part)))).toEqual(upTo(total));
      }),
    );
  });

  test("data sets one after the other are their items one after the other", () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.integer()), { minLength: 1 }), (parts) => {
        const all = new data.ConcatDataset(parts);
        expect([...all]).toEqual(parts.flat());
        for (const [i, item] of parts.flat().entries()) expect(all.get(i - all.length)).toBe(item);
      }),
    );
  });

  test("a part of a part is the items at the indices of the one among those of the other", () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9 }), { minLength: 1 }), fc.array(fc.nat()), (outer, picks) => {
        const inner = picks.map((pick) => pick % outer.length);
        const letters = [..."abcdefghij"];
        const part = new data.Subset(new data.Subset(letters, outer), inner);
        expect([...part]).toEqual(inner.map((index) => letters[outer[index]!]));
      }),
    );
  });
});

describe("laws of samplers", () => {
  test("more samples than items without replacement are whole permutations first", () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 100 }), (count, num_samples) => {
        const drawn = [...new data.RandomSampler(upTo(count), { num_samples })];
        expect(drawn).toHaveLength(num_samples);
        for (let start = 0; start + count <= num_samples; start += count)
          expect(sorted(drawn.slice(start, start + count))).toEqual(upTo(count));
        expect(new Set(drawn.slice(Math.floor(num_samples / count) * count)).size).toBe(num_samples % count);
      }),
    );
  });

  test("weights say how often an index comes, and 0 that it never does", () => {
    torch.manual_seed(0);
    const counts = [0, 0, 0];
    for (const index of new data.WeightedRandomSampler([1, 0, 3], 4000)) counts[index]! += 1;
    expect(counts[1]).toBe(0);
    expect(Math.abs(counts[2]! / 4000 - 0.75)).toBeLessThan(0.03);
  });
});
