/** The threads beside the main one. */
import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
import { blockBytes, heapMemory, takeBlock, threadScratchBytes } from "../memory/heap.ts";
import { setPending } from "../memory/pending.ts";
import {
  active,
  Control,
  failures,
  generation,
  maximumArguments,
  parked,
  ready,
  waiting,
  type Job,
} from "./control.ts";
import { handoverKey, type Handover } from "./handover.ts";
import { program } from "./program.ts";
import { everyWork, type Work } from "./work.ts";

/** More threads than this are not started: each takes scratch memory out of the heap's 4 GiB. */
const maximumThreads = 64;

/** Milliseconds for which the main thread looks whether the others have finished, before it lets the system put it to sleep. */
const longestLook = 0.05;
/** Looks between two looks at the clock. */
const looks = 100;
/** A wait ends after so many milliseconds and begins anew, so that not even a lost wake-up could hang it. */
const longestWait = 50;

/** Starts threads and divides jobs among them. */
export class ThreadPool {
  readonly #control: Control = new Control();
  readonly #ports: MessagePort[] = [];
  readonly #program: URL;
  /** Work that the threads have been told of. */
  #announced = 0;
  #broken = false;
  /** Whether the open job, if any, belongs to an operation that is running or was stopped. */
  readonly #settle = (): void => this.#close(true);
  #open = false;

  constructor(entry: URL = program) {
    this.#program = entry;
  }

  /** Threads, beside the main one, that have started. Threads start while the main one goes on, also when that never returns to its event loop. */
  get ready(): number {
    return Atomics.load(this.#control.words, ready);
  }

  /** Starts threads until there are `count` beside the main one. They do not keep the process alive. */
  start(count: number): void {
    while (!this.#broken && this.#ports.length < Math.min(count, maximumThreads - 1)) this.#startOne();
  }

  #startOne(): void {
    const { port1, port2 } = new MessageChannel();
    const scratch = takeBlock(blockBytes(threadScratchBytes));
    if (scratch === 0) return this.#giveUp(new RangeError("the heap has no memory left for it"));
    const handover: Handover = {
      memory: heapMemory,
      scratch,
      control: this.#control.buffer,
      port: port2,
      index: this.#ports.length,
    };
    try {
      const worker = new Worker(this.#program, {
        workerData: { [handoverKey]: handover },
        transferList: [port2],
        ...this.#options(),
      });
      worker.on("error", (error) => this.#giveUp(error));
      worker.unref();
    } catch (error) {
      return this.#giveUp(error);
    }
    port1.unref();
    this.#ports.push(port1);
    for (let id = 0; id < this.#announced; id++) port1.postMessage(everyWork[id]!.announcement);
  }

  /** Modules that the user preloads (`--import`, `--require`) are not meant for these threads. To run sources they need what runs the main thread's. */
  #options(): { readonly execArgv?: string[]; readonly env?: NodeJS.ProcessEnv } {
    return this.#program.href.endsWith(".ts") ? {} : { execArgv: [], env: {} };
  }

  /** Work goes on with the threads that there are, if only the main one. */
  #giveUp(reason: unknown): void {
    if (this.#broken) return;
    this.#broken = true;
    process.emitWarning(
      `A thread for tensor operations could not be started: ${reason instanceof Error ? reason.message : String(reason)}. They use fewer threads; torch.set_num_threads(1) makes none start.`,
    );
  }

  /**
   * Does the work, together with the threads that are awake, and returns when all is done.
   *
   * @throws whatever the work threw, here or in another thread.
   */
  run(work: Work, total: number, chunk: number, threads: number, args: readonly number[]): void {
    if (args.length > maximumArguments)
      throw new RangeError(`A job has at most ${maximumArguments} arguments, not ${args.length}.`);
    if (this.#open) this.#settle();
    const job = { work: work.announcement.id, total, chunk, threads, args };
    const opened = this.#publish(job);
    try {
      this.#control.takeChunks(work.run, job);
    } catch (error) {
      this.#close(true);
      throw error;
    }
    if (Atomics.load(this.#control.words, generation) !== opened)
      throw new Error(
        "A task took memory or started an operation while it ran; only whoever starts a task may.",
      );
    this.#close(false);
    if (Atomics.load(this.#control.words, failures) > 0) throw this.#failure();
  }

  #publish(job: Job): number {
    const { words } = this.#control;
    this.#announce();
    if (Atomics.load(words, failures) > 0) this.#failure(); // of a job that was stopped here or failed here too
    // From here on the operation may be stopped at any point.
    this.#open = true;
    setPending(this.#settle);
    this.#control.job = job;
    const opened = Atomics.add(words, generation, 1) + 1;
    if (Atomics.load(words, parked) > 0) Atomics.notify(words, generation);
    return opened;
  }

  #announce(): void {
    for (; this.#announced < everyWork.length; this.#announced++)
      for (const port of this.#ports) port.postMessage(everyWork[this.#announced]!.announcement);
  }

  /** Waits until no thread works on the open job any more. */
  #close(cancel: boolean): void {
    const { words } = this.#control;
    if (cancel) this.#control.cancel();
    if ((Atomics.load(words, generation) & 1) === 1) Atomics.add(words, generation, 1);
    if (!this.#lookForIdle()) this.#sleepUntilIdle();
    this.#open = false;
    setPending(null);
  }

  #lookForIdle(): boolean {
    const { words } = this.#control;
    if (Atomics.load(words, active) === 0) return true;
    const end = performance.now() + longestLook;
    do for (let i = 0; i < looks; i++) if (Atomics.load(words, active) === 0) return true;
    while (performance.now() < end);
    return false;
  }

  #sleepUntilIdle(): void {
    const { words } = this.#control;
    Atomics.store(words, waiting, 1);
    for (;;) {
      const working = Atomics.load(words, active);
      if (working === 0) break;
      Atomics.wait(words, active, working, longestWait);
    }
    Atomics.store(words, waiting, 0);
  }

  /** The error that a thread sent. */
  #failure(): unknown {
    Atomics.store(this.#control.words, failures, 0);
    let failure: unknown;
    for (const port of this.#ports)
      for (let sent = receiveMessageOnPort(port); sent !== undefined; sent = receiveMessageOnPort(port))
        failure ??= sent.message;
    return failure;
  }
}
