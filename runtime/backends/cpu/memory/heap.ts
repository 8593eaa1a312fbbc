/**
 * The memory that kernels work in, and the blocks it is divided into: one WebAssembly memory, shared with the threads, of at most 4 GiB.
 *
 * Blocks come in size classes, four to each power of two; a freed block waits in its class's list. Nothing here decides when memory is given back:
 * see `reclaim.ts`.
 */
import { handover } from "../threads/handover.ts";
import { maximumPages } from "../wasm/assembler.ts";
import { settlePending } from "./pending.ts";

const pageBytes = 65_536;

/** Bytes of scratch memory that each thread has for packing and partial results; a kernel that wants more asks for a temporary block. */
export const threadScratchBytes: number = 8 * 1024 * 1024;

/** Where the main thread leaves what it found out about the machine, for all threads to read: 512 bytes. */
export const factsBase = 512;

/** Where settled numbers (scalars, sizes, strides) are put for a kernel to read: 64 KiB at the start of the heap, behind address 0. */
export const parameterBase = 1024;
const parameterBytes: number = 64 * 1024 - parameterBase;

/** The running thread's scratch memory. */
export const threadScratch: number = handover?.scratch ?? pageBytes;

function reserve(): WebAssembly.Memory {
  const initial = (pageBytes + threadScratchBytes) / pageBytes + 64;
  for (let maximum = maximumPages; ; maximum /= 2)
    try {
      return new WebAssembly.Memory({ initial, maximum, shared: true });
    } catch (error) {
      // A process may be allowed less address space than a full memory needs.
      if (maximum <= initial * 2) throw error;
    }
}

/** The memory itself, in a thread of the pool the main thread's. Being shared, its views stay valid when it grows; they do not reach what was added since. */
export const heapMemory: WebAssembly.Memory = handover?.memory ?? reserve();

/** The parameter area as whole numbers, single and double precision. */
export const parameterInts: Int32Array = new Int32Array(heapMemory.buffer, parameterBase, parameterBytes / 4);
export const parameterFloats: Float32Array = new Float32Array(
  heapMemory.buffer,
  parameterBase,
  parameterBytes / 4,
);
export const parameterDoubles: Float64Array = new Float64Array(
  heapMemory.buffer,
  parameterBase,
  parameterBytes / 8,
);

/** Blocks are this much larger than asked for, so that a vector may be read beyond the last element. */
const padding = 16;
const smallestBlock = 64;

/** Bytes of a block that holds `bytes`: the next of 64, 128, 192, 256, 320, 384, 448, 512, 640, … */
export function blockBytes(bytes: number): number {
  const wanted = Math.max(bytes + padding, smallestBlock);
  const exponent = 31 - Math.clz32((wanted - 1) | 0);
  const step = Math.max(2 ** (exponent - 2), smallestBlock);
  return Math.ceil(wanted / step) * step;
}

/** Freed blocks, by size. */
const freeBlocks = new Map<number, number[]>();
let freeBytes = 0;
let top = pageBytes + threadScratchBytes;
let committed = heapMemory.buffer.byteLength;
let limit: number = maximumPages * pageBytes;

/** Bytes from the start of the heap to the end of the last block. */
export function heapBytes(): number {
  return top;
}

/** Bytes in freed blocks, ready for reuse. */
export function heapFreeBytes(): number {
  return freeBytes;
}

function listOf(size: number): number[] {
  let list = freeBlocks.get(size);
  if (list === undefined) freeBlocks.set(size, (list = []));
  return list;
}

function grow(bytes: number): boolean {
  if (bytes > limit) return false;
  const missing = Math.ceil((bytes - committed) / pageBytes);
  try {
    // In steps of 16 MiB at least: growing costs a system call.
    const most = limit / pageBytes - committed / pageBytes;
    heapMemory.grow(Math.min(Math.max(missing, 256), most));
  } catch {
    limit = committed;
    return false;
  }
  committed = heapMemory.buffer.byteLength;
  return true;
}

/** Cuts a block from a larger free one; what remains becomes a free block of its own. */
function split(size: number): number {
  for (const [larger, list] of freeBlocks) {
    if (larger <= size || list.length === 0) continue;
    const address = list.pop()!;
    freeBytes -= larger;
    giveBlock(address + size, larger - size);
    return address;
  }
  return 0;
}

/** Joins free blocks that are neighbours, and gives the end of the heap back: many small blocks become room for a large one. */
function join(): void {
  const blocks: { address: number; size: number }[] = [];
  for (const [size, list] of freeBlocks) for (const address of list) blocks.push({ address, size });
  blocks.sort((a, b) => a.address - b.address);
  freeBlocks.clear();
  freeBytes = 0;
  for (let i = 0; i < blocks.length; i++) {
    const { address } = blocks[i]!;
    let end = address + blocks[i]!.size;
    while (blocks[i + 1]?.address === end) end += blocks[++i]!.size;
    if (end === top) top = address;
    else giveBlock(address, end - address);
  }
}

/** A block where the heap cannot grow: cut from a larger one, if need be from several neighbours. */
function takeFromFreed(size: number): number {
  const address = split(size);
  if (address !== 0 || freeBytes < size) return address;
  join();
  if (top + size <= committed) {
    top += size;
    return top - size;
  }
  const list = freeBlocks.get(size);
  if (list === undefined) return split(size);
  freeBytes -= size;
  return list.pop()!;
}

/**
 * The address of a free block of `size` bytes, a size that `blockBytes` gave; 0 where the heap is full. Its contents are whatever was there before.
 */
export function takeBlock(size: number): number {
  if (handover !== null)
    throw new Error("Only the main thread takes memory; a task works in what it was given.");
  settlePending();
  const list = freeBlocks.get(size);
  if (list !== undefined && list.length > 0) {
    freeBytes -= size;
    return list.pop()!;
  }
  // Memory that has been used before is cheaper than new memory, unless the pieces would be scattered over small blocks.
  if (freeBytes > 2 * size && freeBytes * 2 > top) {
    const address = split(size);
    if (address !== 0) return address;
  }
  if (top + size > committed && !grow(top + size)) return takeFromFreed(size);
  const address = top;
  top += size;
  return address;
}

/** Gives a block back. */
export function giveBlock(address: number, size: number): void {
  freeBytes += size;
  listOf(size).push(address);
}

/** Blocks that operations under way use for a while. */
const temporaries: { readonly address: number; readonly size: number }[] = [];

/** Gives back what operations held that were stopped in the middle, without any `finally` being run. */
export function freeTemporaries(): void {
  for (const { address, size } of temporaries) giveBlock(address, size);
  temporaries.length = 0;
}

/** Runs `body` with `bytes` of memory, whose contents are arbitrary, that are free again afterwards. */
export function withTemporary<T>(bytes: number, body: (address: number) => T): T {
  // A size that is no number would break every later allocation, and be noticed far from here.
  if (!(bytes >= 0)) throw new RangeError(`A temporary result cannot have ${bytes} bytes.`);
  const size = blockBytes(bytes);
  const address = takeBlock(size);
  if (address === 0) throw new RangeError(`The heap has no ${bytes} bytes left for a temporary result.`);
  temporaries.push({ address, size });
  try {
    return body(address);
  } finally {
    temporaries.pop();
    giveBlock(address, size);
  }
}
