/** Which textures are in use, and those that forgotten values have left behind. */
import { Generations } from "../memory/generations.ts";
import { arrayOf } from "./evaluate.ts";
import { openGraphics } from "./graphics.ts";
import { releaseTexture, type Allocation, type Texture } from "./textures.ts";
import type { Value } from "./values.ts";
import { work } from "./work.ts";

/** Bytes of new textures between two looks among the young. */
const nurseryBytes = 64 * 1024 * 1024;

/** Bytes in use before the first look everywhere, and the least that is added to what is alive for the next one. */
const smallestBudget = 256 * 1024 * 1024;

/** A small texture costs a driver as much as one of this size: so many bytes it counts at least. */
const leastBytes = 64 * 1024;

/** What looking for forgotten values has cost. */
export const looks = { youngSweeps: 0, fullSweeps: 0, sweepTime: 0 };

let inUse = 0;
let peak = 0;

const generations = new Generations<Allocation, Value>({
  nurseryBytes,
  smallestBudget,
  looks,
  inUse: () => inUse,
  held: ({ texture }) => (texture === null ? null : { resource: texture.allocation, size: sizeOf(texture) }),
  give: (allocation, size) => {
    inUse -= size;
    releaseTexture(allocation);
  },
});

function sizeOf({ bytes }: Texture): number {
  return Math.max(bytes, leastBytes);
}

/** Notes the texture that a value has got. */
export function noteTexture(value: Value, texture: Texture): void {
  const size = sizeOf(texture);
  generations.prepare(size);
  inUse += size;
  peak = Math.max(peak, allocated());
  generations.note(value, size);
}

/** Notes that a value loses its texture. */
export function forgetTexture(value: Value, texture: Texture): void {
  const size = sizeOf(texture);
  inUse -= size;
  generations.forget(value, size);
}

/** Notes that a value is alive: it calls this when a look finds it. */
export function foundAlive(value: Value): void {
  generations.foundAlive(value);
}

/** Textures that were given back although values have them: their elements are in arrays since. */
export const evictions = { count: 0 };

/** Gives back textures of values that the work under way does not use, those that were not used for longest first, until `bytes` are free, if there are so many. Their elements go into the processor's memory. */
export function evict(bytes: number): void {
  let missing = bytes;
  const all = generations.owners().filter(isEvictable);
  for (const value of all.toSorted((a, b) => a.usedBy - b.usedBy)) {
    if (missing <= 0) return;
    missing -= value.texture!.bytes; // only values with one are asked for
    arrayOf(value);
    value.dropTexture();
    evictions.count++;
  }
}

/** Whether nobody works with a value's texture, and its elements can be had without it. Those that no storage has are a part of other work. */
function isEvictable({ texture, array, holders, usedBy }: Value): boolean {
  return (
    texture !== null && usedBy < work.number && (array !== null || holders > 0) && !texture.graphics.lost
  );
}

/** Bytes that textures may take, those that wait for use included. */
let limit = Infinity;

/** The most bytes that textures may take; Infinity for as many as the driver gives. */
export function limitMemory(bytes: number): void {
  limit = bytes;
}

/** Makes room for a texture of `bytes` under the limit. Answers whether there is. */
export function makeRoom(bytes: number): boolean {
  if (allocated() + bytes > limit) sweep();
  // Some more than is needed: finding out what can go takes time.
  const excess = allocated() + bytes - limit;
  if (excess > 0) evict(Math.max(excess, Math.min(limit / 8, bytes * 8)));
  return allocated() + bytes <= limit;
}

/** Gives back the textures of all values that nobody can reach. */
export function sweep(): void {
  generations.sweep();
}

/** Bytes of textures in use. */
function allocated(): number {
  const manager = openGraphics()?.backend.getTextureManager();
  return manager === undefined ? 0 : manager.numBytesAllocated - manager.numBytesFree;
}

/** Bytes of textures. */
export const memory: Readonly<Record<"allocated" | "reserved" | "peak" | "limit", () => number>> & {
  resetPeak(): void;
} = {
  /** In use. */
  allocated,
  /** Taken from the driver, in use or ready for use. */
  reserved: () => openGraphics()?.backend.getTextureManager().numBytesAllocated ?? 0,
  /** The most that they may take. */
  limit: () => limit,
  /** The most that were in use. */
  peak: () => Math.max(peak, allocated()),
  resetPeak: () => {
    peak = allocated();
  },
};
