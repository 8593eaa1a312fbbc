import { once } from "node:events";
import { runInThisContext } from "node:vm";
import { afterEach, beforeAll, expect, test } from "vitest";
import { takeBlock } from "../../../../../runtime/backends/cpu/memory/heap.ts";
import { settlePending } from "../../../../../runtime/backends/cpu/memory/pending.ts";
import { ThreadPool } from "../../../../../runtime/backends/cpu/threads/pool.ts";
import { defineTask } from "../../../../../runtime/backends/cpu/threads/task.ts";
import { kernelWork, taskWork } from "../../../../../runtime/backends/cpu/threads/work.ts";
import { kernels } from "./kernels.ts";
import { countTask, failElsewhere } from "./tasks.ts";
import { lookUntil, zeros } from "./waiting.ts";

const pool = new ThreadPool(new URL("worker.ts", import.meta.url));

beforeAll(() => {
  pool.start(2);
  lookUntil(() => pool.ready === 2);
});

afterEach(() => settlePending());

test("threads do tasks that they know", () => {
  const { address, values } = zeros(1000);
  for (let i = 0; i < 100; i++) pool.run(taskWork(countTask), 1000, 7, 3, [address]);
  expect(values.every((value) => value === 100)).toBe(true);
});

test("an error in another thread is thrown by the operation, and the next operation works", () => {
  let thrown: unknown = null;
  lookUntil(() => {
    try {
      // The main thread does everything where no other is awake in time.
      pool.run(taskWork(failElsewhere), 1000, 1, 3, []);
    } catch (error) {
      thrown = error;
    }
    return thrown !== null;
  });
  expect(thrown).toBeInstanceOf(RangeError);
  expect(thrown).toHaveProperty("message", "this thread cannot do it");
  const { address, values } = zeros(1000);
  pool.run(taskWork(countTask), 1000, 7, 3, [address]);
  expect(values.every((value) => value === 1)).toBe(true);
});

test("an error on the main thread ends the others' work before it is thrown", () => {
  const { address, values } = zeros(100_000);
  const { run, announcement } = kernelWork(kernels, "countSlowly");
  const failing = {
    announcement,
    run: (begin: number, end: number, args: readonly number[]): void => {
      if (begin > 5000) throw new Error("the main thread cannot do it");
      run(begin, end, args);
    },
  };
  expect(() => pool.run(failing, 100_000, 1000, 3, [address, 1000])).toThrow("the main thread cannot do it");
  const after = values.slice();
  pause(30);
  expect(values).toEqual(after);
});

test("arguments are numbers of any kind", () => {
  const sent = [-1, 0.5, 2 ** 32 - 1, Number.NaN, -0, 1e300];
  const seen: (readonly number[])[] = [];
  const task = defineTask("test: arguments", (_begin, _end, args) => void seen.push(args));
  pool.run(taskWork(task), 2, 1, 3, sent);
  expect(seen).toEqual([sent, sent]);
});

test("more arguments than a job holds are refused", () => {
  const args = Array.from({ length: 300 }, () => 0);
  expect(() => pool.run(kernelWork(kernels, "nothing"), 2, 1, 3, args)).toThrow(
    /at most 250 arguments, not 300/,
  );
});

test("a task that takes memory while it runs is told that it must not", () => {
  const task = defineTask("test: takes memory", () => void takeBlock(64));
  expect(() => pool.run(taskWork(task), 2, 1, 3, [])).toThrow(/only whoever starts a task may/);
});

function pause(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** Runs a job of a second or so and stops the main thread in its middle, as a time limit does: no `finally` runs. */
function stopInTheMiddle(address: number): void {
  const run = (): void => pool.run(kernelWork(kernels, "countSlowly"), 100_000, 50, 3, [address, 30_000]);
  Object.assign(globalThis, { stoppedOperation: run });
  expect(() => runInThisContext("stoppedOperation()", { timeout: 30 })).toThrow(/timed out/);
}

test("whoever takes memory after an operation was stopped finds the threads idle", () => {
  const { address, values } = zeros(100_000);
  stopInTheMiddle(address);
  const stopped = values.slice();
  lookUntil(() => values.some((value, i) => value !== stopped[i]));
  takeBlock(64);
  const after = values.slice();
  pause(50);
  expect(values).toEqual(after);
});

test("an operation after one that was stopped does all of its work", () => {
  const first = zeros(100_000);
  const second = zeros(20_000);
  for (let i = 1; i <= 3; i++) {
    stopInTheMiddle(first.address);
    pool.run(kernelWork(kernels, "countSlowly"), 20_000, 7, 3, [second.address, 3000]);
    expect(second.values.every((value) => value === i)).toBe(true);
  }
});

test("a thread that cannot start leaves the work to the main one, with one warning", async () => {
  const broken = new ThreadPool(new URL("there-is-no-such-file.ts", import.meta.url));
  const warnings: string[] = [];
  const listen = (warning: Error): void => void warnings.push(warning.message);
  process.on("warning", listen);
  broken.start(2);
  const { address, values } = zeros(1000);
  broken.run(taskWork(countTask), 1000, 7, 3, [address]);
  expect(values.every((value) => value === 1)).toBe(true);
  await once(process, "warning");
  broken.start(2);
  await new Promise((resolve) => setTimeout(resolve, 300));
  process.off("warning", listen);
  expect(warnings.filter((text) => text.includes("could not be started"))).toHaveLength(1);
  expect(broken.ready).toBe(0);
});
