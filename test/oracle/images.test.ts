/** Image files of Pillow, and its pixels: see `generators/vision.py`. */
import { describe, expect, test } from "vitest";
import { vision } from "../../runtime/index.ts";
import { readOracle } from "./data.ts";

const modes = ["UNCHANGED", "GRAY", "GRAY_ALPHA", "RGB", "RGB_ALPHA"] as const;

type ImageRow = Readonly<Record<(typeof modes)[number], readonly number[]>> & {
  readonly name: string;
  /** In base64. */
  readonly file: string;
  readonly size: readonly [height: number, width: number];
};

const { images } = readOracle<{ images: ImageRow[] }>("vision-images.json");

describe.each(images.map((row) => [row.name, row] as const))("%s", (name, row) => {
  test.each(modes)("has Pillow's pixels as %s", (mode) => {
    const bytes = Uint8Array.from(Buffer.from(row.file, "base64"));
    const image = vision.io.decode_image(bytes, mode);
    expect(image.shape.slice(1)).toEqual(row.size);
    expect(image.permute(1, 2, 0).flatten().tolist()).toEqual(row[mode]);
    const decode = name.endsWith(".png") ? vision.io.decode_png : vision.io.decode_jpeg;
    expect(decode(bytes, { mode }).equal(image)).toBe(true);
  });
});
