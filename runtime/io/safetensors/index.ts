/** `safetensors`: files of tensors alone, which many programs read. Source: `safetensors.torch` of Python. */
import { bind } from "../../binding.ts";
import { cpu, Device } from "../../device.ts";
import { toDevice } from "../../devices.ts";
import { choice, type Parameter } from "../../parameters.ts";
import { Tensor } from "../../tensor.ts";
import { isPath, openSource, withSource } from "../source.ts";
import { writeArray, writeFile } from "../sink.ts";
import { OpenTensors } from "./file.ts";
import { planTensors, writeTensors, type Metadata, type NamedTensors } from "./save.ts";

export type { OpenTensors, SafeSlice } from "./file.ts";
export type { Metadata, NamedTensors } from "./save.ts";

const path: Parameter<string | URL> = {
  expects: "the path of a file",
  convert: (value) => (isPath(value) ? value : undefined),
};

const bytes: Parameter<Uint8Array> = {
  expects: "the bytes of a file as a Uint8Array; a file is read by load_file(path)",
  convert: (value) => (value instanceof Uint8Array ? value : undefined),
};

const device: Parameter<Device> = {
  expects: 'a device such as "cpu"',
  fallback: cpu,
  convert: (value) => (typeof value === "string" || value instanceof Device ? toDevice(value) : undefined),
};

/** Where the tensors of a file are put. */
export interface DeviceOption {
  /** The CPU unless given. */
  readonly device?: string | Device;
}

/** How a file is opened. */
export interface OpenOptions extends DeviceOption {
  /** Only `"pt"`: tensors are those of this library. */
  readonly framework?: "pt";
}

/**
 * Opens a file, to read some of its tensors: `using file = safetensors.safe_open(path); file.get_tensor("weight")`.
 *
 * @throws SafetensorError when the file breaks a rule of the format; the system's error when it cannot be opened.
 * Source: `safetensors.safe_open`.
 */
export function safe_open(filename: string | URL, framework?: "pt", device?: string | Device): OpenTensors;
export function safe_open(filename: string | URL, options?: OpenOptions): OpenTensors;
export function safe_open(...args: readonly unknown[]): OpenTensors {
  const given = bind("safe_open", openParameters, args);
  const source = openSource(given.filename);
  try {
    return new OpenTensors(source, given.device);
  } catch (error) {
    source.close();
    throw error;
  }
}

const openParameters = { filename: path, framework: choice(["pt"], "pt"), device };

/**
 * Reads all tensors of a file, by their names.
 *
 * @throws SafetensorError when the file breaks a rule of the format, or a tensor's dtype does not exist here; the system's error when it cannot be opened.
 * Source: `safetensors.torch.load_file`.
 */
export function load_file(filename: string | URL, device?: string | Device): Record<string, Tensor>;
export function load_file(filename: string | URL, options?: DeviceOption): Record<string, Tensor>;
export function load_file(...args: readonly unknown[]): Record<string, Tensor> {
  const given = bind("load_file", { filename: path, device }, args);
  return withSource(given.filename, (source) => new OpenTensors(source, given.device).get_tensors());
}

/** Reads all tensors of a file's bytes. @throws as `load_file`. Source: `safetensors.torch.load`. */
export function load(data: Uint8Array): Record<string, Tensor> {
  const given = bind("load", { data: bytes }, [data]);
  return new OpenTensors(openSource(given.data), cpu).get_tensors();
}

function checkTensors(tensors: unknown): asserts tensors is NamedTensors {
  if (typeof tensors !== "object" || tensors === null || Array.isArray(tensors) || tensors instanceof Tensor)
    throw new TypeError("Expected an object or a Map of tensors by their names, such as net.state_dict().");
}

/**
 * The bytes of a file with these tensors, and text to be kept with them.
 *
 * @throws ValueError for what is no tensor or not contiguous, RuntimeError when tensors share memory (`torch.save` keeps that), TypeError for metadata that is not text.
 * Source: `safetensors.torch.save`.
 */
export function save(tensors: NamedTensors, metadata: Metadata | null = null): Uint8Array<ArrayBuffer> {
  checkTensors(tensors);
  const plan = planTensors(tensors, metadata);
  return writeArray(plan.length, (sink) => writeTensors(plan, sink));
}

/**
 * Writes tensors to a file, whole or not at all.
 *
 * @throws as `save`; the system's error when the file cannot be written.
 * Source: `safetensors.torch.save_file`.
 */
export function save_file(
  tensors: NamedTensors,
  filename: string | URL,
  metadata: Metadata | null = null,
): void {
  checkTensors(tensors);
  const plan = planTensors(tensors, metadata);
  writeFile(filename, (sink) => writeTensors(plan, sink));
}
