/** Files of `torch.save` since PyTorch 1.6: a zip archive with a pickle and a file for each storage. Source: `_load` in `torch/serialization.py`. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { unpickle } from "../pickle/unpickler.ts";
import type { Source } from "../source.ts";
import { Archive, type Entry } from "../zip/reader.ts";
import type { Placing } from "./location.ts";
import { materialize } from "./materialize.ts";
import { persistentStorages } from "./persistent.ts";
import { storagesOf } from "./storages.ts";

/** Runs what reads the archive. @throws RuntimeError in PyTorch's words where the archive is damaged. */
function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ValueError)) throw error;
    throw new RuntimeError(`PytorchStreamReader failed reading zip archive: ${error.message}`, {
      cause: error,
    });
  }
}

/** The files of an archive without the folder that all of them are in. */
class Records {
  readonly #archive: Archive;
  readonly #folder: string;

  constructor(source: Source) {
    this.#archive = reading(() => new Archive(source));
    const [first = ""] = this.#archive.entries.keys();
    this.#folder = first.slice(0, first.indexOf("/") + 1);
  }

  find(name: string): Entry | undefined {
    return this.#archive.entries.get(this.#folder + name);
  }

  entry(name: string): Entry {
    const entry = this.find(name);
    if (entry === undefined)
      throw new RuntimeError(
        `PytorchStreamReader failed locating file ${name}: file not found. The archive is not one of torch.save, or was damaged.`,
      );
    return entry;
  }

  bytes(name: string): Uint8Array {
    const entry = this.entry(name);
    return reading(() => this.#archive.read(entry));
  }

  into(name: string, target: Uint8Array): void {
    const entry = this.entry(name);
    reading(() => this.#archive.readInto(entry, target));
  }
}

/** @throws RuntimeError for a program that was compiled with TorchScript. */
function checkIsNoProgram(records: Records): void {
  if (records.find("constants.pkl") !== undefined)
    throw new RuntimeError(
      "Cannot use torch.load with TorchScript archives: the file holds a compiled program. Load it in Python and save its state: torch.save(model.state_dict(), path).",
    );
}

/** A short text that says something of the file. */
const longestNote = 64;

function isBigEndian(records: Records): boolean {
  const entry = records.find("byteorder");
  if (entry === undefined) return false;
  const order = entry.originalSize > longestNote ? "" : new TextDecoder().decode(records.bytes("byteorder"));
  if (order !== "little" && order !== "big")
    throw new RuntimeError(
      `Unknown endianness type: ${JSON.stringify(order)} in the file's byteorder, which must be "little" or "big". The file is damaged.`,
    );
  return order === "big";
}

/**
 * What an archive holds.
 *
 * @throws RuntimeError when it is damaged, UnpicklingError when its pickle is, or asks for what cannot be.
 */
export function loadZip(source: Source, place: Placing): unknown {
  const records = new Records(source);
  checkIsNoProgram(records);
  const bigEndian = isBigEndian(records);
  const size = (key: string): number => records.entry(`data/${key}`).originalSize;
  const checkSize = (key: string, bytes: number): void => {
    if (size(key) !== bytes)
      throw new RuntimeError(
        `storage ${JSON.stringify(key)} should have ${bytes} bytes, and the file has ${size(key)} for it: the file is damaged.`,
      );
  };
  const { value } = unpickle(records.bytes("data.pkl"), persistentStorages(checkSize));
  const read = (key: string, target: Uint8Array): void => records.into(`data/${key}`, target);
  return materialize(value, storagesOf({ size, read, bigEndian }, place));
}
