/** Pixels of bytes, and how many channels are wanted of them. */
import { uint8 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { Parameter } from "../../parameters.ts";
import { fromArrayOnCpu } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";

/** Which channels an image is read with. Source: `torchvision.io.ImageReadMode`. */
export const ImageReadMode: Readonly<
  Record<"UNCHANGED" | "GRAY" | "GRAY_ALPHA" | "RGB" | "RGB_ALPHA" | "RGBA", ReadMode>
> = {
  UNCHANGED: "UNCHANGED",
  GRAY: "GRAY",
  GRAY_ALPHA: "GRAY_ALPHA",
  RGB: "RGB",
  RGB_ALPHA: "RGB_ALPHA",
  RGBA: "RGB_ALPHA",
};

/** The names of the channels. */
export type ReadMode = "UNCHANGED" | "GRAY" | "GRAY_ALPHA" | "RGB" | "RGB_ALPHA";

/** Which channels are wanted. */
export const readMode: Parameter<ReadMode> = {
  expects: `one of ${Object.keys(ImageReadMode)
    .map((name) => `"${name}"`)
    .join(", ")}`,
  fallback: "UNCHANGED",
  convert: (value) =>
    typeof value === "string" ? ImageReadMode[value as keyof typeof ImageReadMode] : undefined, // of other names there is none
};

const channelsOf: Readonly<Record<Exclude<ReadMode, "UNCHANGED">, number>> = {
  GRAY: 1,
  GRAY_ALPHA: 2,
  RGB: 3,
  RGB_ALPHA: 4,
};

/** An image in rows of pixels, each with its channels: brightness, brightness and opacity, three colours, or three and opacity. */
export interface Decoded {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 2 | 3 | 4;
  readonly data: Uint8Array;
}

/** An image may have so many pixels: as many as Pillow opens. A larger one is taken for one that is made to do harm. */
const mostPixels = 178_956_970;

/** @throws RuntimeError for an image without pixels, with too many, or with more than the bytes of its file can stand for. */
export function checkPixels(
  kind: string,
  { width, height }: { readonly width: number; readonly height: number },
  mostInFile: number,
): void {
  const size = `${width} x ${height} pixels`;
  if (width < 1 || height < 1)
    throw new RuntimeError(`The ${kind} image says that it has ${size}: it is damaged.`);
  if (width * height > mostPixels)
    throw new RuntimeError(
      `The ${kind} image says that it has ${size}, which is more than the ${mostPixels} that are read. Make it smaller with another program.`,
    );
  if (width * height > mostInFile)
    throw new RuntimeError(
      `The ${kind} image says that it has ${size}, more than its compressed bytes can hold: it is damaged, or made to do harm. It was not decoded.`,
    );
}

/** How bright a colour is. Source: `rgb2l` in Pillow's `Convert.c`. */
function brightnessOf(red: number, green: number, blue: number): number {
  return (red * 19595 + green * 38470 + blue * 7471 + 0x8000) >> 16;
}

/** One channel of the wanted ones, `[H × W]`. */
function channel({ data, channels }: Decoded, wanted: number, of: number): Uint8Array {
  const count = data.length / channels;
  const opacity = wanted === of - 1 && of % 2 === 0;
  const plane = new Uint8Array(count);
  if (opacity && channels % 2 === 1) return plane.fill(255);
  if (!opacity && of < 3 && channels >= 3) {
    for (let i = 0, at = 0; i < count; i++, at += channels)
      plane[i] = brightnessOf(data[at]!, data[at + 1]!, data[at + 2]!);
    return plane;
  }
  const source = opacity ? channels - 1 : channels < 3 ? 0 : wanted;
  for (let i = 0, at = source; i < count; i++, at += channels) plane[i] = data[at]!;
  return plane;
}

/** The image as a tensor `[C, H, W]` of bytes, with the wanted channels. */
export function toTensor(image: Decoded, mode: ReadMode): Tensor {
  const { width, height } = image;
  const channels = mode === "UNCHANGED" ? image.channels : channelsOf[mode];
  const values = new Uint8Array(channels * width * height);
  for (let each = 0; each < channels; each++)
    values.set(channel(image, each, channels), each * width * height);
  return fromArrayOnCpu(values, uint8, [channels, height, width]);
}
