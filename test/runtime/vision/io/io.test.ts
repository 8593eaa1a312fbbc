import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import torch, { RuntimeError, vision, type Tensor } from "../../../../runtime/index.ts";
import { readOracle } from "../../../oracle/data.ts";

const { io } = vision;
const { images } = readOracle<{ images: { name: string; file: string }[] }>("vision-images.json");

function fileOf(name: string): Uint8Array {
  return Uint8Array.from(Buffer.from(images.find((image) => image.name === name)!.file, "base64"));
}

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "typetorch-images-"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("PNG", () => {
  test("gives back what was written, with one to four channels and at every level", () => {
    const sizes = fc.record({
      channels: fc.integer({ min: 1, max: 4 }),
      height: fc.integer({ min: 1, max: 9 }),
      width: fc.integer({ min: 1, max: 9 }),
      level: fc.integer({ min: 0, max: 9 }),
    });
    fc.assert(
      fc.property(sizes, ({ channels, height, width, level }) => {
        const image = torch.randint(0, 256, [channels, height, width]).to(torch.uint8);
        expect(io.decode_png(io.encode_png(image, level)).equal(image)).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test("is written to files, and read from them", () => {
    const path = join(folder, "image.png");
    const image = torch.arange(12).to(torch.uint8).reshape(3, 2, 2);
    io.write_png(image, path);
    expect(io.read_image(path).equal(image)).toBe(true);
    expect(io.decode_image(io.read_file(path), "GRAY").shape).toEqual([1, 2, 2]);
    expect(() => io.read_image(join(folder, "none.png"))).toThrow(/^read_image: cannot read ".*none\.png"/);
  });

  test("is not written of what it cannot hold", () => {
    expect(() => io.encode_png(torch.zeros(3, 2, 2))).toThrow("dtype should be uint8, got torch.float32");
    expect(() => io.encode_png(torch.zeros([2, 2], { dtype: torch.uint8 }))).toThrow(
      "should be a 3-dimensional tensor [C, H, W] with 1 to 4 channels, got [2, 2]",
    );
    expect(() => io.encode_png(torch.zeros([1, 2, 2], { dtype: torch.uint8 }), 10)).toThrow(
      "Compression level should be between 0 and 9, got 10",
    );
  });
});

/** A part of a PNG file, with its checksum. */
function chunk(type: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type), content]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

/** A PNG file of one channel with these sizes and compressed data, its checksums right. */
function png(width: number, height: number, data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]),
    chunk("IHDR", header),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

describe("files that are made to do harm are refused before anything is allocated for them", () => {
  test("a PNG image with more pixels than are read, or than its bytes can hold", () => {
    const few = deflateSync(Buffer.alloc(10));
    expect(() => io.decode_image(png(100_000, 100_000, few))).toThrow(
      "The PNG image says that it has 100000 x 100000 pixels, which is more than the 178956970 that are read.",
    );
    expect(() => io.decode_image(png(10_000, 10_000, few))).toThrow(
      "10000 x 10000 pixels, more than its compressed bytes can hold",
    );
    expect(() => io.decode_image(png(0, 3, few))).toThrow("says that it has 0 x 3 pixels: it is damaged");
  });

  test("a PNG image whose data unpack to far more than its pixels", () => {
    const bomb = deflateSync(Buffer.alloc(20_000_000));
    expect(() => io.decode_image(png(2, 2, bomb))).toThrow("its data unpack to more than the");
  });

  test("a JPEG image with more pixels than are read, or than its bytes can hold", () => {
    const bytes = fileOf("grey.jpg");
    const frame = bytes.findIndex((byte, i) => byte === 0xff && bytes[i + 1] === 0xc0);
    const sized = (size: number): Uint8Array => {
      const copy = bytes.slice();
      new DataView(copy.buffer).setUint32(frame + 5, size * 0x10001);
      return copy;
    };
    expect(() => io.decode_image(sized(60_000))).toThrow("60000 x 60000 pixels, which is more than the");
    expect(() => io.decode_image(sized(9_000))).toThrow("more than its compressed bytes can hold");
  });
});

/** What a damaged file gives: an image, or an error that says so; any other error is a failure. */
function decoded(bytes: Uint8Array): Tensor | null {
  try {
    return io.decode_image(bytes);
  } catch (error) {
    if (error instanceof RuntimeError && /^The (PNG|JPEG) image|^Unsupported/.test(error.message))
      return null;
    throw error;
  }
}

describe("damaged files give an image or a clear error, and the next one is read", () => {
  const names = images.map(({ name }) => name);

  test("cut off anywhere", () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.double({ min: 0, max: 1, noNaN: true }), (name, share) => {
        const bytes = fileOf(name);
        const image = decoded(bytes.subarray(0, Math.floor(bytes.length * share * 0.98)));
        // Behind its first scan, a progressive image is only less sharp.
        expect(image === null || name.endsWith(".jpg")).toBe(true);
      }),
      { numRuns: 120 },
    );
  });

  test("with wrong bytes", () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(fc.constantFrom(...names), changes, (name, changed) => {
        const bytes = fileOf(name);
        for (const [at, value] of changed) bytes[2 + (at % (bytes.length - 2))] = value;
        decoded(bytes);
      }),
      { numRuns: 200 },
    );
    for (const name of names) expect(decoded(fileOf(name))).not.toBeNull();
  });

  test("of nothing but noise behind the first bytes", () => {
    const starts = [[0xff, 0xd8, 0xff], [137, 80, 78, 71, 13, 10, 26, 10], []];
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 80 }), (start, noise) => {
        expect(decoded(Uint8Array.of(...start, ...noise))).toBeNull();
      }),
      { numRuns: 100 },
    );
  });
});

test("files of other kinds are named by how they begin", () => {
  const path = join(folder, "image.gif");
  writeFileSync(path, "GIF89a");
  expect(() => io.read_image(path)).toThrow(
    `${path}: Unsupported image file. Only PNG and JPEG are read; this one begins with 47 49 46 38 39 61.`,
  );
  expect(() => io.decode_image(new Uint8Array())).toThrow("begins with nothing: it is empty");
  expect(() => io.decode_png(fileOf("grey.jpg"))).toThrow("Content is not png");
  expect(() => io.decode_jpeg(fileOf("grey.png"))).toThrow("Content is not jpeg");
  expect(() => io.decode_image(torch.zeros(3) as Tensor)).toThrow(
    "argument 'input' must be a uint8 Tensor of one dimension, or a Uint8Array",
  );
});
