/** What a thread of the pool does: it waits for jobs and takes part in them, until the process ends. */
import { receiveMessageOnPort } from "node:worker_threads";
import { heapMemory, threadScratch } from "../memory/heap.ts";
import type { KernelFunction } from "../wasm/kernelModule.ts";
import { active, Control, failures, generation, parked, ready, waiting, type Run } from "./control.ts";
import type { Handover } from "./handover.ts";
import type { Task } from "./task.ts";
import type { Announcement } from "./work.ts";

/**
 * Milliseconds for which a thread looks for the next job, at most, before it lets the system put it to sleep. A thread that looks is there at once; one that sleeps
 * comes 50 µs later and costs the main thread 10 µs to wake. But where other processes want the processors, looking keeps them, and the main thread itself, from
 * working: so a thread looks longer while jobs come in time, and hardly at all after it looked in vain.
 */
const longestLook = 0.3;
const longerAfterSuccess = 0.05;
const longerAfterShortSleep = 0.02;
const shareAfterFailure = 0.25;
const shortestLook = 0.005;

/** Looks at the control block between two looks at the clock. */
const looks = 100;

type Exports = Readonly<Record<string, KernelFunction>>;

/** One thread's side of the pool. */
export class Server {
  readonly #control: Control;
  readonly #handover: Handover;
  readonly #tasks: readonly Task[];
  readonly #instances = new Map<number, Exports>();
  readonly #work: (Run | undefined)[] = [];
  /** Milliseconds for which to look for the next job. */
  #look = longestLook;

  /** @param tasks those that the thread can do. */
  constructor(handover: Handover, tasks: readonly Task[]) {
    this.#handover = handover;
    this.#tasks = tasks;
    this.#control = new Control(handover.control);
  }

  /** Takes part in every job from now on. */
  serve(): never {
    const { words } = this.#control;
    Atomics.add(words, ready, 1);
    for (let last = 0; ;) {
      const opened = this.#awaitJob(last);
      Atomics.add(words, active, 1);
      if (Atomics.load(words, generation) === opened) this.#takePart();
      if (Atomics.sub(words, active, 1) === 1 && Atomics.load(words, waiting) === 1)
        Atomics.notify(words, active);
      last = opened;
    }
  }

  /** The generation of the first open job that is not the one of generation `last`. */
  #awaitJob(last: number): number {
    const { words } = this.#control;
    const end = performance.now() + this.#look;
    do {
      for (let i = 0; i < looks; i++) {
        const seen = Atomics.load(words, generation);
        if ((seen & 1) === 1 && seen !== last) {
          this.#lookLonger(longerAfterSuccess);
          return seen;
        }
      }
    } while (performance.now() < end);
    this.#look *= shareAfterFailure;
    if (this.#look < shortestLook) this.#look = 0;
    return this.#sleepUntilJob(last);
  }

  #lookLonger(by: number): void {
    this.#look = Math.min(this.#look + by, longestLook);
  }

  #sleepUntilJob(last: number): number {
    const { words } = this.#control;
    const fellAsleep = performance.now();
    Atomics.add(words, parked, 1);
    let seen = Atomics.load(words, generation);
    while ((seen & 1) === 0 || seen === last) {
      Atomics.wait(words, generation, seen);
      seen = Atomics.load(words, generation);
    }
    Atomics.sub(words, parked, 1);
    if (performance.now() - fellAsleep < longestLook) this.#lookLonger(longerAfterShortSleep);
    return seen;
  }

  #takePart(): void {
    const { job } = this.#control;
    if (this.#handover.index >= job.threads - 1) return;
    try {
      // Engines tell other threads late that a shared memory has grown: to grow it by nothing looks again.
      heapMemory.grow(0);
      const run = this.#find(job.work);
      // The main thread does what no other can do.
      if (run !== undefined) this.#control.takeChunks(run, job);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const { port } = this.#handover;
    this.#control.cancel();
    try {
      port.postMessage(error);
    } catch {
      port.postMessage(new Error(String(error))); // it holds something that cannot be sent
    }
    Atomics.add(this.#control.words, failures, 1);
  }

  #find(id: number): Run | undefined {
    if (this.#work[id] === undefined)
      for (
        let received = receiveMessageOnPort(this.#handover.port);
        received !== undefined;
        received = receiveMessageOnPort(this.#handover.port)
      )
        this.#learn(received.message as Announcement); // the pool sends nothing else
    return this.#work[id];
  }

  #learn(announcement: Announcement): void {
    if ("task" in announcement) {
      this.#work[announcement.id] = this.#tasks.find(({ name }) => name === announcement.task)?.run;
      return;
    }
    const kernel = this.#instanceOf(announcement)[announcement.name]!;
    this.#work[announcement.id] = (begin, end, args) => kernel(begin, end, ...args);
  }

  #instanceOf({ module, moduleId }: Extract<Announcement, { readonly moduleId: number }>): Exports {
    let exports = this.#instances.get(moduleId);
    if (exports === undefined) {
      const instance = new WebAssembly.Instance(module, {
        e: { m: heapMemory, s: new WebAssembly.Global({ value: "i32" }, threadScratch) },
      });
      exports = instance.exports as Exports; // a kernel module exports nothing but kernels
      this.#instances.set(moduleId, exports);
    }
    return exports;
  }
}
