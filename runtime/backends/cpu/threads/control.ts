/**
 * The memory through which the main thread gives work to the others.
 *
 * One job exists at a time. It is divided into chunks, and whoever is free takes the next one; the main thread takes chunks like the others, so that a thread that
 * wakes late, or never started, costs nothing but its help.
 *
 * `generation` is odd while a job is open. A thread that wants to take part first counts itself into `active` and then looks at `generation` again; the main thread
 * first closes the job and then waits until `active` is 0. Atomics are sequentially consistent, so one of the two sees the other: nobody is at work, or
 * reading the job, when it is written anew. Whatever a thread wrote to the heap comes before its step out of `active`, and so before whatever the main thread reads
 * after it saw that.
 */

// Words that different threads write lie in different cache lines.
const line = 16;

/** Odd while a job is open; counts up by one when a job is opened and when it is closed. Threads wait here for jobs. */
export const generation = 0;
/** The number of the next chunk. */
const next: number = line;
/** Threads that take part at present, without the main one, which waits here for them. */
export const active: number = 2 * line;
/** Threads that wait for a job and have to be woken. */
export const parked: number = 3 * line;
/** Threads that have started. */
export const ready: number = 4 * line;
/** Threads that sent an error through their port. */
export const failures: number = 5 * line;
/** 1 while the main thread has to be woken. */
export const waiting: number = 6 * line;

const jobBytes: number = 7 * line * Int32Array.BYTES_PER_ELEMENT;
const jobNumbers = 5;

/** Most arguments that a job may have. */
export const maximumArguments = 250;

/** More chunks than any job has. */
const beyond = 0x3fff_ffff;

/** What there is to do. */
export interface Job {
  /** Which work: see `work.ts`. */
  readonly work: number;
  /** Units of work, and how many of them a chunk has. */
  readonly total: number;
  readonly chunk: number;
  /** Threads that may take part, with the main one. */
  readonly threads: number;
  readonly args: readonly number[];
}

/** Does the units of work from `begin` to `end`. */
export type Run = (begin: number, end: number, args: readonly number[]) => void;

/** A view of the shared words. */
export class Control {
  readonly buffer: SharedArrayBuffer;
  readonly words: Int32Array;
  readonly #job: Float64Array;

  constructor(
    buffer: SharedArrayBuffer = new SharedArrayBuffer(jobBytes + 8 * (jobNumbers + maximumArguments)),
  ) {
    this.buffer = buffer;
    this.words = new Int32Array(buffer);
    this.#job = new Float64Array(buffer, jobBytes);
  }

  /** The main thread alone writes jobs, and only while none is open and `active` is 0. */
  set job({ work, total, chunk, threads, args }: Job) {
    const job = this.#job;
    job[0] = work;
    job[1] = total;
    job[2] = chunk;
    job[3] = threads;
    job[4] = args.length;
    for (let i = 0; i < args.length; i++) job[jobNumbers + i] = args[i]!;
    Atomics.store(this.words, next, 0);
  }

  /** The open job. */
  get job(): Job {
    // The array has a place for each of these.
    const [work, total, chunk, threads, count] = this.#job as unknown as [
      number,
      number,
      number,
      number,
      number,
    ]; // it has five numbers and more
    return {
      work,
      total,
      chunk,
      threads,
      args: Array.from(this.#job.subarray(jobNumbers, jobNumbers + count)),
    };
  }

  /** Does chunks until none is left. */
  takeChunks(run: Run, { total, chunk, args }: Job): void {
    for (;;) {
      const begin = Atomics.add(this.words, next, 1) * chunk;
      if (begin >= total) return;
      run(begin, Math.min(begin + chunk, total), args);
    }
  }

  /** Lets nobody begin another chunk of the open job. */
  cancel(): void {
    Atomics.store(this.words, next, beyond);
  }
}
