import type { Message, MessageChannel } from "../wire/index.ts";

/** What happens with the messages that answer one request. */
export interface Listener {
  /** The reply on the channel of the request. */
  onReply(message: Message): void;
  /** Everything on iopub that names the request as its parent. */
  onIopub(message: Message): void;
  /** No answer will come any more. */
  onFailure(error: Error): void;
}

/** Hands messages to the requests that caused them. */
export class PendingRequests {
  readonly #listeners = new Map<string, Listener>();
  #failure: Error | null = null;

  /** Listens for the answers to the message `id`, until {@link remove}. Fails at once when nothing can be answered. */
  add(id: string, listener: Listener): void {
    if (this.#failure !== null) listener.onFailure(this.#failure);
    else this.#listeners.set(id, listener);
  }

  /** Throws why nothing can be answered any more, if that is so. */
  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  remove(id: string): void {
    this.#listeners.delete(id);
  }

  /** Fails every request, and all that may be made later; the first failure stays. */
  fail(error: Error): void {
    this.#failure ??= error;
    const listeners = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listener of listeners) listener.onFailure(this.#failure);
  }

  /** Takes a message that arrived; one that answers nobody's request is dropped. */
  dispatch(channel: MessageChannel, message: Message): void {
    const { msg_id: parent } = message.parent_header;
    const listener = parent === undefined ? undefined : this.#listeners.get(parent);
    if (channel === "iopub") listener?.onIopub(message);
    else listener?.onReply(message);
  }
}
