import { bind } from "../../binding.ts";
import { cpu, Device } from "../../device.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { UnpicklingError } from "../../errors/unpicklingError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { keywordOnly, optionalFlag, type Parameter } from "../../parameters.ts";
import { load_file } from "../safetensors/index.ts";
import { isPath, isReadable, withSource, type Readable, type Source } from "../source.ts";
import { loadLegacy } from "./legacyFile.ts";
import { placing, type MapLocation, type Placing } from "./location.ts";
import { loadZip } from "./zipFile.ts";

/** What `torch.load` takes by name. */
export interface LoadOptions {
  /** Where tensors are put: a device for all, devices by the names in the file, or a function; without it, where they were. */
  readonly map_location?: MapLocation | null;
  /** Only `true`: a file never runs code here. */
  readonly weights_only?: boolean | null;
  /** Taken for paths, and without effect: of a file only what tensors need is read. */
  readonly mmap?: boolean | null;
}

/** An object behind the first argument holds arguments by name; of devices by their names, it is itself given by name, or a `Map`. */
type PositionalMapLocation = Exclude<MapLocation, Readonly<Record<string, string | Device>>>;

const from: Parameter<Readable> = {
  expects: "the path of a file, or its bytes as a Uint8Array or ArrayBuffer",
  convert: (value) => (isReadable(value) ? value : undefined),
};

function isMapLocation(value: unknown): value is MapLocation {
  return (
    typeof value === "string" || typeof value === "function" || (typeof value === "object" && value !== null)
  );
}

const mapLocation: Parameter<MapLocation | null> = {
  expects: 'a device such as "cpu", an object of devices by their names in the file, a function, or null',
  fallback: null,
  convert: (value) => (value === null || value instanceof Device || isMapLocation(value) ? value : undefined),
};

const nothing: Parameter<null> = {
  expects: "null: there is one way to read pickles",
  fallback: null,
  convert: (value) => (value === null ? value : undefined),
};

const parameters = {
  f: from,
  map_location: mapLocation,
  pickle_module: nothing,
  weights_only: keywordOnly({ ...optionalFlag, fallback: null }),
  mmap: keywordOnly(optionalFlag),
};

const zipStart = [0x50, 0x4b] as const;

function isZip(source: Source): boolean {
  const start = new Uint8Array(2);
  if (source.length >= 2) source.read(0, start);
  return zipStart.every((byte, i) => start[i] === byte);
}

function read(source: Source, place: Placing): unknown {
  try {
    return isZip(source) ? loadZip(source, place) : loadLegacy(source, place);
  } catch (error) {
    if (!(error instanceof UnpicklingError)) throw error;
    throw new UnpicklingError(`Weights only load failed. ${error.message}`, { cause: error });
  }
}

/** @throws RuntimeError for other places than one device. */
function deviceFor(location: MapLocation | null): string | Device {
  if (location === null) return cpu;
  if (typeof location === "string" || location instanceof Device) return location;
  throw new RuntimeError(
    "Loading safetensors file with dict or callable map_location is not supported: such a file says of no tensor where it was. Use a device instead.",
  );
}

/**
 * Reads what `torch.save` wrote, here or in PyTorch: tensors, with shared elements, strides and `requires_grad`, in objects (Python's dicts with text for keys), `Map`s (other dicts), arrays
 * (lists and tuples), sets, numbers, text and bytes. Files before PyTorch 1.6 are read too. A file is data: nothing in it can run.
 *
 * A path that ends in `.safetensors` is read as `safetensors.load_file` reads it.
 *
 * The type parameter says what the program knows of the file: `torch.load<{epoch: number}>(path)`.
 *
 * @throws UnpicklingError when the file holds anything else, such as a whole module; RuntimeError when it is damaged or no such file, or was saved on a device that is not
 * here (`map_location: "cpu"` reads it); the system's error when it cannot be opened.
 * Source: `torch.load`, with `weights_only=True`.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- as of JSON.parse: only the program knows what is in its file
export function load<T = any>(
  f: Readable,
  map_location?: PositionalMapLocation | null,
  options?: LoadOptions,
): T;
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export function load<T = any>(f: Readable, options?: LoadOptions): T;
// oxlint-disable-next-line typescript/no-explicit-any -- as above
export function load<T = any>(named: LoadOptions & { readonly f: Readable }): T;
export function load(...args: readonly unknown[]): unknown {
  const { f, map_location, weights_only, mmap } = bind("load", parameters, args);
  if (weights_only === false)
    throw new RuntimeError(
      "load(): weights_only=False would let the file run code, which no file can here. Leave it out; in Python, save what the file holds as tensors, numbers, text, lists and dicts.",
    );
  if (mmap === true && !isPath(f))
    throw new ValueError("f must be a file path in order to use the mmap argument: these are bytes already.");
  if (isPath(f) && String(f).endsWith(".safetensors"))
    return load_file(f, { device: deviceFor(map_location) });
  const place = placing(map_location);
  return withSource(f, (source) => read(source, place));
}
