import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from "node:worker_threads";
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
import type {
  InputAnswer,
  InputQuestion,
  ShellRequest,
  SocketThreadData,
  ToMain,
  ToSockets,
} from "./thread-messages.ts";
import { TransportError } from "./transport-error.ts";

/** What the main thread is told. */
export interface TransportHandlers {
  /** A request on shell. Other requests of its subshell come when this one is {@link Transport.done}. */
  readonly onRequest: (request: ShellRequest) => void;
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
  readonly #info: ConnectionInfo;
  readonly #sender: Sender;
  readonly #thread: Worker;
  readonly #state: SharedState;
  readonly #handlers: TransportHandlers;
  readonly #answers: MessagePort;
  /** Questions to users that cells wait for without blocking. */
  readonly #asked = new Map<number, (value: string | null) => void>();
  #questions = 0;
  #opened = false;

  /**
   * Opens the channels; control and heartbeat are answered from then on.
   * @throws TransportError that names the channel and its address when one cannot be opened.
   */
  static async open(
    info: ConnectionInfo,
    sender: Sender,
    kernelInfo: KernelInfoReply,
    handlers: TransportHandlers,
    language: MessagePort | null = null,
  ): Promise<Transport> {
    const state = new SharedState();
    offerStop(() => state.markStopped());
    const { port1: here, port2: answers } = new MessageChannel();
    const workerData: SocketThreadData = {
      buffer: state.buffer,
      info,
      sender,
      kernelInfo,
      answers,
      language,
    };
    const transferList = language === null ? [answers] : [answers, language];
    const thread = new Worker(new URL("./socket-thread.js", import.meta.url), { workerData, transferList });
    const transport = new Transport(info, sender, thread, state, here, handlers);
    await transport.#ready();
    return transport;
  }

  private constructor(
    info: ConnectionInfo,
    sender: Sender,
    thread: Worker,
    state: SharedState,
    answers: MessagePort,
    handlers: TransportHandlers,
  ) {
    this.#info = info;
    this.#sender = sender;
    this.#thread = thread;
    this.#state = state;
    this.#answers = answers;
    this.#handlers = handlers;
  }

  /** Lets requests come: those that arrived before, and then each as it arrives. */
  begin(): void {
    this.#post({ type: "begin" });
  }

  /** The request has been answered; the next one of its subshell may come. */
  done({ id }: ShellRequest): void {
    this.#post({ type: "done", id });
  }

  /** The message of a comm came too early: it comes again when what was sent before it has been answered. */
  defer({ id }: ShellRequest): void {
    this.#post({ type: "defer", id });
  }

  /** Answers a shell request. @throws TypeError when the content is no JSON. */
  reply<Type extends MessageType>(
    request: ShellRequest,
    type: Type,
    content: Contents[Type],
    metadata: Message["metadata"] = {},
  ): void {
    const message = newMessage(this.#sender, type, content, { parent: request.message.header, metadata });
    this.#send("shell", request.identities, message);
  }

  /** Asks the user of the client that sent the request. Resolves with `null` when an interrupt comes first. */
  async ask(request: ShellRequest, prompt: string, password: boolean): Promise<string | null> {
    const question = this.#question(request, prompt, password, false);
    return new Promise((resolve) => {
      this.#asked.set(question.id, resolve);
      this.#post({ type: "ask", question });
    });
  }

  /** As {@link ask}, and blocks this thread meanwhile. */
  askNow(request: ShellRequest, prompt: string, password: boolean): string | null {
    const question = this.#question(request, prompt, password, true);
    this.#post({ type: "ask", question });
    for (;;) {
      const seen = this.#state.answers;
      const received = receiveMessageOnPort(this.#answers) as { message: InputAnswer } | undefined; // by the sockets' thread
      // An answer to another question is one that an interrupt left behind.
      if (received?.message.id === question.id) return received.message.value;
      if (received === undefined) this.#state.waitForAnswer(seen);
    }
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

  /** The cells that wait now behind this request will be delivered as `aborted`. */
  abortQueued({ id }: ShellRequest): void {
    this.#post({ type: "abort-queued", id });
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

  #question(
    { identities, message }: ShellRequest,
    prompt: string,
    password: boolean,
    blocking: boolean,
  ): InputQuestion {
    this.#questions += 1;
    return { id: this.#questions, identities, parent: message.header, prompt, password, blocking };
  }

  #send(
    channel: "shell" | "iopub",
    identities: readonly (string | Uint8Array)[],
    message: Message<object>,
  ): void {
    const frames = encode(this.#info, identities, message);
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
        this.#handlers.onRequest(message.request);
        break;
      case "answer":
        this.#asked.get(message.answer.id)?.(message.answer.value);
        this.#asked.delete(message.answer.id);
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
