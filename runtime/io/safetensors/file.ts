/** Tensors of a safetensors file, read when they are asked for. */
import { cpuBackend } from "../../backends/cpu/index.ts";
import { cpu, type Device } from "../../device.ts";
import { uint8, type DType } from "../../dtype.ts";
import { SafetensorError } from "../../errors/safetensorError.ts";
import { index, Slice, type IndexItem } from "../../ops/shaping/subscript.ts";
import { duplicate, sentTo } from "../../settle.ts";
import { contiguousStrides, numel, type Shape } from "../../shape.ts";
import { Tensor } from "../../tensor.ts";
import { readStorage } from "../elements.ts";
import type { Source } from "../source.ts";
import { dtypeOfFormat } from "./dtypes.ts";
import { readHeader, type Header, type Info } from "./header.ts";

/** The dtype of a tensor. @throws SafetensorError when no tensor here can be of it. */
function dtypeOf(name: string, info: Info): DType {
  const dtype = dtypeOfFormat(info.dtype);
  if (dtype === undefined)
    throw new SafetensorError(
      `tensor ${JSON.stringify(name)} is of dtype ${info.dtype}, which tensors here cannot be of. Convert it in Python before saving: x.to(torch.float32).`,
    );
  return dtype;
}

/** A tensor of which only a part is read: what `get_slice` gives. Source: `PySafeSlice` of Python's safetensors. */
export class SafeSlice {
  readonly #name: string;
  readonly #info: Info;
  readonly #file: OpenTensors;

  /** @internal */
  constructor(name: string, info: Info, file: OpenTensors) {
    this.#name = name;
    this.#info = info;
    this.#file = file;
  }

  /** The sizes of the whole tensor. */
  get_shape(): number[] {
    return [...this.#info.shape];
  }

  /** The format's name of the dtype: `"F32"`. */
  get_dtype(): string {
    return this.#info.dtype;
  }

  /**
   * Python's `s[…]`, as `x.index(…)` of a tensor: `s.index(torch.slice(0, 10))`, `s.index("0:10, :, 3")`. Of the first dimension only the rows that are needed are read, where
   * the index is of numbers and slices.
   *
   * @throws IndexError as `x.index`.
   */
  index(...items: readonly (IndexItem | string)[]): Tensor {
    const { shape } = this.#info;
    if (shape.length === 0 || !items.every(isBasic))
      return index(this.#file.get_tensor(this.#name), ...items);
    const [from, to] = rowsOf(shape, items);
    const { storage, dtype } = this.#file.rows(this.#name, from, to);
    // As if all rows were there; the view of what was chosen lies within those that are.
    const strides = contiguousStrides(shape);
    const whole = new Tensor({ storage, dtype, shape, strides, offset: -from * strides[0]! });
    return this.#file.place(duplicate(index(whole, ...items)));
  }
}

/** Whether indexing with this item gives a view. */
function isBasic(item: IndexItem | string): boolean {
  if (typeof item === "string") return !/[[TF]/.test(item);
  return typeof item === "number" || typeof item === "bigint" || item === null || item instanceof Slice;
}

/** Which rows such items choose: seen in a view of a tensor whose elements count rows, and of which nothing is computed. */
function rowsOf(shape: Shape, items: readonly (IndexItem | string)[]): readonly [from: number, to: number] {
  const strides = shape.map((_, dim) => (dim === 0 ? 1 : 0));
  const storage = cpuBackend.allocate(uint8, 1);
  const chosen = index(new Tensor({ storage, dtype: uint8, shape, strides }), ...items);
  if (chosen.numel() === 0) return [0, 0];
  const count = chosen.shape.reduce((last, size, dim) => last + (size - 1) * chosen.strides[dim]!, 1);
  return [chosen.offset, chosen.offset + count];
}

/** An open safetensors file. Close it when it is done with, or write `using file = safetensors.safe_open(path)`. Source: `safe_open` of Python's safetensors. */
export class OpenTensors {
  readonly #source: Source;
  readonly #device: Device;
  readonly #header: Header;

  /** @internal */
  constructor(source: Source, device: Device) {
    this.#source = source;
    this.#device = device;
    this.#header = readHeader(source);
  }

  #info(name: string): Info {
    const info = this.#header.tensors.get(name);
    if (info === undefined)
      throw new SafetensorError(`File does not contain tensor ${name}. It has ${listed(this.keys())}.`);
    return info;
  }

  /** The names of the tensors, sorted. */
  keys(): string[] {
    return this.offset_keys().toSorted(compareBytes);
  }

  /** The names of the tensors, in the order of their elements in the file. */
  offset_keys(): string[] {
    return [...this.#header.tensors.keys()];
  }

  /** The text that was saved with the tensors, `null` when there is none. */
  metadata(): Record<string, string> | null {
    const { metadata } = this.#header;
    return metadata === null ? null : { ...metadata };
  }

  /** Reads one tensor. @throws SafetensorError when there is none of this name, or no tensor here can be of its dtype. */
  get_tensor(name: string): Tensor {
    const info = this.#info(name);
    const dtype = dtypeOf(name, info);
    return this.place(this.#read(dtype, info.shape, info.start));
  }

  /** Reads all tensors. @throws as `get_tensor`. */
  get_tensors(): Record<string, Tensor> {
    return Object.fromEntries(this.offset_keys().map((name) => [name, this.get_tensor(name)]));
  }

  /** A tensor of which only parts are to be read. @throws SafetensorError when there is none of this name. */
  get_slice(name: string): SafeSlice {
    return new SafeSlice(name, this.#info(name), this);
  }

  /** Closes the file. */
  close(): void {
    this.#source.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** The rows `from` to `to` of a tensor, on the CPU, and nothing else of the file. @internal */
  rows(name: string, from: number, to: number): Tensor {
    const info = this.#info(name);
    const dtype = dtypeOf(name, info);
    const rest = info.shape.slice(1);
    return this.#read(dtype, [to - from, ...rest], info.start + from * numel(rest) * dtype.itemsize);
  }

  /** The tensor where the file is to be read to. @internal */
  place(tensor: Tensor): Tensor {
    return this.#device === cpu ? tensor : sentTo(this.#device, tensor);
  }

  #read(dtype: DType, shape: Shape, start: number): Tensor {
    const storage = readStorage(dtype, numel(shape), false, (target) => this.#source.read(start, target));
    return new Tensor({ storage, dtype, shape });
  }
}

const mostListed = 10;

function listed(names: readonly string[]): string {
  if (names.length === 0) return "none";
  const shown = names.slice(0, mostListed).map((name) => JSON.stringify(name.slice(0, 80)));
  return names.length > mostListed
    ? `${shown.join(", ")} and ${names.length - mostListed} more`
    : shown.join(", ");
}

/** The order of Rust's strings. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
