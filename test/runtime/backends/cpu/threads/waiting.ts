import { blockBytes, heapMemory, takeBlock } from "../../../../../runtime/backends/cpu/memory/heap.ts";

/** Looks again and again until something is so. Threads start and wake whenever the system lets them. */
export function lookUntil(isSo: () => boolean, milliseconds = 20_000): void {
  const end = performance.now() + milliseconds;
  while (!isSo()) if (performance.now() > end) throw new Error(`Not so after ${milliseconds} ms.`);
}

/** Memory with `length` zeros of 32 bits. */
export function zeros(length: number): { address: number; values: Int32Array } {
  const address = takeBlock(blockBytes(4 * length));
  const values = new Int32Array(heapMemory.buffer, address, length);
  values.fill(0);
  return { address, values };
}
