/** Files that are damaged, or made to do harm: each is read, or refused with an error of our own. */
import { deflateRawSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { safetensors, type Tensor } from "../../../runtime/index.ts";
import { writeArray } from "../../../runtime/io/sink.ts";
import { withSource } from "../../../runtime/io/source.ts";
import { Archive } from "../../../runtime/io/zip/reader.ts";
import { planArchive, writeArchive } from "../../../runtime/io/zip/writer.ts";

/** `"read"`, or the name of the error. */
function outcome(read: () => unknown): string {
  try {
    read();
    return "read";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

const known = ["read", "RuntimeError", "UnpicklingError", "ValueError", "SafetensorError"];

/** An archive with these files. */
function archive(files: Readonly<Record<string, Uint8Array>>): Uint8Array<ArrayBuffer> {
  const records = Object.entries(files).map(([name, content]) => ({
    name: `archive/${name}`,
    size: content.length,
    bytes: () => content,
  }));
  const plan = planArchive(records);
  return writeArray(plan.length, (sink) => writeArchive(plan, sink));
}

/** The pickle in a file of `torch.save`. */
function pickleOf(file: Uint8Array): Uint8Array {
  return withSource(file, (source) => {
    const parts = new Archive(source);
    return parts.read(parts.entries.get("archive/data.pkl")!);
  });
}

/** A pickle in words and text; numbers are bytes, between the protocol and the end. */
function words(...parts: readonly (string | readonly number[])[]): Uint8Array {
  const bytes = parts.map((part) =>
    typeof part === "string" ? Buffer.from(part, "latin1") : Buffer.from(part),
  );
  return new Uint8Array(Buffer.concat([Buffer.from([0x80, 2]), ...bytes, Buffer.from(".")]));
}

function load(pickle: Uint8Array): unknown {
  return torch.load(archive({ "data.pkl": pickle }));
}

/** A global's name. */
function name(module: string, path: string): string {
  return `c${module}\n${path}\n`;
}

const sample = torch.save({
  weight: torch.arange(6).reshape(2, 3),
  text: ["a", 1, 2.5],
  other: new Map([[1, null]]),
});
const change = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  bytes: fc.uint8Array({ maxLength: 9 }),
  removed: fc.nat(9),
});

/** The bytes with some of them replaced by others. */
function changed(
  bytes: Uint8Array,
  changes: readonly { at: number; bytes: Uint8Array; removed: number }[],
): Uint8Array {
  let result = Buffer.from(bytes);
  for (const { at, bytes: inserted, removed } of changes) {
    const position = Math.floor(at * result.length);
    result = Buffer.concat([result.subarray(0, position), inserted, result.subarray(position + removed)]);
  }
  return new Uint8Array(result);
}

describe("files of torch.save", () => {
  test("cut off at any byte are refused", () => {
    const outcomes = new Set(
      Array.from(sample, (_, length) => outcome(() => torch.load(sample.subarray(0, length)))),
    );
    expect(outcomes).toEqual(new Set(["RuntimeError"]));
  });

  test("whatever changes in their bytes, they are read or refused", () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        expect(known).toContain(outcome(() => torch.load(changed(sample, changes))));
      }),
      { numRuns: 300 },
    );
  });

  test("whatever changes in their pickle, it is read or refused", () => {
    const pickle = pickleOf(sample);
    const elements = new Uint8Array(48);
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const file = archive({ "data.pkl": changed(pickle, changes), "data/0": elements });
        expect(known).toContain(outcome(() => torch.load(file)));
      }),
      { numRuns: 1000 },
    );
  });

  test("whatever words a pickle is of, it is read or refused", () => {
    const codes = [..."(NK]}atesu)QRbh0qcX\x85\x86\x87\x88\x89\x90\x8f\x91\x93\x94\x52\x81"].map((code) =>
      code.charCodeAt(0),
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...codes), fc.nat(3)), { maxLength: 60 }), (bytes) => {
        expect(known).toContain(outcome(() => load(words(bytes))));
      }),
      { numRuns: 1000 },
    );
  });
});

describe("a pickle", () => {
  test.each([
    [
      "names a function that runs programs",
      words(name("os", "system"), "X\x02\0\0\0ls\x85R"),
      /GLOBAL os\.system was not an allowed global/,
    ],
    [
      "names eval",
      words(name("builtins", "eval"), "X\x01\0\0\x001\x85R"),
      /GLOBAL eval was not an allowed global/,
    ],
    ["names something of a prototype", words(name("torch", "__proto__")), /GLOBAL torch\.__proto__ was not/],
    ["names a property of objects", words(name("torch", "constructor")), /GLOBAL torch\.constructor was not/],
    ["calls what it made itself", words("X\x01\0\0\0a)R"), /reduce for unrecognized function string "a"/],
    ["gives attributes to a number", words("K\x01}b"), /Can only build Tensor/],
    ["has no end", words("]").subarray(0, 3), /Ran out of input/],
    ["takes from an empty stack", words("R"), /unexpected empty stack/],
    ["makes a tuple of nothing", words("\x87"), /unexpected empty stack/],
    ["has no mark", words("K\x01t"), /could not find MARK/],
    ["remembers nothing", words("h\x05"), /Memo value not found at index 5/],
    ["uses a word that does not exist", words("\xff"), /Unsupported operand 255 at position 2/],
    ["is of another protocol", Uint8Array.from([0x80, 9]), /unsupported pickle protocol: 9/],
    ["claims a long text", words("X\xff\xff\xff\x7f"), /Ran out of input/],
    ["claims a text of 2^63 bytes", words("\x8d\0\0\0\0\0\0\0\x80"), /Ran out of input/],
    ["claims a number of 2 GB", words("\x8b\xff\xff\xff\x7f"), /a whole number of 2147483647 bytes/],
    ["has a list as a key", words("}](s"), /Can only SETITEMS|unhashable|empty stack/],
    ["adds to what is no list", words("K\x01K\x02a"), /Can only append to lists, but got number/],
    [
      "has a storage that is not there",
      words("(X\x07\0\0\0storage", name("torch", "FloatStorage"), "X\x01\0\0\x000X\x03\0\0\0cpuK\x06tQ"),
      /failed locating file data\/0/,
    ],
    [
      "asks for something else than a storage",
      words("(X\x06\0\0\0moduletQ"),
      /Only persistent_load of storage is allowed/,
    ],
    ["holds a function alone", words(name("torch", "Size")), /holds torch\.Size itself/],
  ])("that %s is refused with a sentence", (_, pickle, message) => {
    expect(() => load(pickle)).toThrow(
      expect.objectContaining({ message: expect.stringMatching(message) as string }),
    );
  });

  test("of values very deep inside of each other is refused", () => {
    expect(() => load(words("N", "\x85".repeat(200_000)))).toThrow(
      /more than 1000 values inside of each other/,
    );
    expect(() => load(words("]", "(".repeat(200_000)))).toThrow(/unexpected empty stack/);
  });

  test("that doubles itself again and again is small when it is read", () => {
    // Each tuple holds the one before twice: 2^60 elements for whoever copies.
    const value = load(words("N\x85q\0", "h\0h\0\x86q\0".repeat(60))) as unknown[];
    expect(value[0]).toBe(value[1]);
  });

  test("that calls with the same long list again and again is refused", () => {
    const pickle = words(
      "](",
      "K\x01".repeat(2000),
      "eq\0",
      name("builtins", "set"),
      "q\x01",
      "h\x01h\0\x85R".repeat(100_000),
    );
    expect(() => load(pickle)).toThrow(/copied many times/);
  });

  test("has no way to reach prototypes", () => {
    const value = load(words("}X\x09\0\0\0__proto__}X\x01\0\0\0aK\x01ss")) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(Object.keys(value)).toEqual(["__proto__"]);
  });
});

/** A storage of so many elements, in a pickle. */
const storage = (count: string): string =>
  `(X\x07\0\0\0storage${name("torch", "FloatStorage")}X\x01\0\0\x000X\x03\0\0\0cpu${count}tQ`;

/** The tensor of a pickle whose storage has 6 elements. */
const tensor = (pickle: Uint8Array): Tensor =>
  torch.load<Tensor>(archive({ "data.pkl": pickle, "data/0": new Uint8Array(24) }));

/** A tensor of a storage, in a pickle. */
const view = (count: string, offset: string, sizes: string, strides: string): Uint8Array =>
  words(name("torch._utils", "_rebuild_tensor_v2"), "(", storage(count), offset, sizes, strides, "\x89NtR");

describe("tensors", () => {
  test("within their storage are read", () => {
    expect(tensor(view("K\x06", "K\x01", "K\x02K\x02\x86", "K\x03K\x01\x86")).tolist()).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  test.each([
    [
      "more elements than the storage has",
      view("K\x06", "K\0", "K\x07\x85", "K\x01\x85"),
      /need a storage of 7 elements, and storage "0" has 6/,
    ],
    ["an offset behind the storage", view("K\x06", "K\x07", "K\0\x85", "K\x01\x85"), /storage offset 7/],
    [
      "strides that leave the storage",
      view("K\x06", "K\0", "K\x02K\x02\x86", "K\x05K\x01\x86"),
      /need a storage of 7 elements/,
    ],
    [
      "a negative stride",
      view("K\x06", "K\x05", "K\x02\x85", "J\xff\xff\xff\xff\x85"),
      /a tensor's strides cannot be/,
    ],
    [
      "more sizes than strides",
      view("K\x06", "K\0", "K\x01K\x01\x86", "K\x01\x85"),
      /cannot have strides \[1\]/,
    ],
    [
      "sizes beyond all numbers",
      view("K\x06", "K\0", "J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86", "K\0K\0\x86"),
      /sizes \[2147483647, 2147483647\]/,
    ],
    [
      "sizes that are no numbers",
      view("K\x06", "K\0", "N\x85", "K\x01\x85"),
      /a tensor's sizes cannot be None/,
    ],
    [
      "a storage of another size",
      view("K\x07", "K\0", "K\x01\x85", "K\x01\x85"),
      /should have 28 bytes, and the file has 24/,
    ],
    [
      "a storage without end",
      view("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", "K\0", "K\x01\x85", "K\x01\x85"),
      /a storage of bigint/,
    ],
  ])("with %s are refused, and nothing is allocated", (_, pickle, message) => {
    expect(() => tensor(pickle)).toThrow(message);
  });

  test("with more than 64 dimensions are refused", () => {
    const sizes = `(${"K\x01".repeat(65)}t`;
    expect(() => tensor(view("K\x06", "K\0", sizes, sizes))).toThrow(/a tensor's sizes cannot be tuple/);
  });
});

describe("archives", () => {
  const good = archive({ "data.pkl": words("K\x05"), "data/0": new Uint8Array(4) });

  /** Changes the numbers of each entry of the directory. */
  function withDirectory(
    change: (view: DataView, at: number, entry: number) => void,
    bytes = good,
  ): Uint8Array {
    const copy = bytes.slice();
    const view = new DataView(copy.buffer);
    let entry = 0;
    for (let i = 0; i + 4 < copy.length; i++)
      if (view.getUint32(i, true) === 0x0201_4b50) change(view, i, entry++);
    return copy;
  }

  test.each([
    [
      "a size beyond the file",
      withDirectory((view, at) => view.setUint32(at + 20, 0x7fff_ffff, true)),
      /claims \d+ bytes|not where the directory says/,
    ],
    [
      "an original size beyond the bytes",
      withDirectory((view, at) => view.setUint32(at + 24, 0x7fff_ffff, true)),
      /claims 2147483647 bytes/,
    ],
    [
      "an unknown method",
      withDirectory((view, at) => view.setUint16(at + 10, 99, true)),
      /compressed in a way \(99\)/,
    ],
    ["encrypted files", withDirectory((view, at) => view.setUint16(at + 8, 1, true)), /is encrypted/],
    [
      "files in the same bytes",
      withDirectory((view, at, entry) => entry === 1 && view.setUint32(at + 42, 0, true)),
      /where archive\/data\/0 should be/,
    ],
    [
      "a wrong check sum",
      withDirectory((view, at) => view.setUint32(at + 16, 1, true)),
      /check sum of archive\/data.pkl is wrong/,
    ],
    [
      "more entries than there are",
      good
        .with(good.length - 12, 200)
        .with(good.length - 14, 200)
        .with(good.length - 22 - 20 - 56 + 32, 200),
      /directory of 200 entries/,
    ],
  ])("with %s are refused", (_, bytes, message) => {
    expect(() => torch.load(bytes)).toThrow(message);
  });

  test("in which one file reaches into another are refused", () => {
    const reaching = withDirectory((view, at, entry) => {
      if (entry > 0) return;
      view.setUint32(at + 16, 0, true);
      view.setUint32(at + 20, 40, true);
      view.setUint32(at + 24, 40, true);
    });
    expect(() => torch.load(reaching)).toThrow(
      /archive\/data.pkl and archive\/data\/0 lie in the same bytes/,
    );
  });

  test("with two files of one name are refused", () => {
    const content = words("K\x05");
    const record = { name: "archive/data.pkl", size: content.length, bytes: () => content };
    const plan = planArchive([record, record]);
    const bytes = writeArray(plan.length, (sink) => writeArchive(plan, sink));
    expect(() => torch.load(bytes)).toThrow(/two entries have the same name/);
  });

  test("whose names climb out of their folder are read as any other: names are not paths", () => {
    const content = words("K\x05");
    const record = { name: "../../../data.pkl", size: content.length, bytes: () => content };
    const plan = planArchive([record]);
    expect(() => torch.load(writeArray(plan.length, (sink) => writeArchive(plan, sink)))).toThrow(
      /failed locating file data.pkl/,
    );
  });

  /** An archive with one deflated file. */
  function deflated(file: string, original: number, bytes: Uint8Array, claimed = original): Uint8Array {
    const plan = planArchive([{ name: file, size: bytes.length, bytes: () => bytes }]);
    const stored = writeArray(plan.length, (sink) => writeArchive(plan, sink));
    return withDirectory((view, at) => {
      view.setUint16(at + 10, 8, true);
      view.setUint32(at + 16, 0, true);
      view.setUint32(at + 24, claimed, true);
    }, stored);
  }

  test("with a deflated file that is longer than it claims are refused before it is unpacked whole", () => {
    const bytes = deflateRawSync(new Uint8Array(1_000_000));
    expect(() => torch.load(deflated("archive/data.pkl", 1000, bytes))).toThrow(/cannot be unpacked/);
  });

  test("whose files would fill the memory are not opened", () => {
    const bytes = new Uint8Array(2_000_000);
    expect(() => torch.load(deflated("archive/data.pkl", 2_000_000_000, bytes))).toThrow(
      /made to fill the memory/,
    );
  });
});

/** A file with this header, and so many bytes behind it. */
function withHeader(header: string, elements = 4): Uint8Array {
  const text = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + text.length + elements);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
  bytes.set(text, 8);
  return bytes;
}

/** A tensor in a header. */
const entry = (dtype: string, shape: string, offsets: string): string =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

describe("safetensors", () => {
  const file = safetensors.save({ a: torch.ones(2, 2), b: torch.arange(3) }, { note: "x" });

  const one = entry("F32", "[1]", "[0,4]");

  test.each([
    ["nothing", new Uint8Array(), /header too small/],
    ["a length beyond the format's limit", Uint8Array.from([1, 0, 0, 0, 1, 0, 0, 0]), /header too large/],
    [
      "a length beyond the file",
      Uint8Array.from([9, 0, 0, 0, 0, 0, 0, 0, 0x7b]),
      /invalid header length: 9 bytes/,
    ],
    ["no brace", withHeader(" {}"), /must be `{`/],
    ["no JSON", withHeader("{x"), /invalid JSON/],
    ["no text", withHeader("{\xff").with(9, 0xff), /invalid UTF-8/],
    [
      "a gap",
      withHeader(`{"a":${one},"b":${entry("F32", "[1]", "[8,12]")}}`, 12),
      /invalid offset for tensor "b"/,
    ],
    [
      "an overlap",
      withHeader(`{"a":${entry("F32", "[2]", "[0,8]")},"b":${entry("F32", "[1]", "[4,8]")}}`, 8),
      /invalid offset for tensor "b"/,
    ],
    ["too few bytes", withHeader(`{"a":${one}}`, 3), /incomplete metadata, file not fully covered/],
    ["too many bytes", withHeader(`{"a":${one}}`, 5), /incomplete metadata, file not fully covered/],
    [
      "another shape",
      withHeader(`{"a":${entry("F32", "[2]", "[0,4]")}}`),
      /\[2\] of F32 takes 8 bytes, and it has 4/,
    ],
    [
      "an unknown dtype",
      withHeader(`{"a":${entry("F31", "[1]", "[0,4]")}}`),
      /unknown dtype of tensor "a", expected one of I64/,
    ],
    ["offsets the wrong way round", withHeader(`{"a":${entry("F32", "[1]", "[4,0]")}}`), /invalid offset/],
    ["a negative size", withHeader(`{"a":${entry("F32", "[-1]", "[0,4]")}}`), /no list of sizes/],
    [
      "sizes beyond all numbers",
      withHeader(`{"a":${entry("F32", "[4611686018427387904,4611686018427387904]", "[0,4]")}}`),
      /no list of sizes/,
    ],
    ["a name twice", withHeader(`{"a":${one},"a":${one}}`), /a name comes twice/],
    [
      "metadata that are not text",
      withHeader('{"__metadata__":{"a":1}}', 0),
      /must have text for every name/,
    ],
    ["a list", withHeader('{"a":[]}', 0), /unknown dtype of tensor "a"/],
    ["brackets without end", withHeader(`{"a":${"[".repeat(1000)}`, 0), /more brackets/],
  ])("with %s is refused", (_, bytes, message) => {
    expect(() => safetensors.load(bytes)).toThrow(
      expect.objectContaining({ name: "SafetensorError", message: expect.stringMatching(message) as string }),
    );
  });

  test("of a dtype that tensors cannot be of is refused when it is read, and others are read", () => {
    const bytes = withHeader(`{"a":${entry("F8_E4M3", "[4]", "[0,4]")}}`);
    expect(() => safetensors.load(bytes)).toThrow(/of dtype F8_E4M3.*x\.to\(torch\.float32\)/);
  });

  test("cut off at any byte is refused", () => {
    const outcomes = new Set(
      Array.from(file, (_, length) => outcome(() => safetensors.load(file.subarray(0, length)))),
    );
    expect(outcomes).toEqual(new Set(["SafetensorError"]));
  });

  test("whatever changes in its bytes, it is read or refused", () => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        expect(known).toContain(outcome(() => safetensors.load(changed(file, changes))));
      }),
      { numRuns: 500 },
    );
  });
});
