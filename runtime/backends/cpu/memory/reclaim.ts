/**
 * Gives memory back without anybody asking for it.
 *
 * A tensor that nobody refers to leaves its block behind. In a synchronous loop no finalizer ever runs, so that the allocator looks for such blocks itself: when
 * the blocks in use pass a budget, it lets the engine collect garbage and frees every block whose storage is gone. Where that is not enough, because live tensors
 * fill the heap, the elements that were not used for longest move to ordinary arrays.
 */
import { RuntimeError } from "../../../errors/runtimeError.ts";
import { collectGarbage } from "./collector.ts";
import { blockBytes, giveBlock, heapBytes, takeBlock } from "./heap.ts";
import type { CpuStorage } from "./storage.ts";

/** What the allocator keeps of a storage that it watches. */
export interface Claim {
  readonly address: number;
  readonly size: number;
  readonly storage: WeakRef<CpuStorage>;
  /** Its place in the list of claims. */
  slot: number;
}

/** Counts of what the allocator did. */
export interface AllocatorStatistics {
  allocations: number;
  frees: number;
  sweeps: number;
  /** Milliseconds spent in sweeps. */
  sweepTime: number;
  evictions: number;
  pageIns: number;
  /** Bytes of the blocks in use. */
  inUse: number;
  peak: number;
}

export const statistics: AllocatorStatistics = {
  allocations: 0,
  frees: 0,
  sweeps: 0,
  sweepTime: 0,
  evictions: 0,
  pageIns: 0,
  inUse: 0,
  peak: 0,
};

/** Bytes in use before the first look for garbage: small enough for a processor's cache to matter, large enough for looking to be rare. */
const smallestBudget = 64 * 1024 * 1024;
const largestBudget = 1024 * 1024 * 1024;

/** Share of the time that sweeps may take before the budget grows. */
const sweepShare = 0.06;

let budget = smallestBudget;
let threshold = smallestBudget;
let clock = 0;
let lastSweep = performance.now();

const claims: Claim[] = [];

/** Storages without a claim yet, so that what is released soon costs none. */
const recent: CpuStorage[] = [];
let recentBytes = 0;
const recentLimit = 64;
const recentBytesLimit = 1024 * 1024;

/** The allocator's clock: it ticks at each allocation. */
export function epoch(): number {
  return clock;
}

function watchRecent(): void {
  for (const storage of recent)
    if (storage.address !== 0 && storage.claim === null) {
      storage.claim = {
        address: storage.address,
        size: storage.blockBytes,
        storage: new WeakRef(storage),
        slot: claims.length,
      };
      claims.push(storage.claim);
    }
  recent.length = 0;
  recentBytes = 0;
  watchCollector();
}

/** Gives the storage a block for its elements. @throws RuntimeError when there is no room, even after everything was tried. */
export function claim(storage: CpuStorage): void {
  clock++;
  const size = blockBytes(storage.bytes);
  if (statistics.inUse + size > threshold) sweep();
  storage.address = takeBlock(size) || makeRoom(size, storage);
  statistics.allocations++;
  statistics.inUse += size;
  if (statistics.inUse > statistics.peak) statistics.peak = statistics.inUse;
  recent.push(storage);
  recentBytes += size;
  if (recent.length > recentLimit || recentBytes > recentBytesLimit) watchRecent();
}

function forget({ address, size, slot }: Claim): void {
  const last = claims.pop()!;
  if (last.slot !== slot) {
    claims[slot] = last;
    last.slot = slot;
  }
  give(address, size);
}

function give(address: number, size: number): void {
  giveBlock(address, size);
  statistics.inUse -= size;
  statistics.frees++;
}

/** Gives the storage's block back. */
export function unclaim(storage: CpuStorage): void {
  if (storage.claim === null) give(storage.address, storage.blockBytes);
  else forget(storage.claim);
  storage.claim = null;
  storage.address = 0;
}

/** Frees the blocks whose storages were collected. */
function freeCollected(): void {
  for (let slot = claims.length - 1; slot >= 0; slot--)
    if (claims[slot]!.storage.deref() === undefined) forget(claims[slot]!);
}

/** Sets the number of bytes in use at which to look next: twice what is alive, and more where looking takes too much of the time. */
function settleBudget(spent: number, sinceLast: number): void {
  if (spent > sweepShare * sinceLast) budget = Math.min(budget * 2, largestBudget);
  threshold = Math.max(statistics.inUse + budget, 2 * statistics.inUse);
}

/** Frees the blocks of all storages that nobody can reach. */
function sweep(): void {
  const began = performance.now();
  watchRecent();
  collectGarbage();
  freeCollected();
  const ended = performance.now();
  statistics.sweeps++;
  statistics.sweepTime += ended - began;
  settleBudget(ended - began, began - lastSweep);
  lastSweep = ended;
}

/**
 * Notices when the engine has collected garbage by itself, as it does while a program waits: the finalizer of an object that nobody refers to runs then. One such
 * object stands for all storages.
 */
const sentinels = new FinalizationRegistry<null>(() => {
  watching = false;
  freeCollected();
});
let watching = false;

function watchCollector(): void {
  if (watching) return;
  watching = true;
  sentinels.register({}, null);
}

/** Moves the elements that were not used for longest to ordinary arrays until a block of `size` bytes is free. */
function evictUntil(size: number): number {
  const resident = claims
    .map(({ storage }) => storage.deref())
    .filter((storage) => storage !== undefined && storage.lastUsed < clock - 1) as CpuStorage[];
  resident.sort((a, b) => a.lastUsed - b.lastUsed);
  for (const storage of resident) {
    storage.evict();
    const address = takeBlock(size);
    if (address !== 0) return address;
  }
  return 0;
}

function makeRoom(size: number, storage: CpuStorage): number {
  sweep();
  const address = takeBlock(size) || evictUntil(size);
  if (address !== 0) return address;
  throw new RuntimeError(
    `DefaultCPUAllocator: can't allocate memory: you tried to allocate ${storage.bytes} bytes (${storage.length} elements of ${storage.dtype.toString()}). ` +
      `The CPU's heap reaches ${heapBytes()} bytes, of which ${statistics.inUse} are in use, and cannot grow beyond 4 GiB. Work on smaller batches, or let go of tensors that are no longer needed.`,
  );
}
