/**
 * Gives memory back without anybody asking for it.
 *
 * A tensor that nobody refers to leaves its block behind. In a synchronous loop no finalizer ever runs, so that the allocator looks for such blocks itself. It does
 * so by generations. When the results made lately fill a nursery that fits a processor's cache, it lets the engine collect young garbage and frees the blocks of
 * storages that are gone. What outlives that twice is old, and is looked at only when the blocks in use have doubled. Where that is not enough, because live
 * tensors fill the heap, the elements that were not used for longest move to ordinary arrays.
 */
import { RuntimeError } from "../../../errors/runtimeError.ts";
import { collectGarbage, collectYoungGarbage, WeakCollection, type Findable } from "./collector.ts";
import { blockBytes, giveBlock, heapBytes, takeBlock } from "./heap.ts";

/** Something that has a block of the heap: a storage, or a page of small ones. */
export interface Block extends Findable {
  /** Where the block is; 0 while there is none. */
  address: number;
  /** Bytes that it must hold. */
  readonly bytes: number;
  /** The allocator's entry while it watches. */
  claim: Claim | null;
  /** What it is, for the message when there is no room. */
  readonly description: string;
}

/** A block whose contents can be moved elsewhere. */
export interface Evictable extends Block {
  /** The allocator's clock when the contents were used last. */
  readonly lastUsed: number;
  evict(): void;
}

/** What the allocator keeps of a block that it watches. */
export interface Claim {
  readonly address: number;
  readonly size: number;
  /** The list that it is in, and its place there. */
  list: Claim[];
  slot: number;
  /** How many collections of young garbage it has outlived. */
  age: number;
  /** The last look at which its owner was found alive. */
  foundBy: number;
  /** For old blocks. */
  owner: WeakRef<Block> | null;
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

/** Looks that a storage must outlive to count as old: the engine, too, promotes what it has met twice. */
const oldAge = 2;

let nursery = 0;
let threshold = smallestBudget;
let clock = 0;
let looks = 0;
/** Whether the engine shows what is alive among the young; where it does not, all are old at once. */
let generational: boolean | null = null;

const young: Claim[] = [];
const old: Claim[] = [];
const youngBlocks = new WeakCollection<Block>();

/** Blocks that are not watched yet, so that what is released soon costs nothing. */
const recent: Block[] = [];
let recentBytes = 0;
const recentLimit = 64;
const recentBytesLimit = 1024 * 1024;

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
  const { claim } = block;
  if (claim !== null) {
    claim.foundBy = looks;
    if (claim.age >= oldAge) makeOld(block);
  }
}

function watchRecent(): void {
  for (const block of recent) if (block.address !== 0 && block.claim === null) watch(block);
  recent.length = 0;
  recentBytes = 0;
  watchCollector();
}

function watch(block: Block): void {
  block.claim = {
    address: block.address,
    size: blockBytes(block.bytes),
    list: young,
    slot: young.length,
    age: 0,
    foundBy: 0,
    owner: null,
  };
  young.push(block.claim);
  generational ??= youngBlocks.findAll();
  if (generational) youngBlocks.add(block);
  else makeOld(block);
}

function leaveList({ list, slot }: Claim): void {
  const last = list.pop()!;
  if (last.slot === slot) return;
  list[slot] = last;
  last.slot = slot;
}

/** Makes a block old: its owner is found by a WeakRef from now on. */
function makeOld(block: Block): void {
  const claim = block.claim!;
  youngBlocks.delete(block);
  leaveList(claim);
  claim.list = old;
  claim.slot = old.length;
  claim.owner = new WeakRef(block);
  old.push(claim);
}

/** Takes a block of the heap for `block`. @throws RuntimeError when there is no room, even after everything was tried. */
export function claim(block: Block): void {
  const size = blockBytes(block.bytes);
  nursery += size;
  if (nursery > nurseryBytes) sweepYoung();
  if (statistics.inUse + size > threshold) sweep();
  block.address = takeBlock(size) || makeRoom(size, block);
  statistics.allocations++;
  statistics.allocatedBytes += size;
  statistics.inUse += size;
  if (statistics.inUse > statistics.peak) statistics.peak = statistics.inUse;
  recent.push(block);
  recentBytes += size;
  if (recent.length > recentLimit || recentBytes > recentBytesLimit) watchRecent();
}

function give(address: number, size: number): void {
  giveBlock(address, size);
  statistics.inUse -= size;
  statistics.freedBytes += size;
  statistics.frees++;
}

/** Gives a block back to the heap. */
export function unclaim(block: Block): void {
  const { claim } = block;
  const size = claim?.size ?? blockBytes(block.bytes);
  // What is young and given back needs no look for it.
  if (claim === null || claim.owner === null) nursery = Math.max(nursery - size, 0);
  if (claim !== null) {
    if (claim.owner === null) youngBlocks.delete(block);
    leaveList(claim);
  }
  give(block.address, size);
  block.claim = null;
  block.address = 0;
}

/** Frees the young blocks whose storages were collected, and makes the others older. */
function freeYoung(): void {
  looks++;
  if (!youngBlocks.findAll()) return;
  for (let slot = young.length - 1; slot >= 0; slot--) {
    const claim = young[slot]!;
    if (claim.foundBy === looks) claim.age++;
    else {
      leaveList(claim);
      give(claim.address, claim.size);
    }
  }
}

function freeOld(): void {
  for (let slot = old.length - 1; slot >= 0; slot--) {
    const claim = old[slot]!;
    if (claim.owner!.deref() !== undefined) continue;
    leaveList(claim);
    give(claim.address, claim.size);
  }
}

function timed(body: () => void): void {
  const began = performance.now();
  watchRecent();
  body();
  nursery = 0;
  statistics.sweepTime += performance.now() - began;
}

/** Frees what was made lately and forgotten. */
function sweepYoung(): void {
  if (generational === false) return;
  statistics.youngSweeps++;
  timed(() => {
    collectYoungGarbage();
    freeYoung();
  });
}

/** Frees the blocks of all storages that nobody can reach. */
function sweep(): void {
  statistics.fullSweeps++;
  timed(() => {
    collectGarbage();
    freeYoung();
    freeOld();
  });
  threshold = statistics.inUse + Math.max(statistics.inUse, smallestBudget);
}

/**
 * Notices when the engine has collected garbage by itself, as it does while a program waits: the finalizer of an object that nobody refers to runs then. One such
 * object stands for all storages.
 */
const sentinels = new FinalizationRegistry<null>(() => {
  watching = false;
  freeYoung();
  freeOld();
});
let watching = false;

function watchCollector(): void {
  if (watching) return;
  watching = true;
  sentinels.register({}, null);
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
  for (let i = 0; i <= oldAge; i++) sweep();
  return takeBlock(size);
}

function isEvictable(block: Block | undefined): block is Evictable {
  return block !== undefined && "evict" in block;
}

/** Moves the contents that were not used for longest to ordinary arrays until a block of `size` bytes is free. */
function evictUntil(size: number): number {
  const resident = old
    .map(({ owner }) => owner!.deref())
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
