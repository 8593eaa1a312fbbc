import { Dealer, Request, Subscriber } from "zeromq";
import {
  Decoder,
  encode,
  endpoint,
  WireError,
  type ConnectionInfo,
  type Message,
  type MessageChannel,
} from "../wire/index.ts";

/** Called for every message that was signed correctly. */
export type MessageHandler = (channel: MessageChannel, message: Message) => void;

/** Without a limit on queued messages: a client that reads slowly still gets everything. */
const COMPLETE = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 0 } as const;

/** The client's end of a kernel's five channels. */
export class ClientSockets {
  readonly #key: string;
  readonly #decoder: Decoder;
  readonly #shell = new Dealer(COMPLETE);
  readonly #control = new Dealer(COMPLETE);
  readonly #stdin = new Dealer(COMPLETE);
  readonly #iopub = new Subscriber({ receiveHighWaterMark: 0, linger: 0 });
  readonly #heartbeat = new Request({ linger: 0 });
  #refused: string | null = null;

  constructor(info: ConnectionInfo, onMessage: MessageHandler) {
    this.#key = info.key;
    this.#decoder = new Decoder(info.key);
    this.#iopub.subscribe();
    this.#iopub.connect(endpoint(info, "iopub"));
    this.#shell.connect(endpoint(info, "shell"));
    this.#control.connect(endpoint(info, "control"));
    this.#stdin.connect(endpoint(info, "stdin"));
    this.#heartbeat.connect(endpoint(info, "hb"));
    void this.#read("shell", this.#shell, onMessage);
    void this.#read("control", this.#control, onMessage);
    void this.#read("stdin", this.#stdin, onMessage);
    void this.#read("iopub", this.#iopub, onMessage);
  }

  /** Why the latest refused message was refused; `null` while all of them were fine. */
  get refused(): string | null {
    return this.#refused;
  }

  /** Sends a request. A socket without a limit on its queue takes every message at once. */
  async send(channel: "shell" | "control", message: Message<object>): Promise<void> {
    const socket = channel === "shell" ? this.#shell : this.#control;
    await socket.send([...encode(this.#key, [], message)]);
  }

  /** Resolves when the kernel has echoed a heartbeat. May be called once. */
  async heartbeat(): Promise<void> {
    await this.#heartbeat.send("ping");
    await this.#heartbeat.receive();
  }

  /** Closes every channel; messages that were not sent yet are dropped. */
  close(): void {
    for (const socket of [this.#shell, this.#control, this.#stdin, this.#iopub, this.#heartbeat])
      socket.close();
  }

  async #read(
    channel: MessageChannel,
    socket: Dealer | Subscriber,
    onMessage: MessageHandler,
  ): Promise<void> {
    for await (const frames of socket) {
      const message = this.#decode(frames);
      if (message !== null) onMessage(channel, message);
    }
  }

  #decode(frames: readonly Uint8Array[]): Message | null {
    try {
      return this.#decoder.decode(frames).message;
    } catch (error) {
      if (!(error instanceof WireError)) throw error;
      this.#refused = error.message;
      return null;
    }
  }
}
