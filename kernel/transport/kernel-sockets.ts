import { Reply, Router, XPublisher } from "zeromq";
import { endpoint, type Channel, type ConnectionInfo, type Frames } from "../wire/index.ts";
import { BindError } from "./bind-error.ts";
import { SendQueue } from "./send-queue.ts";

/** The channels on which clients send messages. */
export type ReceivingChannel = "shell" | "control" | "stdin";

/** Called with the frames of every message, signed or not. */
export type FramesHandler = (channel: ReceivingChannel, frames: readonly Uint8Array[]) => void;

type SendingChannel = "shell" | "control" | "stdin" | "iopub";

/**
 * No limit on queued messages: ZeroMQ's default drops output silently when a client reads more slowly than a cell prints.
 * After closing, unsent messages get this many milliseconds.
 */
const UNLIMITED = { sendHighWaterMark: 0, receiveHighWaterMark: 0, linger: 500 } as const;
/** First byte of the message with which a subscriber announces itself; 0 ends a subscription. */
const SUBSCRIBED = 1;

/** Clients must encrypt with the keys of the connection file, when it has any. The heartbeat's, too, as jupyter_client does it. */
function encryption({ curve_secretkey: secretKey }: ConnectionInfo): object {
  return secretKey === undefined ? {} : { curveServer: true, curveSecretKey: secretKey };
}

/** The kernel's end of its five channels. */
export class KernelSockets {
  readonly #info: ConnectionInfo;
  readonly #shell: Router;
  readonly #control: Router;
  readonly #stdin: Router;
  readonly #iopub: XPublisher;
  readonly #heartbeat: Reply;
  readonly #queues: Record<SendingChannel, SendQueue>;

  constructor(info: ConnectionInfo) {
    this.#info = info;
    const options = { ...UNLIMITED, ...encryption(info) };
    // A client that connects anew, as after a lost network, has the identity of its lost connection, and is ignored until that is known to be lost.
    const answering = { ...options, handover: true };
    this.#shell = new Router(answering);
    this.#control = new Router(answering);
    this.#stdin = new Router(answering);
    this.#iopub = new XPublisher(options);
    this.#heartbeat = new Reply({ ...options, linger: 0 });
    // Without this only the first of several clients with the same subscription would be welcomed.
    this.#iopub.verbosity = "allSubs";
    this.#queues = {
      shell: new SendQueue(this.#shell),
      control: new SendQueue(this.#control),
      stdin: new SendQueue(this.#stdin),
      iopub: new SendQueue(this.#iopub),
    };
  }

  /** @throws BindError naming the first channel that cannot listen. */
  async bind(): Promise<void> {
    const channels = {
      hb: this.#heartbeat,
      control: this.#control,
      shell: this.#shell,
      stdin: this.#stdin,
      iopub: this.#iopub,
    };
    for (const [channel, socket] of Object.entries(channels) as [Channel, Router | Reply | XPublisher][]) {
      const address = endpoint(this.#info, channel);
      await socket.bind(address).catch((error: NodeJS.ErrnoException) => {
        throw new BindError(channel, address, error.code, error.message);
      });
    }
  }

  /** Starts reading. `onSubscribe` gets the topic of every new subscription on iopub. */
  listen(onFrames: FramesHandler, onSubscribe: (topic: Uint8Array) => void): void {
    void this.#echo();
    void this.#read("control", this.#control, onFrames);
    void this.#read("shell", this.#shell, onFrames);
    void this.#read("stdin", this.#stdin, onFrames);
    void this.#readSubscriptions(onSubscribe);
  }

  /** Sends after everything that was sent on this channel before; resolves when ZeroMQ has taken the message. */
  async send(channel: SendingChannel, frames: Frames): Promise<void> {
    await this.#queues[channel].send(frames);
  }

  /** Sends what is queued, then closes every channel. */
  async close(): Promise<void> {
    await Promise.all(Object.values(this.#queues).map((queue) => queue.drained()));
    for (const socket of [this.#shell, this.#control, this.#stdin, this.#iopub, this.#heartbeat])
      socket.close();
  }

  async #echo(): Promise<void> {
    for await (const frames of this.#heartbeat) await this.#heartbeat.send(frames);
  }

  async #read(channel: ReceivingChannel, socket: Router, onFrames: FramesHandler): Promise<void> {
    for await (const frames of socket) onFrames(channel, frames);
  }

  async #readSubscriptions(onSubscribe: (topic: Uint8Array) => void): Promise<void> {
    for await (const [event] of this.#iopub) {
      if (event !== undefined && event[0] === SUBSCRIBED) onSubscribe(event.subarray(1));
    }
  }
}
