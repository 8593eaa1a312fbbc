import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import torch, { nn, safetensors, type Tensor } from "../../../runtime/index.ts";
import { dtypes } from "./dtypes.ts";

const folder = mkdtempSync(join(tmpdir(), "typetorch-safetensors-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What there is to compare of tensors by their names. */
function listed(all: Readonly<Record<string, Tensor>>): unknown {
  return Object.entries(all)
    .map(([name, x]) => [name, x.dtype.name, x.shape, x.tolist()])
    .toSorted();
}

describe("tensors", () => {
  test("of any names, dtypes and sizes come back", () => {
    const tensor = fc.record({
      dtype: fc.constantFrom(...dtypes),
      shape: fc.array(fc.nat(3), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), tensor),
        fc.dictionary(fc.string(), fc.string()),
        (described, metadata) => {
          const tensors = Object.fromEntries(
            Object.entries(described).map(([name, { dtype, shape }]) => [
              name,
              torch.randint(0, 2, shape).to(dtype),
            ]),
          );
          const bytes = safetensors.save(tensors, metadata);
          const back = safetensors.load(bytes);
          expect(listed(back)).toEqual(listed(tensors));
          expect(safetensors.save(new Map(Object.entries(back)), metadata)).toEqual(bytes);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("that are parts of others and apart from each other are saved alone", () => {
    const x = torch.arange(6).reshape(3, 2);
    const back = safetensors.load(safetensors.save({ first: x.index(0), last: x.index(torch.slice(1)) }));
    expect([back["first"]!.tolist(), back["last"]!.tolist()]).toEqual([
      [0, 1],
      [
        [2, 3],
        [4, 5],
      ],
    ]);
  });

  test("of a network go into a network", () => {
    const [from, to] = [new nn.Linear(3, 2), new nn.Linear(3, 2)];
    to.load_state_dict(safetensors.load(safetensors.save(from.state_dict())));
    expect(to.weight.tolist()).toEqual(from.weight.tolist());
  });

  test.each([
    [
      "that are not contiguous",
      () => ({ a: torch.ones(2, 3).t() }),
      /non contiguous tensor: `a`.*\.contiguous\(\)/,
    ],
    [
      "that are none",
      () => ({ a: 1 as unknown as Tensor }),
      /Key `a` is invalid.*metadata, or use torch\.save/,
    ],
    ["with the name of the metadata", () => ({ __metadata__: torch.ones(1) }), /keeps this name for itself/],
  ])("%s are refused where the format has no place for them", (_, make, message) => {
    expect(() => safetensors.save(make())).toThrow(message);
  });

  test("that lie in the same elements are refused by their names", () => {
    const x = torch.ones(4);
    expect(() => safetensors.save({ x, y: x })).toThrow(/Some tensors share memory.*"x" and "y"/);
    expect(() => safetensors.save({ a: x.index(torch.slice(0, 3)), b: x.index(torch.slice(2)) })).toThrow(
      /"a" and "b"/,
    );
  });

  test("that are no object, and metadata that are no text, are refused", () => {
    expect(() => safetensors.save([torch.ones(1)] as never)).toThrow(/Expected an object or a Map/);
    expect(() => safetensors.save({}, { epoch: 3 } as never)).toThrow(/metadata "epoch" must be text/);
    expect(() => safetensors.load("x.safetensors" as never)).toThrow(/load_file\(path\)/);
  });
});

describe("files", () => {
  const path = join(folder, "model.safetensors");
  const rows = torch.arange(24).reshape(4, 3, 2);
  safetensors.save_file({ rows, one: torch.tensor(2.5), empty: torch.empty(0, 2) }, path, { note: "é" });

  test("are read whole, also by torch.load, from paths and URLs", () => {
    expect(safetensors.load_file(path)["rows"]!.tolist()).toEqual(rows.tolist());
    expect(safetensors.load_file(pathToFileURL(path), { device: "cpu" })["one"]!.item()).toBe(2.5);
    expect(Object.keys(torch.load<object>(path, "cpu"))).toHaveLength(3);
    expect(() => torch.load(path, () => "cpu")).toThrow(/callable map_location is not supported/);
  });

  test("say what is in them", () => {
    const file = safetensors.safe_open(path, "pt", "cpu");
    expect(file.keys()).toEqual(["empty", "one", "rows"]);
    expect(file.offset_keys()).toEqual(["rows", "empty", "one"]);
    expect(file.metadata()).toEqual({ note: "é" });
    expect(() => file.get_tensor("none")).toThrow(
      /does not contain tensor none. It has "empty", "one", "rows"/,
    );
    file.close();
  });

  const indices: readonly (readonly [string, ...Parameters<Tensor["index"]>])[] = [
    ["a row", 1],
    ["the last row", -1],
    ["some rows", torch.slice(1, 3)],
    ["rows behind the end", torch.slice(9)],
    ["every second row", torch.slice(0, null, 2)],
    ["a column", "...", 1],
    ["Python's form", "1:3, 0, ::2"],
    ["a new dimension", null, 2],
    ["positions in a list", [0, 2]],
    ["positions in Python's form", "[3, 1]"],
    ["positions in a tensor", torch.tensor([3n, 0n])],
    ["truth values", torch.tensor([true, false, false, true])],
  ];

  test.each(indices)("are read in parts as tensors are indexed: %s", (_, ...items) => {
    const file = safetensors.safe_open(path);
    const part = file.get_slice("rows").index(...items);
    const expected = rows.index(...items);
    file.close();
    expect([part.shape, part.tolist()]).toEqual([expected.shape, expected.tolist()]);
  });

  test("say the shape and dtype of a part that is to be read", () => {
    const file = safetensors.safe_open(path);
    const [slice, one] = [file.get_slice("rows"), file.get_slice("one")];
    expect([slice.get_shape(), slice.get_dtype(), one.index("...").item()]).toEqual([[4, 3, 2], "I64", 2.5]);
    expect(() => slice.index(4)).toThrow(/index 4 is out of bounds for dimension 0 with size 4/);
    file.close();
  });

  test("of which a part is missing are refused before anything is read, and are closed", () => {
    const cut = join(folder, "cut.safetensors");
    writeFileSync(cut, readFileSync(path).subarray(0, -1));
    expect(() => safetensors.safe_open(cut)).toThrow(/not fully covered/);
    expect(readdirSync(folder)).toEqual(["cut.safetensors", "model.safetensors"]);
  });
});
