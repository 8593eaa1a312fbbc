import type { Frames } from "../wire/index.ts";

/** A socket as far as sending goes. */
export interface SendingSocket {
  send(frames: (string | Uint8Array)[]): Promise<void>;
}

/** Sends one message after the other: ZeroMQ sockets refuse a second send while one is waiting (EBUSY). */
export class SendQueue {
  readonly #socket: SendingSocket;
  #last: Promise<void> = Promise.resolve();

  constructor(socket: SendingSocket) {
    this.#socket = socket;
  }

  /** Resolves when the socket has taken the message; rejects if it refused this one. Later messages are sent all the same. */
  async send(frames: Frames): Promise<void> {
    const sent = this.#last.then(() => this.#socket.send([...frames]));
    this.#last = sent.catch(() => {}); // whoever sent this message is told; the next one must not fail with it
    await sent;
  }

  /** Resolves when everything that was sent so far has been taken. */
  async drained(): Promise<void> {
    await this.#last;
  }
}
