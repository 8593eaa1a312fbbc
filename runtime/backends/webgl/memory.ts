/** Which textures are in use, and those that forgotten values have left behind. */
import { Generations } from "../memory/generations.ts";
import { openGraphics } from "./graphics.ts";
import { releaseTexture, type Allocation, type Texture } from "./textures.ts";
import type { Value } from "./values.ts";

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

/** Gives back the textures of all values that nobody can reach. */
export function sweep(): void {
  generations.sweep();
}

function allocated(): number {
  const manager = openGraphics()?.backend.getTextureManager();
  return manager === undefined ? 0 : manager.numBytesAllocated - manager.numBytesFree;
}

/** Bytes of textures. */
export const memory: Readonly<Record<"allocated" | "reserved" | "peak", () => number>> & {
  resetPeak(): void;
} = {
  /** In use. */
  allocated,
  /** Taken from the driver, in use or ready for use. */
  reserved: () => openGraphics()?.backend.getTextureManager().numBytesAllocated ?? 0,
  /** The most that were in use. */
  peak: () => Math.max(peak, allocated()),
  resetPeak: () => {
    peak = allocated();
  },
};
