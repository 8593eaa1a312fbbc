/**
 * Divides work among threads.
 *
 * Results do not depend on how it is divided: a kernel gives the same bits however its units are divided into ranges, and so does a task.
 */
import type { KernelModule } from "../wasm/kernelModule.ts";
import { threadCount } from "./count.ts";
import { ThreadPool } from "./pool.ts";
import type { Task } from "./task.ts";
import { kernelWork, taskWork, type Work } from "./work.ts";

/** Chunks for each thread: several, so that a thread that was held up by another process leaves its share to the others. */
const chunksPerThread = 4;
/** Chunks of this many units and more begin at multiples of 64, where cache lines and vectors begin too. */
const alignedChunk = 1024;

/** Grains of work that were seen before threads are started, which costs as much as some milliseconds of work: short programs do without. */
const worthStarting = 100;

const pool = new ThreadPool();
let seen = 0;

/** Units of work in a chunk. @internal */
export function chunkSize(total: number, grain: number, threads: number): number {
  const chunk = Math.max(Math.ceil(total / (threads * chunksPerThread)), Math.ceil(grain), 1);
  return chunk < alignedChunk ? chunk : Math.ceil(chunk / 64) * 64;
}

/** Whether other threads can help; starts them when there has been work for them. */
function helped(threads: number, grains: number): boolean {
  if (seen < worthStarting) {
    seen += grains;
    if (seen < worthStarting) return false;
  }
  pool.start(threads - 1);
  return pool.ready > 0;
}

function runDivided(work: Work, total: number, grain: number, args: readonly number[]): void {
  const threads = threadCount();
  if (helped(threads, total / grain)) pool.run(work, total, chunkSize(total, grain, threads), threads, args);
  else work.run(0, total, args);
}

/**
 * Runs a kernel over `total` units of work, divided among threads where there are at least two `grain`s of them. A grain of work should take 10 to 30 µs. Where a
 * piece of the work begins with something costly, such as packing, a larger one makes fewer pieces: `total / threadCount()` one for each thread.
 *
 * The kernel is called as `kernel(begin, end, ...args)`.
 */
export function runKernel<Name extends string>(
  module: KernelModule<Name>,
  name: Name,
  total: number,
  grain: number,
  args: readonly number[],
): void {
  if (total < 2 * grain || threadCount() === 1) module.functions[name](0, total, ...args);
  else runDivided(kernelWork(module, name), total, grain, args);
}

/** Runs a task over `total` units of work, divided in the same way. While it runs, it takes no memory and starts no operation. */
export function runTask(task: Task, total: number, grain: number, args: readonly number[]): void {
  if (total < 2 * grain || threadCount() === 1) task.run(0, total, args);
  else runDivided(taskWork(task), total, grain, args);
}

/** Starts the threads that operations may use, without waiting for work that is worth it. @internal */
export function startThreads(): void {
  seen = worthStarting;
  pool.start(threadCount() - 1);
}

/** Threads that can take part at present, the main one included. @internal */
export function readyThreads(): number {
  return Math.min(pool.ready + 1, threadCount());
}
