import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import torch from "../../../runtime/index.ts";

const folder = mkdtempSync(join(tmpdir(), "typetorch-io-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** `"read"`, or the name of the error. */
function outcome(read: () => unknown): string {
  try {
    read();
    return "read";
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

describe("files", () => {
  test("a tensor comes back from an .npy file, views and strides included", () => {
    const x = torch.arange(24).reshape(2, 3, 4).transpose(0, 2).index(torch.slice(1, 3));
    const path = join(folder, "x.npy");
    torch.io.saveNpy(path, x);
    const back = torch.io.loadNpy(path);
    expect([back.shape, back.dtype, back.tolist()]).toEqual([x.shape, x.dtype, x.tolist()]);
    expect(readdirSync(folder)).toEqual(["x.npy"]);
  });

  test.each([false, true])("tensors come back from an .npz file (compressed: %s)", (compressed) => {
    const path = join(folder, "many.npz");
    const tensors = { a: torch.ones(3, 2), "b/c": torch.tensor([1n, 2n]), d: torch.tensor(true) };
    torch.io.saveNpz(path, tensors, { compressed });
    const back = torch.io.loadNpz(path);
    expect(Object.entries(back).map(([name, x]) => [name, x.dtype.name, x.tolist()])).toEqual(
      Object.entries(tensors).map(([name, x]) => [name, x.dtype.name, x.tolist()]),
    );
  });

  test("a tensor that cannot be written leaves an older file as it was", () => {
    const path = join(folder, "kept.npy");
    torch.io.saveNpy(path, torch.ones(2));
    const before = readFileSync(path);
    expect(() => torch.io.saveNpy(path, torch.ones(2).to(torch.bfloat16))).toThrow(/NumPy has no bfloat16/);
    expect(readFileSync(path)).toEqual(before);
  });

  test("a file that does not exist says so", () => {
    expect(() => torch.io.loadNpy(join(folder, "none.npy"))).toThrow(/ENOENT/);
  });
});

describe("damaged and hostile bytes", () => {
  const npy = torch.io.encodeNpy(torch.arange(6).reshape(2, 3));

  /** A file with this header and no elements. */
  function withHeader(header: string): Uint8Array {
    const bytes = new Uint8Array(10 + header.length);
    bytes.set([...npy.subarray(0, 8), header.length & 0xff, header.length >> 8]);
    bytes.set(new TextEncoder().encode(header), 10);
    return bytes;
  }

  test.each([
    ["no file at all", new Uint8Array(), /magic string is not correct/],
    ["another format", new TextEncoder().encode("PK\u0003\u0004 and more"), /magic string is not correct/],
    ["an unknown version", npy.with(6, 9), /Invalid version \(9, 0\)/],
    ["half a header", npy.subarray(0, 40), /EOF: reading array header/],
    ["too few elements", npy.subarray(0, npy.length - 1), /takes 48 bytes, and 47 follow/],
    [
      "a size beyond all memory",
      withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }"),
      /and 0 follow/,
    ],
    ["no dictionary", withHeader("import os"), /Cannot parse header/],
    [
      "code instead of a shape",
      withHeader("{'descr': '<f4', 'fortran_order': False, 'shape': (__import__('os'),), }"),
      /has no valid "shape"/,
    ],
  ])("%s is refused with a sentence", (_, bytes, message) => {
    expect(() => torch.io.decodeNpy(bytes)).toThrow(message);
  });

  test("an archive whose entry claims more than its bytes can hold is not opened", () => {
    const archive = torch.io.encodeNpz({ x: torch.zeros(4) }, { compressed: true });
    const view = new DataView(archive.buffer);
    // The central directory's size of the uncompressed file.
    for (let i = 0; i + 4 < archive.length; i++)
      if (view.getUint32(i, true) === 0x0201_4b50) view.setUint32(i + 24, 0x7fff_ffff, true);
    expect(() => torch.io.decodeNpz(archive)).toThrow(/claims 2147483647 bytes/);
  });

  const archive = torch.io.encodeNpz({ x: torch.arange(5), y: torch.ones(2, 2) }, { compressed: true });

  test.each([
    ["npy", npy, torch.io.decodeNpy],
    ["npz", archive, torch.io.decodeNpz],
  ] as const)("whatever changes in the bytes of an .%s file, it is read or refused", (_, bytes, decode) => {
    const change = fc.record({
      at: fc.nat(bytes.length - 1),
      byte: fc.integer({ min: 0, max: 255 }),
      length: fc.nat(bytes.length),
    });
    fc.assert(
      fc.property(change, ({ at, byte, length }) => {
        const changed = bytes.with(at, byte).subarray(0, Math.max(length, at));
        expect(["read", "ValueError"]).toContain(outcome(() => decode(changed)));
      }),
      { numRuns: 300 },
    );
  });

  test("whatever the bytes are, they are read or refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const file = new Uint8Array([...npy.subarray(0, 8), ...bytes]);
        expect(outcome(() => torch.io.decodeNpy(file))).toBe("ValueError");
      }),
    );
  });
});

test("a path that holds something else is refused", () => {
  const path = join(folder, "text.npz");
  writeFileSync(path, "hello");
  expect(() => torch.io.loadNpz(path)).toThrow(/File is not a zip file/);
});
