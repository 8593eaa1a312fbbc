/** Which textures are in use. */
import { openGraphics } from "./graphics.ts";
import type { Value } from "./values.ts";

let peak = 0;

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
  reserved: (): number => openGraphics()?.backend.getTextureManager().numBytesAllocated ?? 0,
  /** The most that were in use. */
  peak: (): number => Math.max(peak, allocated()),
  resetPeak: (): void => {
    peak = allocated();
  },
};

/** Notes a value that has a texture. */
export function watch(_value: Value): void {
  peak = Math.max(peak, allocated());
}
