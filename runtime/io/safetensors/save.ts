/** Writes safetensors files, byte for byte as Python's package does. Source: `prepare` in `safetensors/src/tensor.rs`, `_flatten` in `safetensors/torch.py`. */
import { describe } from "../../binding.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { SafetensorError } from "../../errors/safetensorError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { Tensor } from "../../tensor.ts";
import { bytesOf } from "../elements.ts";
import type { Sink } from "../sink.ts";
import { formatNames, rankOf } from "./dtypes.ts";
import { compareBytes } from "./file.ts";
import { longestHeader } from "./header.ts";

/** Tensors by their names. */
export type NamedTensors = Readonly<Record<string, Tensor>> | ReadonlyMap<string, Tensor>;

/** Text by its name. */
export type Metadata = Readonly<Record<string, string>>;

/** What a file will be. */
export interface TensorsPlan {
  readonly head: Uint8Array;
  readonly tensors: readonly Tensor[];
  /** Bytes of the whole file. */
  readonly length: number;
}

type Entry = readonly [name: string, tensor: Tensor];

function entriesOf(tensors: NamedTensors): readonly Entry[] {
  const entries = [...(tensors instanceof Map ? tensors : Object.entries(tensors))] as [unknown, unknown][]; // what a program passes may be anything
  return entries.map(([name, tensor]) => {
    if (typeof name !== "string") throw new TypeError(`a tensor's name must be text, not ${describe(name)}.`);
    if (!(tensor instanceof Tensor))
      throw new ValueError(
        `Key \`${name}\` is invalid, expected torch.Tensor but received ${describe(tensor)}. A safetensors file holds tensors only: put text into its metadata, or use torch.save.`,
      );
    if (name === "__metadata__")
      throw new ValueError("Key `__metadata__` is invalid: the format keeps this name for itself.");
    if (!tensor.is_contiguous())
      throw new ValueError(
        `You are trying to save a non contiguous tensor: \`${name}\` which is not allowed. It either means you are trying to save tensors which are reference of each other in which case it's recommended to save only the full tensors, and reslice at load time, or simply call \`.contiguous()\` on your tensor to pack it before saving.`,
      );
    return [name, tensor];
  });
}

/** @throws RuntimeError when tensors lie in the same elements: the format has no way to say so. */
function checkApart(entries: readonly Entry[]): void {
  const sorted = entries
    .filter(([, tensor]) => tensor.numel() > 0)
    .map(([name, { storage, offset, shape }]) => ({
      name,
      storage,
      from: offset,
      to: offset + shape.reduce((product, size) => product * size, 1),
    }))
    .toSorted((a, b) => a.from - b.from);
  const ends = new Map<unknown, (typeof sorted)[number]>();
  for (const part of sorted) {
    const before = ends.get(part.storage);
    if (before !== undefined && part.from < before.to)
      throw new RuntimeError(
        `Some tensors share memory, this will lead to duplicate memory on disk and potential differences when loading them again: ${JSON.stringify(before.name)} and ${JSON.stringify(part.name)}. Save one of them, or .clone() of one; torch.save keeps what is shared.`,
      );
    ends.set(part.storage, part);
  }
}

function checkMetadata(metadata: Metadata): void {
  for (const [name, text] of Object.entries<unknown>(metadata))
    if (typeof text !== "string")
      throw new TypeError(
        `metadata ${JSON.stringify(name)} must be text, not ${describe(text)}: write String(value).`,
      );
}

/** The header's JSON, filled up with spaces so that elements begin at a multiple of 8 bytes. */
function headOf(entries: readonly Entry[], metadata: Metadata | null): Uint8Array {
  let position = 0;
  const infos = entries.map(([name, { dtype, shape, nbytes }]) => {
    const data_offsets = [position, (position += nbytes)];
    return [name, { dtype: formatNames[dtype.name], shape, data_offsets }] as const;
  });
  const named = metadata === null ? [] : [["__metadata__", metadata] as const];
  // An object would put names that are numbers first.
  const members = [...named, ...infos].map(
    ([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`,
  );
  const text = new TextEncoder().encode(`{${members.join(",")}}`);
  const length = Math.ceil(text.length / 8) * 8;
  if (length > longestHeader)
    throw new SafetensorError(
      `header too large: the names of ${entries.length} tensors and the metadata take ${length} bytes, and the format allows ${longestHeader}.`,
    );
  const head = new Uint8Array(8 + length).fill(0x20);
  new DataView(head.buffer).setBigUint64(0, BigInt(length), true);
  head.set(text, 8);
  return head;
}

/** Says what a file will be. @throws as `safetensors.save`. */
export function planTensors(tensors: NamedTensors, metadata: Metadata | null): TensorsPlan {
  const entries = entriesOf(tensors).toSorted(
    ([a, x], [b, y]) => rankOf(x.dtype) - rankOf(y.dtype) || compareBytes(a, b),
  );
  checkApart(entries);
  if (metadata !== null) checkMetadata(metadata);
  const head = headOf(entries, metadata);
  const length = entries.reduce((sum, [, { nbytes }]) => sum + nbytes, head.length);
  return { head, tensors: entries.map(([, tensor]) => tensor), length };
}

/** Writes the file that was planned. */
export function writeTensors({ head, tensors }: TensorsPlan, sink: Sink): void {
  sink(head);
  for (const { storage, offset, itemsize, nbytes } of tensors)
    sink(bytesOf(storage).subarray(offset * itemsize, offset * itemsize + nbytes));
}
