import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import torch, { nn, type Tensor } from "../../../runtime/index.ts";
import { dtypes } from "./dtypes.ts";

const folder = mkdtempSync(join(tmpdir(), "typetorch-save-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What comes back of a value. */
function again<T>(value: T): T {
  return torch.load<T>(torch.save(value));
}

describe("links and devices", () => {
  const apart = mkdtempSync(join(tmpdir(), "typetorch-links-"));
  afterAll(() => rmSync(apart, { recursive: true }));

  test("are followed: what a link leads to is written, and the link stays", () => {
    writeFileSync(join(apart, "real.pt"), "");
    symlinkSync("real.pt", join(apart, "link.pt"));
    torch.save(torch.ones(2), join(apart, "link.pt"));
    expect(lstatSync(join(apart, "link.pt")).isSymbolicLink()).toBe(true);
    expect(torch.load<Tensor>(join(apart, "real.pt")).tolist()).toEqual([1, 1]);
  });

  test.skipIf(process.platform === "win32")("are written to, and stay what they are", () => {
    const device = join(apart, "nothing.pt");
    symlinkSync("/dev/null", device);
    torch.save(torch.ones(2), device);
    expect(lstatSync(device).isSymbolicLink()).toBe(true);
    expect(statSync(device).isCharacterDevice()).toBe(true);
  });
});

describe("tensors", () => {
  test.each(dtypes)("of %s come back with their elements", (dtype) => {
    const x = torch.tensor([0, 1, 0, 1, 1, 0]).reshape(2, 3).to(dtype);
    const back = again(x);
    expect([back.dtype, back.shape, back.tolist()]).toEqual([x.dtype, x.shape, x.tolist()]);
  });

  test.each([torch.float16, torch.bfloat16, torch.float32, torch.float64])(
    "of %s keep not-a-number, infinities and the sign of zero",
    (dtype) => {
      const back = again(torch.tensor([NaN, Infinity, -Infinity, -0], { dtype })).tolist();
      expect(back).toEqual([NaN, Infinity, -Infinity, -0]);
    },
  );

  test("that share elements share them again, with their strides and offsets", () => {
    const x = torch.arange(12).reshape(3, 4);
    const back = again({ whole: x, column: x.t().index(1), part: x.index(torch.slice(1, 3)) });
    back.whole.index_put_([torch.tensor([1n]), torch.tensor([1n])], torch.tensor(100n));
    expect([back.column.tolist(), back.column.stride(), back.column.storage_offset()]).toEqual([
      [1, 100, 9],
      [4],
      1,
    ]);
    expect(back.part.tolist()).toEqual([
      [4, 100, 6, 7],
      [8, 9, 10, 11],
    ]);
  });

  test("without elements, with one, expanded and with more than three dimensions come back", () => {
    const value = [
      torch.empty(0),
      torch.empty(2, 0, 3),
      torch.tensor(3.5),
      torch.ones(1).expand(1000),
      torch.ones(2, 1, 2, 1, 2),
    ];
    const back = again(value);
    expect(back.map((x) => [x.shape, x.stride()])).toEqual(value.map((x) => [x.shape, x.stride()]));
    expect(back[3]!.sum().item()).toBe(1000);
  });

  test("keep requires_grad, and parameters stay parameters", () => {
    const value = {
      leaf: torch.ones(2, { requires_grad: true }),
      computed: torch.ones(2, { requires_grad: true }).mul(2),
      frozen: new nn.Parameter(torch.ones(1), false),
    };
    const back = again(value);
    expect([back.leaf.requires_grad, back.computed.requires_grad, back.computed.is_leaf]).toEqual([
      true,
      true,
      true,
    ]);
    expect([back.frozen instanceof nn.Parameter, back.frozen.requires_grad]).toEqual([true, false]);
  });

  test("that are there twice are one tensor again", () => {
    const x = torch.ones(2);
    const [first, second] = again([x, x]);
    expect(second).toBe(first);
  });

  test("of two dtypes over the same elements cannot be saved, and nothing is written", () => {
    const x = torch.ones(2);
    const path = join(folder, "twins.pt");
    expect(() => torch.save({ x, bits: x.view(torch.int32) }, path)).toThrow(
      /view the same data as different types: torch.float32 and torch.int32, at .bits/,
    );
    expect(readdirSync(folder)).not.toContain("twins.pt");
  });
});

describe("values", () => {
  test.each([
    [
      "numbers",
      [0, 255, 256, 65535, 65536, -1, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 0.1, 1e300, -0, NaN, Infinity],
    ],
    ["bigints beyond what numbers hold", [2n ** 53n, -(2n ** 63n), 2n ** 2100n, -(2n ** 64n) + 1n]],
    ["text", ["", "weights", "é", "日本", "\u{1f525}", "a\nb", "\0"]],
    ["truth values and nothing", [true, false, null]],
    ["bytes", [new Uint8Array(), Uint8Array.from({ length: 256 }, (_, i) => i)]],
    ["sets", [new Set([1, "a", null])]],
    [
      "dicts with other keys than text",
      [
        new Map<unknown, unknown>([
          [0, { step: 1 }],
          ["a", 2],
          [null, 3],
          [0.5, 4],
        ]),
      ],
    ],
    ["nested objects", { a: { b: [{ c: [[]] }] }, "": {}, "0": 1 }],
    ["dtypes", [torch.float16]],
    ["more than a thousand elements", Array.from({ length: 2500 }, (_, i) => ({ i }))],
  ])("%s come back", (_, value) => {
    expect(again<unknown>(value)).toEqual(value);
  });

  test("devices come back", () => {
    expect(String(again(torch.device("cuda", 1)))).toBe("cuda:1");
  });

  test("an array that is in itself is so again", () => {
    const list: unknown[] = [1];
    list.push(list);
    const back = again(list);
    expect(back[1]).toBe(back);
  });

  test("a key named __proto__ is a key like any other", () => {
    const value = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}') as object;
    const back = again(value);
    expect(Object.keys(back)).toEqual(["__proto__", "constructor"]);
    expect(Object.getPrototypeOf(back)).toBe(Object.prototype);
    expect("polluted" in back).toBe(false);
  });

  test.each([
    ["a module", { net: new nn.Linear(1, 1) }, /value at .net is a module \(Linear\).*net.state_dict\(\)/],
    ["a function", [() => 1], /Can't pickle a function: the value at \[0\]/],
    ["undefined", { a: { b: undefined } }, /the value at .a.b cannot be in a file/],
    ["a date", new Date(), /Can't pickle a Date/],
    ["a typed array that is not bytes", new Float32Array(2), /Can't pickle a Float32Array/],
    ["a Map with an object as a key", new Map([[{}, 1]]), /has a Object as a key/],
  ])("%s cannot be saved, and the message says what to do", (_, value, message) => {
    expect(() => torch.save(value)).toThrow(
      expect.objectContaining({ name: "PicklingError", message: expect.stringMatching(message) as string }),
    );
  });

  test("something with a state is to be saved by it", () => {
    class Scheduler {
      state_dict(): object {
        return {};
      }
    }
    expect(() => torch.save([new Scheduler()])).toThrow(/is a Scheduler.*Save its state_dict\(\) instead/);
  });

  test("dicts without entries, and those with text for keys, come back as objects", () => {
    expect(again<unknown>([new Map(), new Map([["a", 1]])])).toEqual([{}, { a: 1 }]);
  });

  test("values inside of each other have a limit", () => {
    let deep: unknown = 1;
    for (let i = 0; i < 900; i++) deep = [deep];
    expect(again(deep)).toEqual(deep);
    for (let i = 0; i < 200; i++) deep = [deep];
    expect(() => torch.save(deep)).toThrow(/more than 1000 values inside of each other/);
  });
});

describe("files", () => {
  test("a checkpoint is written to a path, and nothing else is left in its folder", () => {
    const path = join(folder, "checkpoint.pt");
    torch.save({ epoch: 3, weight: torch.ones(2) }, path);
    torch.save({ epoch: 4, weight: torch.ones(2) }, { f: pathToFileURL(path) });
    const { epoch, weight } = torch.load<{ epoch: number; weight: Tensor }>(path);
    expect([epoch, weight.tolist()]).toEqual([4, [1, 1]]);
    expect(torch.load<{ epoch: number }>({ f: pathToFileURL(path), mmap: true }).epoch).toBe(4);
    expect(torch.load<{ epoch: number }>(new Uint8Array(readFileSync(path)).buffer).epoch).toBe(4);
    expect(readdirSync(folder)).toEqual(["checkpoint.pt"]);
  });

  test("what cannot be saved leaves an older file as it was", () => {
    const path = join(folder, "checkpoint.pt");
    torch.save(1, path);
    expect(() => torch.save([Symbol("s")], path)).toThrow(/cannot be in a file/);
    expect(torch.load(path)).toBe(1);
  });

  test("a folder that is not there is the system's error", () => {
    expect(() => torch.save(1, join(folder, "none", "x.pt"))).toThrow(/ENOENT/);
    expect(() => torch.load(join(folder, "none.pt"))).toThrow(/ENOENT/);
  });

  test("the generator's state is saved, and the numbers go on", () => {
    torch.manual_seed(3);
    torch.randn(3);
    const saved = torch.save({ rng: torch.get_rng_state() });
    const next = torch.randn(5).tolist();
    torch.set_rng_state(torch.load<{ rng: Tensor }>(saved).rng);
    expect(torch.randn(5).tolist()).toEqual(next);
  });

  test("a file as before PyTorch 1.6 may have a later protocol", () => {
    // torch.save({"x": [1, "a"]}, path, _use_new_zipfile_serialization=False, pickle_protocol=4)
    const file = Buffer.from(
      "8004950d000000000000008a0a6cfc9c46f9206aa850192e80049504000000000000004de9032e80049558000000000000007d94288c1070726f746f636f6c5f76657273696f6e944de9038c0d6c6974746c655f656e6469616e94888c0a747970655f73697a6573947d94288c0573686f7274944b028c03696e74944b048c046c6f6e67944b0475752e80049512000000000000007d948c0178945d94284b018c01619465732e80045d942e",
      "hex",
    );
    expect(torch.load(file)).toEqual({ x: [1, "a"] });
  });

  test.each([
    ["a NumPy file", "\x93NUMPY\x01", /loadNpy/],
    ["a page", "<!doctype html>", /page of HTML/],
    ["a reference to a large file", "version https://git-lfs.github.com/spec/v1\n", /Git LFS/],
    ["nothing", "", /Invalid magic number/],
  ])("%s is not taken for a checkpoint", (_, text, message) => {
    const path = join(folder, "other.bin");
    writeFileSync(path, text, "latin1");
    expect(() => torch.load(path)).toThrow(message);
    rmSync(path);
  });
});

describe("options of load", () => {
  const file = torch.save({ x: torch.ones(2) });

  test.each([
    ["a device", "cpu"],
    ["a device's object", torch.device("cpu")],
    ["devices by name", new Map([["cpu", "cpu"]])],
    ["a function that gives the storage", (storage: unknown) => storage],
    ["a function that gives a device", () => "cpu"],
    ["a function that leaves it open", () => null],
  ])("map_location may be %s", (_, map_location) => {
    expect(torch.load<{ x: Tensor }>(file, { map_location }).x.device.type).toBe("cpu");
  });

  test("other values are refused by name", () => {
    expect(() => torch.load(file, { map_location: "tpu" })).toThrow(/Expected one of cpu/);
    expect(() => torch.load(file, () => 3)).toThrow(/map_location gave number for "cpu"/);
    expect(() => torch.load(file, { weights_only: false })).toThrow(/would let the file run code/);
    expect(() => torch.load(file, { mmap: true })).toThrow(/f must be a file path/);
    expect(() => torch.load(3 as never)).toThrow(/argument 'f' must be the path of a file/);
    expect(() => torch.save(1, 3 as never)).toThrow(/argument 'f' must be the path of a file/);
  });
});
