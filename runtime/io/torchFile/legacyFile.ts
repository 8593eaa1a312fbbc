/** Files of `torch.save` before PyTorch 1.6: pickles one behind the other, and then the elements. Source: `_legacy_load` in `torch/serialization.py`. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { unpickle } from "../pickle/unpickler.ts";
import { PickledList, type Pickled } from "../pickle/values.ts";
import { readBytes, type Source } from "../source.ts";
import type { Placing } from "./location.ts";
import { materialize } from "./materialize.ts";
import { persistentStorages } from "./persistent.ts";
import { storagesOf } from "./storages.ts";

/** PyTorch's number at the beginning of such files. */
const magic = 0x1950_a86a_20f9_469c_fc6cn;
const version = 1001;

function damaged(what: string): RuntimeError {
  return new RuntimeError(`${what}: the file is not complete, or was damaged; save or download it again.`);
}

interface Found {
  readonly start: number;
  readonly bytes: number;
}

/** Where the elements of each storage lie: behind the number of them, in the order of the keys. */
function findElements(
  bytes: Uint8Array,
  start: number,
  keys: readonly Pickled[],
  wanted: ReadonlyMap<string, number>,
): ReadonlyMap<string, Found> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found = new Map<string, Found>();
  let position = start;
  for (const key of keys) {
    const size = typeof key === "string" ? wanted.get(key) : undefined;
    if (typeof key !== "string" || size === undefined || found.has(key))
      throw damaged("a storage that no tensor names, or one that comes twice");
    if (position + 8 > bytes.length) throw damaged("unexpected end of file");
    const count = Number(view.getBigUint64(position, true));
    position += 8;
    if (size > bytes.length - position)
      throw damaged(`${bytes.length - position} bytes for storage ${JSON.stringify(key)}, which has ${size}`);
    // Their number is of elements whose size the pickle knows.
    if (count > size || (count === 0) !== (size === 0) || (count > 0 && size % count !== 0))
      throw damaged(`${count} elements of storage ${JSON.stringify(key)} in ${size} bytes`);
    found.set(key, { start: position, bytes: size });
    position += size;
  }
  return found;
}

/** Whether a file may be an archive of `tar`, as PyTorch wrote them before 0.2. */
function isTar(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes.subarray(257, 262)) === "ustar";
}

/** Formats that people pass by mistake, by how they begin, with what reads them. */
const others: readonly (readonly [start: string, what: string])[] = [
  ["\x93NUMPY", "a file of NumPy's: torch.io.loadNpy(path) reads it"],
  ["\x89HDF", "an HDF5 file, as Keras writes them"],
  ["GGUF", "a GGUF file"],
  ["<", "a page of HTML, and not what was to be downloaded"],
  ["version https://git-lfs", "only a reference of Git LFS to a file that was not downloaded"],
];

/** What a file is that `torch.save` did not write. */
function whatElse(bytes: Uint8Array): string {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, 32));
  const known = others.find(([text]) => start.startsWith(text));
  if (known !== undefined) return `It is ${known[1]}.`;
  if (bytes.length > 8 && bytes[8] === 0x7b)
    return "It may be a safetensors file: safetensors.load_file(path) reads those.";
  if (isTar(bytes))
    return "It may be a tar archive, as PyTorch wrote them before 0.2: load it in Python and save it again.";
  return "Files of torch.save can be read.";
}

/** @throws RuntimeError for a file of another kind. */
function checkStart(bytes: Uint8Array): number {
  // A number of 10 bytes, behind the protocol, and from protocol 4 on behind the length of what follows.
  const number = bytes[1]! < 4 ? 2 : 11;
  const begins = bytes[0] === 0x80 && bytes[number] === 0x8a && bytes[number + 1] === 0x0a;
  const first = begins ? unpickle(bytes, noStorages) : null;
  if (first === null || first.value !== magic)
    throw new RuntimeError(`Invalid magic number; corrupt file? ${whatElse(bytes)}`);
  const second = unpickle(bytes, noStorages, first.end);
  if (second.value !== version) throw new RuntimeError(`Invalid protocol version: ${String(second.value)}.`);
  // What follows says which machine wrote the file; the numbers are little-endian on all of them.
  return unpickle(bytes, noStorages, second.end).end;
}

function noStorages(): never {
  throw damaged("a storage where none can be");
}

/**
 * What such a file holds.
 *
 * @throws RuntimeError when it is none or damaged, UnpicklingError when it asks for what cannot be.
 */
export function loadLegacy(source: Source, place: Placing): unknown {
  const bytes = readBytes(source, 0, source.length);
  const start = checkStart(bytes);
  const wanted = new Map<string, number>();
  const content = unpickle(
    bytes,
    persistentStorages((key, size) => void wanted.set(key, size)),
    start,
  );
  const keys = unpickle(bytes, noStorages, content.end);
  if (!(keys.value instanceof PickledList)) throw damaged("a list of storages is missing");
  const found = findElements(bytes, keys.end, keys.value.items, wanted);
  const find = (key: string): Found => {
    const place = found.get(key);
    if (place === undefined) throw damaged(`storage ${JSON.stringify(key)} is missing`);
    return place;
  };
  const read = (key: string, target: Uint8Array): void => {
    const { start: from, bytes: size } = find(key);
    target.set(bytes.subarray(from, from + size));
  };
  return materialize(
    content.value,
    storagesOf({ size: (key) => find(key).bytes, read, bigEndian: false }, place),
  );
}
