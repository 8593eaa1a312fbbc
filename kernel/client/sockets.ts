import { randomUUID } from "node:crypto";
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

/** As jupyter_client does it, the pair in the connection file serves as both the kernel's keys and the client's. */
function encryption({ curve_publickey: publicKey, curve_secretkey: secretKey }: ConnectionInfo): object {
  if (publicKey === undefined || secretKey === undefined) return {};
  return { curveServerKey: publicKey, curvePublicKey: publicKey, curveSecretKey: secretKey };
}

/** The client's end of a kernel's five channels. */
export class ClientSockets {
  readonly #info: ConnectionInfo;
  readonly #decoder: Decoder;
  readonly #shell: Dealer;
  readonly #control: Dealer;
  readonly #stdin: Dealer;
  readonly #iopub: Subscriber;
  readonly #heartbeat: Request;
  #refused: string | null = null;

  constructor(info: ConnectionInfo, onMessage: MessageHandler) {
    this.#info = info;
    this.#decoder = new Decoder(info);
    const encrypted = encryption(info);
    // A kernel sends its questions to the name that the request on shell came from.
    const named = { ...COMPLETE, ...encrypted, routingId: randomUUID() };
    this.#shell = new Dealer(named);
    this.#control = new Dealer({ ...COMPLETE, ...encrypted });
    this.#stdin = new Dealer(named);
    this.#iopub = new Subscriber({ receiveHighWaterMark: 0, linger: 0, ...encrypted });
    this.#heartbeat = new Request({ linger: 0, ...encrypted });
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
  async send(channel: "shell" | "control" | "stdin", message: Message<object>): Promise<void> {
    const sockets = { shell: this.#shell, control: this.#control, stdin: this.#stdin };
    await sockets[channel].send([...encode(this.#info, [], message)]);
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
