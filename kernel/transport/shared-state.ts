/**
 * What the two threads know of each other without a message, because the main thread reads none while a cell keeps it
 * busy: who may be terminated, how many messages were sent, whether the sockets are closed.
 */
const GATE = 0;
const DELIVERED = 1;
const CLOSED = 2;
const EXITING = 3;
const HEARD = 4;
const ANSWERS = 5;
const BEGUN = 6;
const SLOTS = 7;

/*
 * The gate. Main thread: IDLE → RUNNING → IDLE around each cell. An interrupt goes RUNNING → STOPPING (claimed by the
 * sockets; IDLE → STOPPING for what a cell left behind) → STOPPED (V8 has ended the code) → IDLE (the main thread has heard of it), or, when the main thread does not
 * listen because a chain of callbacks goes on, STOPPED → STOPPING once more.
 */
const IDLE = 0;
const RUNNING = 1;
const STOPPING = 2;
const STOPPED = 3;

/** At most this many messages are on their way to the sockets; a cell that prints faster has to wait. */
const WINDOW = 64;
/** How long one wait for the other thread may take before its reason is checked again. */
const RECHECK_MS = 100;

/** One state for both threads: make it once, and pass its `buffer` to the other side. */
export class SharedState {
  readonly buffer: SharedArrayBuffer;
  readonly #slots: Int32Array;
  #posted = 0;

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(SLOTS * Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer;
    this.#slots = new Int32Array(buffer);
  }

  /**
   * Main thread: user code begins, and may be terminated from now on. `false` when something is being stopped at this
   * moment; wait for `interrupted` and ask again.
   */
  enterCell(): boolean {
    Atomics.store(this.#slots, BEGUN, Date.now() | 0);
    return this.#move(IDLE, RUNNING);
  }

  /** How long ago the last cell began, in milliseconds; right for 24 days, after which the 32 bits begin anew. */
  get cellAge(): number {
    return ((Date.now() | 0) - Atomics.load(this.#slots, BEGUN)) | 0;
  }

  /**
   * Main thread: user code has ended. When this answers `false` an interrupt is under way and may end any code that runs
   * here; wait for `interrupted` before doing anything else.
   */
  leaveCell(): boolean {
    return this.#move(RUNNING, IDLE);
  }

  /** Main thread: V8 has ended what was running. */
  markStopped(): void {
    this.#move(STOPPING, STOPPED);
  }

  /**
   * Main thread: `interrupted` has arrived. Answers whether that is the end of the interrupt; `false` when it has begun
   * anew meanwhile, and will be reported again.
   */
  interruptSettled(): boolean {
    return this.#move(STOPPED, IDLE);
  }

  /** Sockets: claims the right to stop the cell; `false` when no cell runs, or it is being stopped already. */
  claimInterrupt(): boolean {
    return this.#move(RUNNING, STOPPING);
  }

  /** Sockets: claims the right to stop what a cell left behind, such as a timer that never returns. */
  claimIdleInterrupt(): boolean {
    return this.#move(IDLE, STOPPING);
  }

  /** Sockets: claims the right to stop once more, because the main thread does not listen. */
  claimAgain(): boolean {
    return this.#move(STOPPED, STOPPING);
  }

  /** Whether a termination is pending: asked for, and not yet done. */
  get stopping(): boolean {
    return Atomics.load(this.#slots, GATE) === STOPPING;
  }

  /** How often the main thread has heard `ping`. */
  get heard(): number {
    return Atomics.load(this.#slots, HEARD);
  }

  /** Main thread: answers `ping`. */
  markHeard(): void {
    Atomics.add(this.#slots, HEARD, 1);
  }

  #move(from: number, to: number): boolean {
    return Atomics.compareExchange(this.#slots, GATE, from, to) === from;
  }

  /** Main thread: blocks while too many messages wait for the sockets, so that no cell fills the memory with output. */
  waitForRoom(): void {
    for (;;) {
      const delivered = Atomics.load(this.#slots, DELIVERED);
      if (((this.#posted - delivered) | 0) < WINDOW || this.closed) return;
      Atomics.wait(this.#slots, DELIVERED, delivered, RECHECK_MS);
    }
  }

  /** Main thread: one more message was posted. Counts as the 32-bit slot does, wrapping around. */
  messagePosted(): void {
    this.#posted = (this.#posted + 1) | 0;
  }

  /** Sockets: one more message has left. */
  messageDelivered(): void {
    Atomics.add(this.#slots, DELIVERED, 1);
    Atomics.notify(this.#slots, DELIVERED);
  }

  /** How many answers of users have come; for {@link waitForAnswer}. */
  get answers(): number {
    return Atomics.load(this.#slots, ANSWERS);
  }

  /** Sockets: one more answer lies in the port that the main thread reads. */
  markAnswered(): void {
    Atomics.add(this.#slots, ANSWERS, 1);
    Atomics.notify(this.#slots, ANSWERS);
  }

  /** Main thread: blocks until there are more answers than `seen`; returns early now and then, so ask again. An interrupt ends it. */
  waitForAnswer(seen: number): void {
    Atomics.wait(this.#slots, ANSWERS, seen, RECHECK_MS);
  }

  /** Whether the sockets are closed. */
  get closed(): boolean {
    return Atomics.load(this.#slots, CLOSED) !== 0;
  }

  /** Sockets: everything is sent and closed. */
  markClosed(): void {
    Atomics.store(this.#slots, CLOSED, 1);
    Atomics.notify(this.#slots, CLOSED);
  }

  /** Main thread: blocks until the sockets are closed, at most `timeoutMs`. */
  waitUntilClosed(timeoutMs: number): void {
    Atomics.wait(this.#slots, CLOSED, 0, timeoutMs);
  }

  /** Whether the main thread has begun to end the process. */
  get exiting(): boolean {
    return Atomics.load(this.#slots, EXITING) !== 0;
  }

  /** Main thread: the process ends now. */
  markExiting(): void {
    Atomics.store(this.#slots, EXITING, 1);
  }
}
