/** What a thread of the pool does: it waits for jobs and takes part in them, until the process ends. */
import { receiveMessageOnPort } from "node:worker_threads";
import { heapMemory, threadScratch } from "../memory/heap.ts";
import type { KernelFunction } from "../wasm/kernelModule.ts";
import { active, Control, failures, generation, parked, ready, waiting, type Run } from "./control.ts";
import type { Handover } from "./handover.ts";
import type { Task } from "./task.ts";
import type { Announcement } from "./work.ts";

/** How long a thread looks for the next job before it lets the system put it to sleep. */
const spinMilliseconds = 0.2;
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
    for (let until = performance.now() + spinMilliseconds; ;) {
      for (let i = 0; i < looks; i++) {
        const seen = Atomics.load(words, generation);
        if ((seen & 1) === 1 && seen !== last) return seen;
      }
      if (performance.now() < until) continue;
      this.#park(last);
      until = performance.now() + spinMilliseconds;
    }
  }

  #park(last: number): void {
    const { words } = this.#control;
    Atomics.add(words, parked, 1);
    const seen = Atomics.load(words, generation);
    if ((seen & 1) === 0 || seen === last) Atomics.wait(words, generation, seen);
    Atomics.sub(words, parked, 1);
  }

  #takePart(): void {
    const { job } = this.#control;
    if (this.#handover.index >= job.threads - 1) return;
    try {
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
