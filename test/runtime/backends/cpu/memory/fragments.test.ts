import { expect, test } from "vitest";
import {
  blockBytes,
  giveBlock,
  heapBytes,
  heapFreeBytes,
  takeBlock,
} from "../../../../../runtime/backends/cpu/memory/heap.ts";

/** A size of which the heap holds four thousand, and one that needs many neighbours. */
const small = blockBytes(900_000);
const large = blockBytes(700_000_000);

test("a full heap of small blocks that were given back has room for a large one", () => {
  const blocks: number[] = [];
  for (let address = takeBlock(small); address !== 0; address = takeBlock(small)) blocks.push(address);
  for (const address of blocks) giveBlock(address, small);
  const before = heapFreeBytes();
  const address = takeBlock(large);
  expect(address).toBeGreaterThan(0);
  expect(address + large).toBeLessThanOrEqual(heapBytes());
  expect(heapFreeBytes()).toBeLessThanOrEqual(before - large);
  giveBlock(address, large);
});
