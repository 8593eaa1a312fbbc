import type { Envelope } from "../wire/index.ts";
import type { ShellRequest } from "./thread-messages.ts";

/**
 * Shell requests in the order of their arrival. They wait in this thread, not in the main thread's, because a termination
 * there could lose the one that is just being received.
 */
export class ShellQueue {
  readonly #deliver: (request: ShellRequest) => void;
  #waiting: ShellRequest[] = [];
  #wanted = 0;
  #inHand: ShellRequest | null = null;

  /** @param deliver called once for each {@link next}, as soon as there is a request. */
  constructor(deliver: (request: ShellRequest) => void) {
    this.#deliver = deliver;
  }

  /** What the main thread works on: the request that it got last, until it wants another. */
  get inHand(): ShellRequest | null {
    return this.#inHand;
  }

  push({ identities, message }: Envelope): void {
    this.#waiting.push({ identities, message, aborted: false });
    this.#serve();
  }

  /** The main thread can take one more. */
  next(): void {
    this.#wanted += 1;
    this.#inHand = null;
    this.#serve();
  }

  /** Marks the cells that wait now; other requests are answered as usual. */
  abortQueued(): void {
    this.#waiting = this.#waiting.map((request) =>
      request.message.header.msg_type === "execute_request" ? { ...request, aborted: true } : request,
    );
  }

  #serve(): void {
    while (this.#wanted > 0) {
      const request = this.#waiting.shift();
      if (request === undefined) return;
      this.#wanted -= 1;
      this.#inHand = request;
      this.#deliver(request);
    }
  }
}
