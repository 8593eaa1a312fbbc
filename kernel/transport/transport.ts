import { Worker } from "node:worker_threads";
import {
  customMessage,
  encode,
  newMessage,
  type ConnectionInfo,
  type Contents,
  type KernelInfoReply,
  type Message,
  type MessageParts,
  type MessageType,
  type Sender,
} from "../wire/index.ts";
import { SharedState } from "./shared-state.ts";
import { offerStop } from "./stop-execution.ts";
import type { ShellRequest, SocketThreadData, ToMain, ToSockets } from "./thread-messages.ts";
import { TransportError } from "./transport-error.ts";

/** What the main thread is told. */
export interface TransportHandlers {
  /** What was running has been stopped; it is safe to go on. */
  readonly onInterrupted: () => void;
  /** The process shall end now. */
  readonly onShutdown: () => void;
  /** The thread of the sockets failed after it had opened them: nobody can reach the kernel any more. */
  readonly onFailure: (error: Error) => void;
}

/** ZeroMQ sends what is left after closing; the process waits this long for it. */
const CLOSE_TIMEOUT_MS = 900;

/** The main thread's side of the sockets, which live in a thread of their own. */
export class Transport {
  readonly #key: string;
  readonly #sender: Sender;
  readonly #thread: Worker;
  readonly #state: SharedState;
  readonly #handlers: TransportHandlers;
  #opened = false;
  #requested: ((request: ShellRequest) => void) | null = null;

  /**
   * Opens the channels; control and heartbeat are answered from then on.
   * @throws TransportError that names the channel and its address when one cannot be opened.
   */
  static async open(
    info: ConnectionInfo,
    sender: Sender,
    kernelInfo: KernelInfoReply,
    handlers: TransportHandlers,
  ): Promise<Transport> {
    const state = new SharedState();
    offerStop(() => state.markStopped());
    const workerData: SocketThreadData = { buffer: state.buffer, info, sender, kernelInfo };
    const thread = new Worker(new URL("./socket-thread.js", import.meta.url), { workerData });
    const transport = new Transport(info.key, sender, thread, state, handlers);
    await transport.#ready();
    return transport;
  }

  private constructor(
    key: string,
    sender: Sender,
    thread: Worker,
    state: SharedState,
    handlers: TransportHandlers,
  ) {
    this.#key = key;
    this.#sender = sender;
    this.#thread = thread;
    this.#state = state;
    this.#handlers = handlers;
  }

  /** The next shell request, whenever it comes. One call at a time. */
  async next(): Promise<ShellRequest> {
    const request = new Promise<ShellRequest>((resolve) => (this.#requested = resolve));
    this.#post({ type: "next" });
    return request;
  }

  /** Answers a shell request. @throws TypeError when the content is no JSON. */
  reply<Type extends MessageType>(request: ShellRequest, type: Type, content: Contents[Type]): void {
    const message = newMessage(this.#sender, type, content, { parent: request.message.header });
    this.#send("shell", request.identities, message);
  }

  /** Sends to every subscriber. Blocks while too many messages wait. @throws TypeError when the content is no JSON. */
  publish<Type extends MessageType>(
    parent: Message["parent_header"],
    type: Type,
    content: Contents[Type],
  ): void {
    this.#send("iopub", [type], newMessage(this.#sender, type, content, { parent }));
  }

  /** As {@link publish}, for a message of any type. @throws TypeError when a part is no JSON. */
  broadcast(
    parent: Message["parent_header"],
    { type, content, ...parts }: { readonly type: string; readonly content: object } & MessageParts,
  ): void {
    this.#send("iopub", [type], customMessage(this.#sender, type, content, { ...parts, parent }));
  }

  /** The cells that wait now will be delivered as `aborted`. */
  abortQueued(): void {
    this.#post({ type: "abort-queued" });
  }

  /** User code begins: an interrupt terminates what runs. `false`: not now, wait for `onInterrupted` and ask again. */
  enterCell(): boolean {
    return this.#state.enterCell();
  }

  /** User code has ended; `false`: an interrupt is under way, wait for `onInterrupted`. */
  leaveCell(): boolean {
    return this.#state.leaveCell();
  }

  /** After `onInterrupted`: whether the interrupt is over; `false` when it had to begin anew, and will be reported again. */
  interruptSettled(): boolean {
    return this.#state.interruptSettled();
  }

  /**
   * Sends what is left and closes the sockets, blocking; for the end of the process, where nothing asynchronous runs any
   * more. ZeroMQ aborts a process that ends with open sockets.
   */
  closeSync(): void {
    this.#state.markExiting();
    this.#post({ type: "close" });
    this.#state.waitUntilClosed(CLOSE_TIMEOUT_MS);
  }

  #send(
    channel: "shell" | "iopub",
    identities: readonly (string | Uint8Array)[],
    message: Message<object>,
  ): void {
    const frames = encode(this.#key, identities, message);
    this.#state.waitForRoom();
    this.#post({ type: "send", channel, frames });
    this.#state.messagePosted();
  }

  #post(message: ToSockets): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
    this.#thread.postMessage(message);
  }

  async #ready(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#thread.on("error", (error) => {
        reject(error);
        if (this.#opened) this.#handlers.onFailure(error);
      });
      this.#thread.on("message", (message: ToMain) => {
        this.#opened ||= message.type === "ready";
        if (message.type === "ready") resolve();
        else if (message.type === "failed") reject(new TransportError(message.reason));
        else this.#take(message);
      });
    });
  }

  #take(message: ToMain): void {
    switch (message.type) {
      case "request":
        this.#requested?.(message.request);
        break;
      case "interrupted":
        this.#handlers.onInterrupted();
        break;
      case "ping":
        this.#state.markHeard();
        // Messages are heard between everything else: whatever was to be stopped has ended.
        this.#state.markStopped();
        break;
      case "shutdown":
        this.#handlers.onShutdown();
        break;
      case "ready":
      case "failed":
        break;
    }
  }
}
