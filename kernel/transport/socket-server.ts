import {
  Decoder,
  encode,
  newMessage,
  WireError,
  type ConnectionInfo,
  type Contents,
  type Envelope,
  type Frames,
  type Header,
  type KernelInfoReply,
  type MessageChannel,
  type MessageType,
  type Sender,
} from "../wire/index.ts";
import { KernelSockets } from "./kernel-sockets.ts";
import { ShellQueue } from "./shell-queue.ts";
import type { ShellRequest } from "./thread-messages.ts";

/** What the server needs from the rest of the process. */
export interface ServerOptions {
  readonly info: ConnectionInfo;
  readonly sender: Sender;
  /** The answer to `kernel_info_request`, so that control is answered while the main thread is busy. */
  readonly kernelInfo: KernelInfoReply;
  /** Takes one shell request for each call of `next`. */
  readonly onShellRequest: (request: ShellRequest) => void;
  /** Stops the running cell, if any; resolves when that is done. */
  readonly onInterrupt: () => Promise<void>;
  /** The process shall end; the reply has been sent. */
  readonly onShutdown: () => void;
  readonly onRefused: (channel: MessageChannel, error: WireError) => void;
  readonly log: (line: string) => void;
}

type ControlAnswer = (request: Envelope, channel: "shell" | "control") => Promise<void>;

/** Answers what must be answered at any time, and queues what the main thread answers. Runs in the thread of the sockets. */
export class SocketServer {
  readonly queue: ShellQueue;
  readonly #options: ServerOptions;
  readonly #sockets = new KernelSockets();
  readonly #decoder: Decoder;
  /** Front ends that still send these on shell, as before version 5 of the protocol, need them just as urgently. */
  readonly #urgent: Readonly<Record<string, ControlAnswer>>;
  readonly #control: Readonly<Record<string, ControlAnswer>>;

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#decoder = new Decoder(options.info.key);
    this.queue = new ShellQueue(options.onShellRequest);
    this.#urgent = {
      interrupt_request: (request, channel) => this.#interrupt(request, channel),
      shutdown_request: (request, channel) => this.#shutdown(request, channel),
    };
    this.#control = {
      ...this.#urgent,
      kernel_info_request: (request, channel) =>
        this.#answer(request, async () =>
          this.#reply(request, channel, "kernel_info_reply", options.kernelInfo),
        ),
    };
  }

  /** Opens the channels and announces the kernel. @throws BindError */
  async start(): Promise<void> {
    await this.#sockets.bind(this.#options.info);
    this.#sockets.listen(
      (channel, frames) => this.#receive(channel, frames),
      (topic) => void this.#welcome(topic),
    );
    await this.#publish("status", { execution_state: "starting" }, {});
  }

  /** Sends frames that are signed already. */
  async send(channel: "shell" | "iopub", frames: Frames): Promise<void> {
    await this.#sockets.send(channel, frames);
  }

  /** Sends what is queued and closes the channels. */
  async close(): Promise<void> {
    await this.#sockets.close();
  }

  #receive(channel: "shell" | "control" | "stdin", frames: readonly Uint8Array[]): void {
    const envelope = this.#decode(channel, frames);
    if (envelope === null || channel === "stdin") return; // nobody asked for input, so nothing there is an answer
    const type = envelope.message.header.msg_type;
    const answers = channel === "control" ? this.#control : this.#urgent;
    const answer = Object.hasOwn(answers, type) ? answers[type] : undefined;
    if (answer !== undefined) void answer(envelope, channel);
    else if (channel === "shell") this.queue.push(envelope);
    else
      this.#options.log(
        `Ignored a message of type ${JSON.stringify(type)} on control: this kernel does not know it.`,
      );
  }

  #decode(channel: "shell" | "control" | "stdin", frames: readonly Uint8Array[]): Envelope | null {
    try {
      return this.#decoder.decode(frames);
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#options.onRefused(channel, error);
      return null;
    }
  }

  async #interrupt(request: Envelope, channel: "shell" | "control"): Promise<void> {
    await this.#answer(request, async () => {
      await this.#options.onInterrupt();
      await this.#reply(request, channel, "interrupt_reply", { status: "ok" });
    });
  }

  async #shutdown(request: Envelope, channel: "shell" | "control"): Promise<void> {
    await this.#answer(request, async () => {
      const restart = request.message.content["restart"] === true;
      await this.#reply(request, channel, "shutdown_reply", { status: "ok", restart });
    });
    this.#options.onShutdown();
  }

  /** Every request is surrounded by `busy` and `idle` on iopub ("Messages on the IOPub channel", kernel status). */
  async #answer(request: Envelope, work: () => Promise<void>): Promise<void> {
    const { header } = request.message;
    await this.#publish("status", { execution_state: "busy" }, header);
    await work();
    await this.#publish("status", { execution_state: "idle" }, header);
  }

  async #reply<Type extends MessageType>(
    { identities, message: request }: Envelope,
    channel: "shell" | "control",
    type: Type,
    content: Contents[Type],
  ): Promise<void> {
    const message = newMessage(this.#options.sender, type, content, { parent: request.header });
    await this.#sockets.send(channel, encode(this.#options.info.key, identities, message));
  }

  async #publish<Type extends MessageType>(
    type: Type,
    content: Contents[Type],
    parent: Header | Record<string, never>,
    topic: string | Uint8Array = type,
  ): Promise<void> {
    const message = newMessage(this.#options.sender, type, content, { parent });
    await this.#sockets.send("iopub", encode(this.#options.info.key, [topic], message));
  }

  /** Jupyter enhancement proposal 65: the first frame is the topic, so that only its subscribers get the message. */
  async #welcome(topic: Uint8Array): Promise<void> {
    const subscription = Buffer.from(topic).toString("utf8");
    await this.#publish("iopub_welcome", { subscription }, {}, topic);
  }
}
