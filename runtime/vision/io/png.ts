/** PNG. Source of the format: W3C, "Portable Network Graphics (PNG) Specification". */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { pngCodec, unpacksWithin } from "../../io/imageCodecs.ts";
import { checkPixels, type Decoded } from "./pixels.ts";

const signature = [137, 80, 78, 71, 13, 10, 26, 10];

/** Whether bytes begin as a PNG file does. */
export function isPng(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

interface Chunk {
  readonly type: string;
  /** Where its length stands. */
  readonly start: number;
  /** Behind its checksum. */
  readonly end: number;
}

function damaged(why: string): RuntimeError {
  return new RuntimeError(`The PNG image is damaged: ${why}. Save or download it again.`);
}

/** The chunks, to the last. @throws RuntimeError when one reaches beyond the end. */
function chunksOf(bytes: Uint8Array, view: DataView): readonly Chunk[] {
  const chunks: Chunk[] = [];
  for (let start = signature.length; chunks.at(-1)?.type !== "IEND"; start = chunks.at(-1)!.end) {
    const end = start + 12 + (start + 8 <= bytes.length ? view.getUint32(start) : 0);
    if (end > bytes.length) throw damaged(`it ends after ${bytes.length} bytes, in the middle`);
    const type = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
    chunks.push({ type, start, end });
  }
  return chunks;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colour: number;
  readonly interlaced: boolean;
}

/** How many numbers a pixel has in the file, by its kind of colour. */
const samplesOf: Readonly<Record<number, 1 | 2 | 3 | 4>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

function headerOf(view: DataView, chunks: readonly Chunk[]): Header {
  const first = chunks[0];
  if (first?.type !== "IHDR" || first.end - first.start !== 25)
    throw damaged("it does not begin with its header");
  const at = first.start + 8;
  const [depth, colour] = [view.getUint8(at + 8), view.getUint8(at + 9)];
  const depths = colour === 0 ? [1, 2, 4, 8, 16] : colour === 3 ? [1, 2, 4, 8] : [8, 16];
  if (samplesOf[colour] === undefined || !depths.includes(depth))
    throw damaged(`there are no pixels of colour type ${colour} and ${depth} bits`);
  const interlaced = view.getUint8(at + 12) === 1;
  return { width: view.getUint32(at), height: view.getUint32(at + 4), depth, colour, interlaced };
}

/** zlib's largest ratio of original to compressed bytes. Source: zlib's manual, "Maximum compression factor". */
const largestRatio = 1032;

/** The file with only what its pixels need: text and profiles may be made to do harm too. */
function essential(bytes: Uint8Array, chunks: readonly Chunk[]): Uint8Array {
  const parts = [
    bytes.subarray(0, signature.length),
    ...chunks
      .filter(({ type }) => ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"].includes(type))
      .map(({ start, end }) => bytes.subarray(start, end)),
  ];
  return joined(parts);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** @throws RuntimeError when the compressed data are fewer than the pixels need, or unpack to more than they take. */
function checkData(bytes: Uint8Array, chunks: readonly Chunk[], header: Header): void {
  const data = chunks
    .filter(({ type }) => type === "IDAT")
    .map(({ start, end }) => bytes.subarray(start + 8, end - 4));
  const compressed = data.reduce((sum, part) => sum + part.length, 0);
  const bitsOfPixel = header.depth * samplesOf[header.colour]!;
  checkPixels("PNG", header, ((compressed * largestRatio + 64) * 8) / bitsOfPixel);
  // Each row has a byte more, and an interlaced image up to seven times the rows.
  const needed =
    Math.ceil((header.width * bitsOfPixel) / 8 + 2) * header.height * (header.interlaced ? 2 : 1) + 64;
  if (compressed * largestRatio > 16 * needed && !unpacksWithin(joined(data), needed))
    throw damaged(`its data unpack to more than the ${needed} bytes that its pixels take`);
}

/** Whole numbers of fewer than 8 bits, a byte for each; rows begin at whole bytes. */
function unpackBits(data: Uint8Array, { width, height, depth }: Header): Uint8Array {
  if (depth === 8) return data;
  const values = new Uint8Array(width * height);
  const row = Math.ceil((width * depth) / 8);
  const mask = (1 << depth) - 1;
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const bit = x * depth;
      values[y * width + x] = (data[y * row + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
    }
  return values;
}

/** The high bytes of numbers of 16 bits. */
function highBytes(data: ArrayLike<number>): Uint8Array {
  return Uint8Array.from(data, (value) => value >> 8);
}

/** Colours in place of their numbers in the palette. */
function fromPalette(numbers: Uint8Array, palette: readonly (readonly number[])[], header: Header): Decoded {
  const channels = palette[0]?.length === 4 ? 4 : 3;
  const data = new Uint8Array(numbers.length * channels);
  numbers.forEach((number, i) => {
    const colour = palette[number];
    if (colour === undefined) throw damaged(`a pixel has colour ${number} of ${palette.length}`);
    data.set(colour, i * channels);
  });
  return { width: header.width, height: header.height, channels, data };
}

/**
 * The pixels of a PNG file. Of numbers of 16 bits the high bytes are taken; colours of a palette, also transparent ones, are looked up.
 *
 * @throws RuntimeError when it is damaged, or larger than what is read.
 */
export function pixelsOfPng(bytes: Uint8Array): Decoded {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks = chunksOf(bytes, view);
  const header = headerOf(view, chunks);
  const { width, height, depth, colour } = header;
  checkData(bytes, chunks, header);
  if (depth < 8 && header.interlaced)
    throw new RuntimeError(
      `The PNG image is interlaced with ${depth} bits, which is not read. Save it without interlacing.`,
    );
  const { data, palette } = decoded(essential(bytes, chunks));
  const channels = samplesOf[colour]!;
  const expected = depth < 8 ? Math.ceil((width * depth) / 8) * height : width * height * channels;
  if (data.length !== expected)
    throw damaged(`it has ${data.length} numbers for its pixels, not ${expected}`);
  const values = depth === 16 ? highBytes(data) : unpackBits(data as Uint8Array, header); // as many bits as the header says
  if (colour === 3) return fromPalette(values, palette ?? [], header);
  const unit = depth < 8 ? 255 / ((1 << depth) - 1) : 1;
  return { width, height, channels, data: unit === 1 ? values : values.map((value) => value * unit) };
}

/** @throws RuntimeError for what the library cannot read. */
function decoded(bytes: Uint8Array): ReturnType<ReturnType<typeof pngCodec>["decode"]> {
  try {
    return pngCodec().decode(bytes, { checkCrc: true });
  } catch (error) {
    throw damaged(error instanceof Error ? error.message : String(error));
  }
}

/** The file of an image in rows of pixels. */
export function pngOf({ width, height, channels, data }: Decoded, compression: number): Uint8Array {
  // The library knows zlib's levels by number.
  return pngCodec().encode(
    { width, height, channels, data, depth: 8 },
    { zlib: { level: compression as 6 } },
  );
}
