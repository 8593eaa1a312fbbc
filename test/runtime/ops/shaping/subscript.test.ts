/** Indexing against nested arrays: what Python's `x[…]` reads and writes, for any shape. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { type Tensor } from "../../../../runtime/index.ts";

/** Elements as `tolist()` gives them. */
type NestedList = number | bigint | boolean | NestedList[];

/** One item of an index, and what it does to one dimension of nested arrays. */
type Item = number | { readonly start: number | null; readonly end: number | null; readonly step: number };

const bound = fc.option(fc.integer({ min: -5, max: 5 }), { nil: null });
const ranges = fc.record({ start: bound, end: bound, step: fc.integer({ min: 1, max: 3 }) });

/** A shape, and an item for each of its dimensions. */
const cases = fc
  .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3 })
  .chain((shape) =>
    fc.tuple(
      fc.constant(shape),
      fc.tuple(...shape.map((size) => fc.oneof(fc.integer({ min: -size, max: size - 1 }), ranges))),
    ),
  );

/** Python's own slices of a list. */
function pick(list: readonly NestedList[], item: Exclude<Item, number>): NestedList[] {
  const clip = (value: number): number =>
    Math.min(Math.max(value < 0 ? value + list.length : value, 0), list.length);
  return list
    .slice(clip(item.start ?? 0), Math.max(clip(item.end ?? list.length), clip(item.start ?? 0)))
    .filter((_, i) => i % item.step === 0);
}

/** The same index, of nested arrays. */
function read(nested: NestedList, items: readonly Item[]): NestedList {
  const [item, ...rest] = items;
  if (item === undefined) return nested;
  const list = nested as NestedList[]; // there are as many levels as items
  return typeof item === "number"
    ? read(list.at(item)!, rest)
    : pick(list, item).map((part) => read(part, rest));
}

function indexOf(items: readonly Item[]): Parameters<Tensor["index"]> {
  return items.map((item) =>
    typeof item === "number" ? item : torch.slice(item.start, item.end, item.step),
  );
}

function counting(shape: readonly number[]): Tensor {
  return torch.arange(shape.reduce((product, size) => product * size, 1)).reshape(shape);
}

describe("numbers and slices", () => {
  test("read what they read from nested arrays, and give views", () => {
    fc.assert(
      fc.property(cases, ([shape, items]) => {
        const x = counting(shape);
        const view = x.index(...indexOf(items));
        expect(view.tolist()).toEqual(read(x.tolist(), items));
        expect(view.base).toBe(x.base);
      }),
    );
  });

  test("write where they read", () => {
    fc.assert(
      fc.property(cases, ([shape, items]) => {
        const x = counting(shape);
        const index = indexOf(items);
        x.index_put_(index, -1);
        expect(x.eq(-1).sum().item()).toBe(x.index(...index).numel());
        expect(
          x
            .index(...index)
            .eq(-1)
            .all()
            .item(),
        ).toBe(true);
      }),
    );
  });

  test("before an ellipsis, behind it, or with new dimensions between read the same elements", () => {
    fc.assert(
      fc.property(cases, ([shape, items]) => {
        const x = counting(shape);
        const index = indexOf(items);
        const plain = x.index(...index);
        expect(x.index("...", ...index).tolist()).toEqual(plain.tolist());
        expect(x.index(...index, "...").tolist()).toEqual(plain.tolist());
        expect(x.index(null, ...index).tolist()).toEqual([plain.tolist()]);
      }),
    );
  });
});

describe("tensors of positions", () => {
  const positions = fc.array(fc.integer({ min: -3, max: 2 }), { minLength: 1, maxLength: 4 });

  test("choose slices one by one, whether they come as a tensor or as a list", () => {
    fc.assert(
      fc.property(positions, (chosen) => {
        const x = counting([3, 4]);
        const rows = chosen.map((position) => (x.tolist() as NestedList[]).at(position)!); // two dimensions
        const index = torch.tensor(chosen, { dtype: torch.int64 });
        expect(x.index(index).tolist()).toEqual(rows);
        expect(x.index(chosen).tolist()).toEqual(rows);
        expect(x.t().index(torch.slice(), index).t().tolist()).toEqual(rows);
      }),
    );
  });

  test("come where the first of them was, and in front when they are not neighbours", () => {
    const x = counting([2, 3, 4, 5]);
    const pair = torch.tensor([0n, 1n]);
    expect(x.index(torch.slice(), pair, pair).shape).toEqual([2, 2, 5]);
    expect(x.index(pair, torch.slice(), pair).shape).toEqual([2, 3, 5]);
    expect(x.index(torch.slice(), pair, torch.slice(), pair).shape).toEqual([2, 2, 4]);
    expect(x.index(torch.slice(), pair.reshape(2, 1), pair).shape).toEqual([2, 2, 2, 5]);
  });

  test("without a dimension are numbers, and give views", () => {
    const x = counting([3, 4]);
    const row = x.index(torch.tensor(-1n));
    row.fill_(0);
    expect(x.select(0, 2).tolist()).toEqual([0, 0, 0, 0]);
    expect(x.index(1n).tolist()).toEqual([4, 5, 6, 7]);
  });

  test("may stand in a string, as Python writes them", () => {
    const x = counting([3, 4]);
    expect(x.index("[0, 2], 1:").tolist()).toEqual(x.index([0, 2], torch.slice(1)).tolist());
    expect(x.index(":, [[0, 1], [2, 3]]").shape).toEqual([3, 2, 2]);
    expect(x.index("[True, False, True]").tolist()).toEqual(x.index([0, 2]).tolist());
    expect(() => x.index("[0, 1")).toThrow('cannot read "[0, 1"');
  });

  test("as nested lists that are no tensor are refused with what came", () => {
    const x = counting([3, 4]);
    expect(() => x.index(torch.slice(), [[0, 1], [2]])).toThrow("lists of one length");
    expect(() => x.index([0.5])).toThrow("0.5 (number) is no index");
  });
});

test("a mask over some dimensions chooses as a loop does", () => {
  fc.assert(
    fc.property(fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), (truth) => {
      const x = counting([2, 3, 2]);
      const mask = torch.tensor(truth).reshape(2, 3);
      const rows = (x.reshape(6, 2).tolist() as NestedList[]).filter((_, i) => truth[i]); // six rows
      expect(x.index(mask).tolist()).toEqual(rows);
      expect(x.index_put_([mask], 0).sum().item()).toBe(
        counting([2, 3, 2]).mul(mask.logical_not().unsqueeze(-1)).sum().item(),
      );
    }),
  );
});

test("takes one item without an array, as a text, a number, a slice or a mask", () => {
  const x = torch.zeros(2, 3);
  x.index_put_("0, 1:", 1).index_put_(1, 2);
  expect(x.tolist()).toEqual([[0, 1, 1], [2, 2, 2]]); // prettier-ignore
  x.index_put_(x.gt(1), 5).index_put_(torch.slice(0, 1), torch.tensor([7, 8, 9]));
  expect(x.tolist()).toEqual([[7, 8, 9], [5, 5, 5]]); // prettier-ignore
  expect(() => x.index_put_("0, 3", 1)).toThrow(/out of bounds/);
});
