import type { Front, Request } from "../../../kernel/loop/index.ts";
import type { Broadcast, OutputSink, Session } from "../../../kernel/session/types.ts";
import {
  newMessage,
  type Contents,
  type JsonObject,
  type Message,
  type MessageType,
} from "../../../kernel/wire/index.ts";

/** One thing that the loop sent. */
export interface Sent {
  readonly type: string;
  readonly content: JsonObject;
  /** The id of the request that it belongs to. */
  readonly parent: string | undefined;
}

/** Front ends in memory: keeps what is sent, in order. */
export class MemoryFront implements Front {
  readonly sent: Sent[] = [];
  abortedQueue = 0;
  /** The requests that were put off, and those that were finished. */
  readonly deferred: Request[] = [];
  readonly finished: Request[] = [];
  /** What users answer, in this order. */
  readonly lines: (string | null)[] = [];
  /** What `leaveCell` answers; `false` plays an interrupt that is under way. */
  free = true;
  insideCell = false;

  async ask(request: Request, prompt: string, password: boolean): Promise<string | null> {
    return this.askNow(request, prompt, password);
  }

  askNow(request: Request, prompt: string, password: boolean): string | null {
    this.#send(request.message.header.msg_id, "input_request", { prompt, password });
    return this.lines.shift() ?? null;
  }

  done(request: Request): void {
    this.finished.push(request);
  }

  defer(request: Request): void {
    this.deferred.push(request);
  }

  reply<Type extends MessageType>(request: Request, type: Type, content: Contents[Type]): void {
    this.#send(request.message.header.msg_id, type, content);
  }

  publish<Type extends MessageType>(
    parent: Message["parent_header"],
    type: Type,
    content: Contents[Type],
  ): void {
    this.#send(parent.msg_id, type, content);
  }

  broadcast(parent: Message["parent_header"], { type, content }: Broadcast): void {
    this.#send(parent.msg_id, type, content);
  }

  abortQueued(): void {
    this.abortedQueue += 1;
  }

  enterCell(): boolean {
    this.insideCell = true;
    return true;
  }

  leaveCell(): boolean {
    if (this.free) this.insideCell = false;
    return this.free;
  }

  interruptSettled(): boolean {
    this.insideCell = false;
    return true;
  }

  /** The types of what was sent, `stream` with its text. */
  get transcript(): string[] {
    return this.sent.map(({ type, content }) => {
      if (type === "stream") return `stream ${content["text"]}`;
      return type === "status" ? `status ${content["execution_state"]}` : type;
    });
  }

  /** As on the wire, a content that is no JSON throws, and what is kept is what a client would see. */
  #send(parent: string | undefined, type: string, content: object): void {
    this.sent.push({ type, parent, content: JSON.parse(JSON.stringify(content)) as JsonObject }); // contents are objects
  }
}

/** A session whose cells are functions that the test gives. */
export function sessionOf(
  execute: (code: string, output: OutputSink) => ReturnType<Session["execute"]>,
): Session {
  return {
    comms: { expects: () => true, receive: async () => {}, open: () => ({}) },
    execute: async (code, _count, { output }) => execute(code, output),
    evaluateExpressions: async (expressions) =>
      Object.fromEntries(
        Object.entries(expressions).map(([name, code]) => [
          name,
          { status: "ok", result: { data: { "text/plain": code }, metadata: {} } },
        ]),
      ),
    interrupt() {},
    isComplete: () => ({ status: "incomplete", indent: "  " }),
    reportUncaught() {},
  };
}

const sender = { session: "session-of-the-test", username: "test" };

/** A request of any type and content, as it would come from a client. */
export function requestOf(type: MessageType, content: object, state: Partial<Request> = {}): Request {
  const message = newMessage(sender, "is_complete_request", { code: "" });
  const header = { ...message.header, msg_type: type };
  // Any object is a JSON object.
  return {
    message: { ...message, header, content: content as JsonObject },
    aborted: false,
    inTurn: true,
    ...state,
  };
}
