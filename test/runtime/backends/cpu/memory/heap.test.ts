import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  blockBytes,
  giveBlock,
  heapBytes,
  heapFreeBytes,
  takeBlock,
  withTemporary,
} from "../../../../../runtime/backends/cpu/memory/heap.ts";

function fail(): never {
  throw new Error("broken");
}

test("a temporary of a size that is no number is refused, and the heap stays as it was", () => {
  const before = heapBytes();
  expect(() => withTemporary(Number.NaN, () => 0)).toThrow(RangeError);
  expect(heapBytes()).toBe(before);
});

describe("a block", () => {
  test("is at least 16 bytes longer than asked, a multiple of 64, and at most a quarter too long beyond that", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), (bytes) => {
        const size = blockBytes(bytes);
        expect(size).toBeGreaterThanOrEqual(bytes + 16);
        expect(size % 64).toBe(0);
        expect(size).toBeLessThanOrEqual(Math.max((bytes + 16) * 1.25, bytes + 16 + 64));
      }),
    );
  });

  test("is used again after it was given back", () => {
    const size = blockBytes(12_345);
    const address = takeBlock(size);
    giveBlock(address, size);
    expect(takeBlock(size)).toBe(address);
    giveBlock(address, size);
  });

  test("never overlaps another that is in use", () => {
    const requests = fc.array(
      fc.record({ bytes: fc.integer({ min: 1, max: 300_000 }), keep: fc.boolean() }),
      { minLength: 1, maxLength: 60 },
    );
    fc.assert(
      fc.property(requests, (list) => {
        const held: { address: number; size: number }[] = [];
        for (const { bytes, keep } of list) {
          const size = blockBytes(bytes);
          const address = takeBlock(size);
          expect(address % 64).toBe(0);
          for (const other of held)
            expect(address + size <= other.address || other.address + other.size <= address).toBe(true);
          if (keep) held.push({ address, size });
          else giveBlock(address, size);
        }
        for (const { address, size } of held) giveBlock(address, size);
      }),
      { numRuns: 50 },
    );
  });

  test("is cut from a larger free one when much of the heap is free", () => {
    const large = blockBytes(64 * 1024 * 1024);
    giveBlock(takeBlock(large), large);
    const end = heapBytes();
    const free = heapFreeBytes();
    const size = blockBytes(1_000_001);
    const address = takeBlock(size);
    expect(heapBytes()).toBe(end);
    expect(heapFreeBytes()).toBe(free - size);
    giveBlock(address, size);
  });

  test("that is temporary is free afterwards, also when its user throws", () => {
    withTemporary(1000, () => undefined);
    const free = heapFreeBytes();
    expect(() => withTemporary(1000, fail)).toThrow("broken");
    expect(heapFreeBytes()).toBe(free);
  });
});
