/**
 * Hands out blocks of the heap, and gets them back from storages that nobody refers to any more. Where that is not enough, because live tensors fill the heap, the
 * elements that were not used for longest move to ordinary arrays.
 */
import { RuntimeError } from "../../../errors/runtimeError.ts";
import { Generations, oldAge, type Owner } from "../../memory/generations.ts";
import { blockBytes, giveBlock, heapBytes, takeBlock } from "./heap.ts";

/** Something that has a block of the heap, which its claim knows by the address: a storage, or a page of small ones. */
export interface Block extends Owner<number> {
  /** Where the block is; 0 while there is none. */
  address: number;
  /** Bytes that it must hold. */
  readonly bytes: number;
  /** What it is, for the message when there is no room. */
  readonly description: string;
}

/** A block whose contents can be moved elsewhere. */
export interface Evictable extends Block {
  /** The allocator's clock when the contents were used last. */
  readonly lastUsed: number;
  evict(): void;
}

/** Counts of what the allocator did, in blocks, bytes and milliseconds. */
export const statistics = {
  allocations: 0,
  allocatedBytes: 0,
  frees: 0,
  freedBytes: 0,
  /** Looks for garbage among what was made lately, and everywhere. */
  youngSweeps: 0,
  fullSweeps: 0,
  sweepTime: 0,
  evictions: 0,
  pageIns: 0,
  outOfMemory: 0,
  /** Bytes of the blocks in use. */
  inUse: 0,
  peak: 0,
};

/** Bytes of new blocks between two looks among the young. */
const nurseryBytes = 12 * 1024 * 1024;

/** Bytes in use before the first look everywhere, and the least that is added to what is alive for the next one. */
const smallestBudget = 256 * 1024 * 1024;

let clock = 0;

const generations = new Generations<number, Block>({
  nurseryBytes,
  smallestBudget,
  looks: statistics,
  inUse: () => statistics.inUse,
  held: ({ address, bytes }) => (address === 0 ? null : { resource: address, size: blockBytes(bytes) }),
  give,
});

/** The allocator's clock, which ticks when an operation allocates a result: what has been used since belongs to that operation. */
export function epoch(): number {
  return clock;
}

/** Lets the clock tick. */
export function tick(): void {
  clock++;
}

/** Notes that a block's owner is alive: it calls this when a look finds it. */
export function foundAlive(block: Block): void {
  generations.foundAlive(block);
}

/** Takes a block of the heap for `block`. @throws RuntimeError when there is no room, even after everything was tried. */
export function claim(block: Block): void {
  const size = blockBytes(block.bytes);
  generations.prepare(size);
  block.address = takeBlock(size) || makeRoom(size, block);
  statistics.allocations++;
  statistics.allocatedBytes += size;
  statistics.inUse += size;
  if (statistics.inUse > statistics.peak) statistics.peak = statistics.inUse;
  generations.note(block, size);
}

function give(address: number, size: number): void {
  giveBlock(address, size);
  statistics.inUse -= size;
  statistics.freedBytes += size;
  statistics.frees++;
}

/** Gives a block back to the heap. */
export function unclaim(block: Block): void {
  const size = block.claim?.size ?? blockBytes(block.bytes);
  generations.forget(block, size);
  give(block.address, size);
  block.address = 0;
}

/** Bytes that are moved out at least, once something must be: finding out what was not used for longest takes its time. */
const evictionBytes = 64 * 1024 * 1024;

/** Bytes that had been allocated when a full heap was searched for garbage last. */
let lookedAt = 0;

/** Whether enough was made since then for some of it to be garbage by now. */
function worthLooking(): boolean {
  return statistics.allocatedBytes - lookedAt > smallestBudget;
}

/** Frees everything that nobody can reach, and takes a block of `size` bytes if there is one now. */
function lookEverywhere(size: number): number {
  lookedAt = statistics.allocatedBytes;
  for (let i = 0; i <= oldAge; i++) generations.sweep();
  return takeBlock(size);
}

function isEvictable(block: Block): block is Evictable {
  return "evict" in block;
}

/** Moves the contents that were not used for longest to ordinary arrays until a block of `size` bytes is free. */
function evictUntil(size: number): number {
  const resident = generations
    .oldOwners()
    .filter(isEvictable)
    // What the present operation has asked for stays.
    .filter((block) => block.lastUsed < clock)
    .toSorted((a, b) => a.lastUsed - b.lastUsed);
  let address = 0;
  let evicted = 0;
  for (const block of resident) {
    block.evict();
    evicted += block.bytes;
    if (address === 0) address = takeBlock(size);
    if (address !== 0 && evicted >= evictionBytes) break;
  }
  return address;
}

function makeRoom(size: number, block: Block): number {
  const address = (worthLooking() && lookEverywhere(size)) || evictUntil(size) || lookEverywhere(size);
  if (address !== 0) return address;
  statistics.outOfMemory++;
  throw new RuntimeError(
    `DefaultCPUAllocator: can't allocate memory: you tried to allocate ${block.bytes} bytes for ${block.description}. ` +
      `The CPU's heap reaches ${heapBytes()} bytes, of which ${statistics.inUse} are in use, and cannot grow beyond 4 GiB. Work on smaller batches, or let go of tensors that are no longer needed.`,
  );
}
