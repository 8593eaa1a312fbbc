import { crc32 } from "node:zlib";
import { describe } from "../../binding.ts";
import { bytesOf } from "../elements.ts";
import { pickle, type SavedPickle } from "../pickle/pickler.ts";
import { writeArray, writeFile } from "../sink.ts";
import { isPath } from "../source.ts";
import { planArchive, writeArchive, type ZipRecord } from "../zip/writer.ts";

/** Where `torch.save` writes to, by name. */
export interface SaveOptions {
  /** The path of a file. */
  readonly f: string | URL;
}

/** The folder within the archive that all files are in: the file's name without its ending. Source: `basename` in `caffe2/serialize/inline_container.cc`. */
function folderOf(path: string): string {
  const name = path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
  const dot = name.lastIndexOf(".");
  const base = dot === -1 ? name : name.slice(0, dot);
  return base === "" || /[^ -~]/.test(path) ? "archive" : base;
}

/** A number of 40 digits that belongs to the content, by which PyTorch's logs tell files apart. */
function contentId(names: string, content: Uint8Array): string {
  return [crc32(names), crc32(content)].map((sum) => String(sum).padStart(20, "0")).join("");
}

/** The files in the archive. Source: `_save` in `torch/serialization.py`, with its versions of today. */
function recordsOf({ bytes, storages }: SavedPickle, folder: string): readonly ZipRecord[] {
  const record = (name: string, content: string | Uint8Array): ZipRecord => {
    const data = typeof content === "string" ? new TextEncoder().encode(content) : content;
    return { name: `${folder}/${name}`, size: data.length, bytes: () => data };
  };
  const elements = storages.map((saved, key) => ({
    name: `${folder}/data/${key}`,
    size: saved.storage.length * saved.dtype.itemsize,
    bytes: () => bytesOf(saved.storage),
  }));
  const records = [
    record("data.pkl", bytes),
    record(".format_version", "1"),
    record(".storage_alignment", "64"),
    record("byteorder", "little"),
    ...elements,
    record("version", "3\n"),
  ];
  return [
    ...records,
    record(".data/serialization_id", contentId(records.map(({ name }) => name).join(), bytes)),
  ];
}

function pathFrom(f: unknown): string | URL {
  const path = typeof f === "object" && f !== null && "f" in f ? f.f : f;
  if (isPath(path)) return path;
  throw new TypeError(
    `save(): argument 'f' must be the path of a file, not ${describe(path)}. Without it, save gives the bytes.`,
  );
}

/**
 * Writes a value to a file that PyTorch reads with `torch.load(path)`, or, without a path, gives the file's bytes: tensors with shared elements, strides and `requires_grad`, numbers (whole ones
 * as int), text, truth values, `null`, `Uint8Array`s, arrays (lists), sets, `Map`s (dicts) and plain objects (dicts with text for keys), as `{epoch: 3, model: net.state_dict()}`.
 *
 * A file is there whole or not at all. The whole storage of a view is saved, as in PyTorch: save `x.clone()` for a small part of a large tensor.
 *
 * @throws PicklingError that names what cannot be in a file, such as a module: save its `state_dict()`; the system's error when the file cannot be written.
 * Source: `torch.save`.
 */
export function save(obj: unknown): Uint8Array<ArrayBuffer>;
export function save(obj: unknown, f: string | URL | SaveOptions): void;
export function save(obj: unknown, ...rest: readonly unknown[]): Uint8Array<ArrayBuffer> | undefined {
  // The first argument may be any object, also one that looks like arguments by name.
  const path = rest.length === 0 || rest[0] === undefined ? null : pathFrom(rest[0]);
  const plan = planArchive(recordsOf(pickle(obj), path === null ? "archive" : folderOf(String(path))));
  if (path === null) return writeArray(plan.length, (sink) => writeArchive(plan, sink));
  writeFile(path, (sink) => writeArchive(plan, sink));
  return undefined;
}
