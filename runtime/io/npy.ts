/**
 * NumPy's format for one array: a line of ASCII that says what follows, then the elements.
 *
 * Source: `numpy.lib.format`, versions 1.0 to 3.0.
 */
import { bool, float16, float32, float64, int16, int32, int64, int8, uint8, type DType } from "../dtype.ts";
import { ValueError } from "../errors/valueError.ts";
import { alias, duplicate } from "../settle.ts";
import { formatShape, numel, type Shape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { bytesOf, readStorage } from "./elements.ts";
import { readBytes, withSource, type Source } from "./source.ts";

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** NumPy's names of the dtypes that tensors have: a kind, and the bytes of an element. */
const dtypesByCode: ReadonlyMap<string, DType> = new Map<string, DType>([
  ["b1", bool],
  ["u1", uint8],
  ["i1", int8],
  ["i2", int16],
  ["i4", int32],
  ["i8", int64],
  ["f2", float16],
  ["f4", float32],
  ["f8", float64],
]);

/** Of fewer bytes is no header made; more than this is no header that NumPy writes. */
const longestHeader = 1 << 20;
/** What stands before the header: the magic, the version and the header's length. */
const longestPrefix = 12;

interface Header {
  readonly dtype: DType;
  readonly bigEndian: boolean;
  readonly fortranOrder: boolean;
  readonly shape: Shape;
  /** Where the elements begin. */
  readonly start: number;
}

function broken(what: string): ValueError {
  return new ValueError(`${what} The file is not a complete .npy file, or was damaged; save it again.`);
}

/** The text of the header, and where it ends. @throws ValueError when there is none. */
function readHeaderText(bytes: Uint8Array): { readonly text: string; readonly start: number } {
  if (magic.some((byte, i) => bytes[i] !== byte))
    throw new ValueError(
      `the magic string is not correct; expected \\x93NUMPY, got ${JSON.stringify(String.fromCharCode(...bytes.subarray(0, 6)))}. This is no .npy file.`,
    );
  const [major, minor] = [bytes[6] ?? 0, bytes[7] ?? 0];
  if (major < 1 || major > 3)
    throw new ValueError(
      `Invalid version (${major}, ${minor}) of the .npy format: 1.0, 2.0 and 3.0 can be read.`,
    );
  const prefix = major === 1 ? 10 : 12;
  if (bytes.length < prefix)
    throw broken(`EOF: reading array header, expected ${prefix} bytes got ${bytes.length}.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > longestHeader)
    throw broken(`Header info length (${length}) is large and may not be safe to load securely.`);
  if (bytes.length < prefix + length)
    throw broken(`EOF: reading array header, expected ${length} bytes got ${bytes.length - prefix}.`);
  const text = new TextDecoder(major === 3 ? "utf-8" : "latin1").decode(
    bytes.subarray(prefix, prefix + length),
  );
  return { text, start: prefix + length };
}

/** The value behind a key of the header's dictionary. @throws ValueError when there is none of that form. */
function entry(text: string, key: string, form: RegExp): string {
  const found = new RegExp(`['"]${key}['"]\\s*:\\s*${form.source}\\s*[,}]`).exec(text)?.[1];
  if (found === undefined)
    throw broken(
      `Cannot parse header: ${JSON.stringify(text.slice(0, 120))} has no valid ${JSON.stringify(key)}.`,
    );
  return found;
}

/** @throws ValueError for a description that no tensor's dtype has. */
function readDescription(text: string): { readonly dtype: DType; readonly bigEndian: boolean } {
  const description = entry(text, "descr", /(\[.*\]|['"][^'"]*['"])/s);
  const [, order = "", code = ""] = /^['"]([<>|=]?)(\w+)['"]$/.exec(description) ?? [];
  const dtype = dtypesByCode.get(code);
  if (dtype === undefined)
    throw new ValueError(
      `can't convert np.ndarray of type ${description.slice(0, 60)}: the dtypes that can be read are ${[...dtypesByCode.values()].map(({ name }) => name).join(", ")}. Convert the array with astype before saving it.`,
    );
  return { dtype, bigEndian: order === ">" };
}

function readHeader(bytes: Uint8Array): Header {
  const { text, start } = readHeaderText(bytes);
  const { dtype, bigEndian } = readDescription(text);
  const sizes = entry(text, "shape", /\(([\d,\sL]*)\)/);
  const shape = [...sizes.matchAll(/\d+/g)].map(([digits]) => Number(digits));
  const fortranOrder = entry(text, "fortran_order", /(True|False)/) === "True";
  return { dtype, bigEndian, fortranOrder, shape, start };
}

/** The elements behind a header, as they lie. */
function readElements(source: Source, { dtype, bigEndian, shape, start }: Header): Tensor {
  const count = numel(shape);
  const length = count * dtype.itemsize;
  // Before anything is allocated: the file's word counts for nothing, its length does.
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(length) || source.length - start < length)
    throw broken(
      `cannot reshape array: shape ${formatShape(shape)} of ${dtype.name} takes ${length} bytes, and ${source.length - start} follow.`,
    );
  const storage = readStorage(dtype, count, bigEndian, (target) => source.read(start, target));
  return new Tensor({ storage, dtype, shape });
}

/** A tensor whose first dimension lies innermost, from its elements as they lie. */
function columnsFirst(tensor: Tensor): Tensor {
  let stride = 1;
  const strides = tensor.shape.map((size) => {
    const own = stride;
    stride *= Math.max(size, 1);
    return own;
  });
  return duplicate(alias(tensor, tensor.shape, strides));
}

/** The tensor in an `.npy` file. @throws as `decodeNpy`. */
export function readNpy(source: Source): Tensor {
  const header = readHeader(readBytes(source, 0, Math.min(source.length, longestPrefix + longestHeader)));
  const tensor = readElements(source, header);
  return header.fortranOrder && header.shape.length > 1 ? columnsFirst(tensor) : tensor;
}

/**
 * The tensor in the bytes of an `.npy` file. Any byte order, both orders of dimensions.
 *
 * @throws ValueError when the bytes are no such file, are not all there, or hold something that no tensor can.
 * Source: `numpy.load`.
 */
export function decodeNpy(bytes: Uint8Array): Tensor {
  return withSource(bytes, readNpy);
}

/** NumPy's name of a dtype. @throws TypeError for bfloat16, which NumPy does not have. */
function describeDtype(dtype: DType): string {
  for (const [code, known] of dtypesByCode)
    if (known === dtype) return `${dtype.itemsize === 1 ? "|" : "<"}${code}`;
  throw new TypeError(
    `Got unsupported ScalarType ${dtype.typeName}: NumPy has no ${dtype.name}. Convert the tensor with .float() first.`,
  );
}

/** Python's form of a shape: a tuple of one ends in a comma. */
function tuple(shape: Shape): string {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
}

/**
 * The bytes of an `.npy` file (version 1.0) with a tensor's elements, row by row.
 *
 * @throws TypeError for bfloat16, which NumPy does not have.
 * Source: `numpy.save`.
 */
export function encodeNpy(tensor: Tensor): Uint8Array<ArrayBuffer> {
  const { dtype, shape } = tensor;
  const dictionary = `{'descr': '${describeDtype(dtype)}', 'fortran_order': False, 'shape': ${tuple(shape)}, }`;
  const prefix = 10;
  // The elements begin at a multiple of 64 bytes.
  const headerLength = Math.ceil((prefix + dictionary.length + 1) / 64) * 64 - prefix;
  const header = `${dictionary.padEnd(headerLength - 1)}\n`;
  const start = prefix + headerLength;
  const count = tensor.numel();
  const bytes = new Uint8Array(start + count * dtype.itemsize);
  bytes.set([...magic, 1, 0, headerLength & 0xff, headerLength >> 8]);
  bytes.set(new TextEncoder().encode(header), prefix);
  const whole = tensor.is_contiguous() ? tensor : duplicate(tensor);
  const from = whole.offset * dtype.itemsize;
  bytes.set(bytesOf(whole.storage).subarray(from, from + count * dtype.itemsize), start);
  return bytes;
}
