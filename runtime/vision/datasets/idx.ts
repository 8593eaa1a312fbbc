/** The IDX format, in which the original MNIST is given out. Source: the description at the end of MNIST's own page. */
import { ValueError } from "../../errors/valueError.ts";

/** The elements of a file with their sizes; only bytes, the type that all files of MNIST and its relatives have. */
export interface IdxBytes {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

const byteType = 0x08;

/** @throws ValueError when the bytes are no IDX file of bytes, or are not as many as it says. */
export function decodeIdx(bytes: Uint8Array, name: string): IdxBytes {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rank = bytes[3] ?? 0;
  const start = 4 + 4 * rank;
  if (bytes.length < start || view.getUint16(0) !== 0 || bytes[2] !== byteType || rank === 0)
    throw new ValueError(
      `${name} is no IDX file of bytes: it begins with ${[...bytes.subarray(0, 4)].join(", ") || "nothing"}, and should with 0, 0, ${byteType} and the number of dimensions. Download it again, and unpack it if its name ends in .gz.`,
    );
  const shape = Array.from({ length: rank }, (_, dim) => view.getUint32(4 + 4 * dim));
  const wanted = shape.reduce((product, size) => product * size, 1);
  if (bytes.length - start !== wanted)
    throw new ValueError(
      `${name} says that it holds ${shape.join(" x ")} bytes, and has ${bytes.length - start}: it is damaged. Download it again.`,
    );
  return { shape, data: bytes.subarray(start) };
}
