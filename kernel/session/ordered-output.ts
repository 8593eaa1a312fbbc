import type { Broadcast, DisplayContent, OutputSink } from "../display/types.ts";

/**
 * An output sink that keeps the order of calls when some of the output is still being made: what comes after a display that
 * waits for its bundle waits behind it. Without one, every call goes through at once.
 */
export class OrderedOutput implements OutputSink {
  readonly #sink: OutputSink;
  #pending: Promise<void> | null = null;
  readonly #putOff = new Set<() => void>();

  constructor(sink: OutputSink) {
    this.#sink = sink;
  }

  stream(name: "stdout" | "stderr", text: string): void {
    this.#inOrder(() => this.#sink.stream(name, text));
  }

  display(content: DisplayContent): void {
    this.#inOrder(() => this.#sink.display(content));
  }

  updateDisplay(content: DisplayContent & { readonly displayId: string }): void {
    this.#inOrder(() => this.#sink.updateDisplay(content));
  }

  clearOutput(wait: boolean): void {
    this.#inOrder(() => this.#sink.clearOutput(wait));
  }

  broadcast(message: Broadcast): void {
    this.#inOrder(() => this.#sink.broadcast(message));
  }

  /**
   * Holds the place of output that is not ready yet.
   *
   * @param content settles with what to send; a rejection sends nothing
   * @param send how to send it, straight to the sink behind this one
   * @returns settles when it was sent
   */
  reserve<T>(content: Promise<T>, send: (content: T, sink: OutputSink) => void): Promise<void> {
    return this.#enqueue(async () => send(await content, this.#sink));
  }

  /** Calls `send` at the next `flush`. */
  beforeEnd(send: () => void): void {
    this.#putOff.add(send);
  }

  /** Sends what was put off until the end. */
  sendPutOff(): void {
    const waiting = [...this.#putOff];
    this.#putOff.clear();
    for (const send of waiting) send();
  }

  /** Settles when nothing waits any more. */
  async flush(): Promise<void> {
    this.sendPutOff();
    while (this.#pending !== null) await this.#pending;
  }

  #inOrder(emit: () => void): void {
    if (this.#pending === null) emit();
    else void this.#enqueue(emit);
  }

  /** Opens the way again when nobody queued up behind. */
  #leave(settled: Promise<void>): void {
    if (this.#pending === settled) this.#pending = null;
  }

  #enqueue(emit: () => void | Promise<void>): Promise<void> {
    const done = (this.#pending ?? Promise.resolve()).then(emit);
    const settled: Promise<void> = done.then(
      () => this.#leave(settled),
      () => this.#leave(settled),
    );
    this.#pending = settled;
    return done;
  }
}
