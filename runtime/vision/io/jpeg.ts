/** JPEG, by libjpeg-turbo. Source of the format: ITU-T T.81. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { forgetJpegDecoder, jpegDecoder } from "../../io/imageCodecs.ts";
import { checkPixels, type Decoded } from "./pixels.ts";

/** Whether bytes begin as a JPEG file does. */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

function damaged(why: string): RuntimeError {
  return new RuntimeError(`The JPEG image is damaged: ${why}. Save or download it again.`);
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
}

/** Whether a marker begins a frame, whose header has the sizes. */
function beginsFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

/** The header of the frame. @throws RuntimeError when the markers lead nowhere. */
function frameOf(bytes: Uint8Array): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 10 <= bytes.length) {
    if (bytes[at] !== 0xff) throw damaged(`there is no marker at byte ${at}`);
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // filling
      continue;
    }
    if (beginsFrame(marker))
      return { height: view.getUint16(at + 5), width: view.getUint16(at + 7), components: bytes[at + 9]! };
    if (marker === 0xd9 || marker === 0xda) break;
    at += 2 + view.getUint16(at + 2);
  }
  throw damaged(`its ${bytes.length} bytes have no header with its sizes`);
}

/** No byte stands for more pixels: a block of 64 takes a bit at least, and fewer only where arithmetic coding packs them. */
const mostPixelsOfByte = 4096;

/** From so many pixels on, the decoder's memory is given back. */
const manyPixels = 2 ** 24;

/**
 * The pixels of a JPEG file: one channel of a grey one, else red, green and blue.
 *
 * @throws RuntimeError when it is damaged, larger than what is read, or of four inks.
 */
export function pixelsOfJpeg(bytes: Uint8Array): Decoded {
  const frame = frameOf(bytes);
  checkPixels("JPEG", frame, bytes.length * mostPixelsOfByte);
  if (frame.components !== 1 && frame.components !== 3)
    throw new RuntimeError(
      `The JPEG image has ${frame.components} components, which is not read: only grey and red, green and blue are. Save it as one of these.`,
    );
  const { width, height, data } = decoded(bytes);
  const channels = frame.components;
  const values = new Uint8Array(width * height * channels);
  for (let from = 0, to = 0; from < data.length; from += 4)
    for (let channel = 0; channel < channels; channel++) values[to++] = data[from + channel]!;
  if (width * height > manyPixels) forgetJpegDecoder();
  return { width, height, channels, data: values };
}

/** @throws RuntimeError for what the library cannot read. */
function decoded(bytes: Uint8Array): ReturnType<ReturnType<typeof jpegDecoder>["decode"]> {
  try {
    return jpegDecoder().decode(bytes);
  } catch (error) {
    forgetJpegDecoder();
    // Of damaged data the library says "Not implemented": it cannot jump out of the decoder in another way.
    const why = error instanceof Error ? error.message : String(error);
    throw damaged(why === "Not implemented" ? "its data cannot be decoded" : why.toLowerCase());
  }
}
