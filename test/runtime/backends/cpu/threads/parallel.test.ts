import fc from "fast-check";
import { afterEach, beforeAll, expect, test } from "vitest";
import { setThreadCount, threadCount } from "../../../../../runtime/backends/cpu/threads/count.ts";
import {
  chunkSize,
  readyThreads,
  runKernel,
  runTask,
  startThreads,
} from "../../../../../runtime/backends/cpu/threads/parallel.ts";
import { kernels } from "./kernels.ts";
import { countTask } from "./tasks.ts";
import { lookUntil, zeros } from "./waiting.ts";

const initial = threadCount();

beforeAll(() => {
  setThreadCount(3);
  startThreads();
  // The main thread never returns to its event loop meanwhile.
  lookUntil(() => readyThreads() === 3);
});

afterEach(() => setThreadCount(initial));

test("every unit of work is done once, on any number of threads", () => {
  const { address, values } = zeros(5000);
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 0, max: 4999 }),
      fc.integer({ min: 1, max: 3000 }),
      (threads, total, grain) => {
        values.fill(0);
        setThreadCount(threads);
        runKernel(kernels, "count", total, grain, [address]);
        expect(values.subarray(0, total).every((value) => value === 1)).toBe(true);
        expect(values.subarray(total).every((value) => value === 0)).toBe(true);
      },
    ),
    { numRuns: 500 },
  );
});

test("chunks are no smaller than a grain, cover everything, and large ones begin at cache lines", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1e9 }),
      fc.integer({ min: 1, max: 1e6 }),
      fc.integer({ min: 2, max: 64 }),
      (total, grain, threads) => {
        const chunk = chunkSize(total, grain, threads);
        expect(chunk).toBeGreaterThanOrEqual(grain);
        expect(chunk < 1024 || chunk % 64 === 0).toBe(true);
        expect(Math.ceil(total / chunk)).toBeLessThanOrEqual(threads * 8);
      },
    ),
  );
});

test("several threads take part in one job", () => {
  const { address, values } = zeros(400);
  setThreadCount(3);
  lookUntil(() => {
    runKernel(kernels, "whoSlowly", 400, 20, [address, 10_000]);
    return new Set(values).size > 1;
  });
  expect(values).not.toContain(0);
});

test("a thread beyond the number that was set takes no part", () => {
  const { address, values } = zeros(400);
  setThreadCount(2);
  const seen = new Set<number>();
  for (let i = 0; i < 200; i++) {
    runKernel(kernels, "whoSlowly", 400, 20, [address, 100]);
    for (const value of values) seen.add(value);
  }
  expect(seen.size).toBeLessThanOrEqual(2);
});

test("a trap in a kernel is an error of the operation, and the next operation works", () => {
  setThreadCount(3);
  for (let i = 0; i < 20; i++) {
    expect(() => runKernel(kernels, "trap", 100, 10, [])).toThrow(/unreachable/);
    const { address, values } = zeros(100);
    runKernel(kernels, "count", 100, 10, [address]);
    expect(values.every((value) => value === 1)).toBe(true);
  }
});

test("a task that no thread knows is done by the main one", () => {
  const { address, values } = zeros(1000);
  setThreadCount(3);
  runTask(countTask, 1000, 10, [address]);
  expect(values.every((value) => value === 1)).toBe(true);
});
