/** `vision.io`: images in files. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { uint8 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { readBytes, writeWhole } from "../../io/files.ts";
import { integer, tensor, type Parameter } from "../../parameters.ts";
import { fromArrayOnCpu } from "../../settle.ts";
import { formatShape } from "../../shape.ts";
import { readValues, Tensor } from "../../tensor.ts";
import { isJpeg, pixelsOfJpeg } from "./jpeg.ts";
import { ImageReadMode, readMode, toTensor, type Decoded, type ReadMode } from "./pixels.ts";
import { isPng, pixelsOfPng, pngOf } from "./png.ts";

export { ImageReadMode };

/** The bytes of a file: a uint8 tensor of one dimension, as `read_file` gives them, or an array of bytes. */
export type EncodedImage = Tensor | Uint8Array;

const encoded: Parameter<EncodedImage> = {
  expects: "a uint8 Tensor of one dimension, or a Uint8Array, with the bytes of a file",
  convert: (value) =>
    value instanceof Uint8Array || (value instanceof Tensor && value.dtype === uint8 && value.ndim === 1)
      ? value
      : undefined,
};

const path: Parameter<string> = {
  expects: "a path",
  convert: (value) => (typeof value === "string" ? value : undefined),
};

/** The bytes of a uint8 tensor, in order. */
function bytesOf(input: EncodedImage): Uint8Array {
  return input instanceof Uint8Array ? input : Uint8Array.from(readValues(input) as ArrayLike<number>); // uint8 elements are numbers
}

interface DecodeArguments {
  readonly input: EncodedImage;
  readonly mode?: ReadMode;
}

type DecodeForms = CallForms<DecodeArguments, [input: EncodedImage, mode?: ReadMode]>;

const decodeParameters = { input: encoded, mode: readMode };

/**
 * The bytes of a file, as a uint8 tensor of one dimension.
 *
 * @throws RuntimeError when it cannot be read.
 * Source: `torchvision.io.read_file`.
 */
export function read_file(...args: CallForms<{ readonly path: string }, [path: string]>): Tensor {
  const bytes = readBytes(bind("read_file", { path }, args).path, "read_file");
  return fromArrayOnCpu(Uint8Array.from(bytes), uint8, [bytes.length]);
}

/**
 * The pixels in the bytes of a PNG or JPEG file: uint8 of shape `[C, H, W]`, from 0 to 255. `mode` says which channels: `"UNCHANGED"` those of the file, `"GRAY"`, `"GRAY_ALPHA"`,
 * `"RGB"` or `"RGB_ALPHA"`. Of numbers of 16 bits the high bytes are taken.
 *
 * @throws RuntimeError for other formats, and images that are damaged or have more than 178,956,970 pixels.
 * Source: `torchvision.io.decode_image`.
 */
export function decode_image(...args: DecodeForms): Tensor {
  const { input, mode } = bind("decode_image", decodeParameters, args);
  return toTensor(pixelsOf(bytesOf(input)), mode);
}

function pixelsOf(bytes: Uint8Array): Decoded {
  if (isPng(bytes)) return pixelsOfPng(bytes);
  if (isJpeg(bytes)) return pixelsOfJpeg(bytes);
  const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
  throw new RuntimeError(
    `Unsupported image file. Only PNG and JPEG are read; this one begins with ${start === "" ? "nothing: it is empty" : start}.`,
  );
}

/** The pixels in the bytes of a PNG file. @throws RuntimeError when it is none, and as `decode_image`. Source: `torchvision.io.decode_png`. */
export function decode_png(...args: DecodeForms): Tensor {
  const { input, mode } = bind("decode_png", decodeParameters, args);
  const bytes = bytesOf(input);
  if (!isPng(bytes)) throw new RuntimeError("Content is not png: it does not begin as a PNG file does.");
  return toTensor(pixelsOfPng(bytes), mode);
}

/** The pixels in the bytes of a JPEG file. @throws RuntimeError when it is none, and as `decode_image`. Source: `torchvision.io.decode_jpeg`. */
export function decode_jpeg(...args: DecodeForms): Tensor {
  const { input, mode } = bind("decode_jpeg", decodeParameters, args);
  const bytes = bytesOf(input);
  if (!isJpeg(bytes)) throw new RuntimeError("Content is not jpeg: it does not begin as a JPEG file does.");
  return toTensor(pixelsOfJpeg(bytes), mode);
}

/**
 * The pixels of a PNG or JPEG file: `vision.io.read_image("cat.jpg", "RGB")`.
 *
 * @throws RuntimeError when it cannot be read, and as `decode_image`.
 * Source: `torchvision.io.read_image`.
 */
export function read_image(
  ...args: CallForms<{ readonly path: string; readonly mode?: ReadMode }, [path: string, mode?: ReadMode]>
): Tensor {
  const { path: from, mode } = bind("read_image", { path, mode: readMode }, args);
  const bytes = readBytes(from, "read_image");
  try {
    return toTensor(pixelsOf(bytes), mode);
  } catch (error) {
    if (!(error instanceof RuntimeError)) throw error;
    throw new RuntimeError(`${from}: ${error.message}`, { cause: error });
  }
}

const encodeParameters = { input: tensor, compression_level: integer(6) };

/** An image in rows of pixels. @throws for what no PNG file can hold. */
function interleaved(name: string, input: Tensor): Decoded {
  const [channels = 0, height = 0, width = 0] = input.shape;
  if (input.dtype !== uint8)
    throw new TypeError(
      `${name}: Input tensor dtype should be uint8, got ${input.dtype.toString()}. Fractions from 0 to 1 become bytes by transforms.functional.to_dtype(x, torch.uint8, true).`,
    );
  if (input.ndim !== 3 || channels < 1 || channels > 4 || height < 1 || width < 1)
    throw new ValueError(
      `${name}: Input data should be a 3-dimensional tensor [C, H, W] with 1 to 4 channels, got ${formatShape(input.shape)}.`,
    );
  const data = Uint8Array.from(readValues(input.permute(1, 2, 0).contiguous()) as ArrayLike<number>); // uint8 elements are numbers
  return { width, height, channels: channels as 1 | 2 | 3 | 4, data }; // as just seen
}

function checkLevel(name: string, level: number): void {
  if (level < 0 || level > 9)
    throw new ValueError(`${name}: Compression level should be between 0 and 9, got ${level}.`);
}

interface EncodeArguments {
  readonly input: Tensor;
  /** From 0 for none to 9 for the most; 6 unless given. */
  readonly compression_level?: number;
}

/**
 * The bytes of a PNG file with the pixels of a uint8 tensor `[C, H, W]`: 1 channel for grey, 2 with opacity, 3 for colours, 4 with opacity.
 *
 * @throws TypeError for another dtype, ValueError for other sizes.
 * Source: `torchvision.io.encode_png`.
 */
export function encode_png(
  ...args: CallForms<EncodeArguments, [input: Tensor, compression_level?: number]>
): Tensor {
  const { input, compression_level } = bind("encode_png", encodeParameters, args);
  checkLevel("encode_png", compression_level);
  const bytes = pngOf(interleaved("encode_png", input), compression_level);
  return fromArrayOnCpu(Uint8Array.from(bytes), uint8, [bytes.length]);
}

/**
 * Writes the pixels of a uint8 tensor `[C, H, W]` to a PNG file.
 *
 * @throws as `encode_png`; the system's error when the file cannot be written.
 * Source: `torchvision.io.write_png`.
 */
export function write_png(
  ...args: CallForms<
    EncodeArguments & { readonly filename: string },
    [input: Tensor, filename: string, compression_level?: number],
    ["input", "filename"]
  >
): void {
  const parameters = { input: tensor, filename: path, compression_level: integer(6) };
  const { input, filename, compression_level } = bind("write_png", parameters, args);
  checkLevel("write_png", compression_level);
  writeWhole(filename, pngOf(interleaved("write_png", input), compression_level));
}
