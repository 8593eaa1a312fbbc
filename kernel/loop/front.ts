import type { Broadcast } from "../session/types.ts";
import type { Contents, JsonObject, Message, MessageType } from "../wire/index.ts";

/** A request on the shell channel. */
export interface Request {
  readonly message: Message;
  /** An earlier cell failed and took this one with it: answer so without running it. */
  readonly aborted: boolean;
  /** Everything that came before it in its shell has been answered; only messages of comms come earlier than that. */
  readonly inTurn: boolean;
}

/** The front ends, as the loop sees them: `Transport` over ZeroMQ, or an array in a test. */
export interface Front<Incoming extends Request = Request> {
  /** Answers a request. @throws TypeError when the content is no JSON. */
  reply<Type extends MessageType>(
    request: Incoming,
    type: Type,
    content: Contents[Type],
    metadata?: JsonObject,
  ): void;
  /** Sends to everyone who listens. @throws TypeError when the content is no JSON. */
  publish<Type extends MessageType>(
    parent: Message["parent_header"],
    type: Type,
    content: Contents[Type],
  ): void;
  /** As {@link publish}, for a message of any type. */
  broadcast(parent: Message["parent_header"], message: Broadcast): void;
  /** Asks the user of the client that sent the request; resolves with `null` when an interrupt comes first. */
  ask(request: Incoming, prompt: string, password: boolean): Promise<string | null>;
  /** As {@link ask}, and blocks the thread meanwhile. */
  askNow(request: Incoming, prompt: string, password: boolean): string | null;
  /** The request has been answered; the next one of its subshell may come. */
  done(request: Incoming): void;
  /** The message of a comm came too early: it comes again in its turn. */
  defer(request: Incoming): void;
  /** Marks the cells that wait now behind this request as `aborted`. */
  abortQueued(request: Incoming): void;
  /**
   * User code begins: from now on an interrupt may terminate whatever this thread runs. `false`: an interrupt is under way;
   * wait for its report and ask again.
   */
  enterCell(): boolean;
  /** User code has ended. `false`: an interrupt is under way; nothing may happen before it has been reported. */
  leaveCell(): boolean;
  /** After the report: whether nothing is terminated any more; `false` when the interrupt began anew and will be reported again. */
  interruptSettled(): boolean;
}
