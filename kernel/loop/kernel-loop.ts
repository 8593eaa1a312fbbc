import type { Session } from "../session/types.ts";
import type { Contents, IsCompleteReply, JsonObject, KernelInfoReply, MessageType } from "../wire/index.ts";
import { CellRunner } from "./cell-runner.ts";
import { readExecuteRequest } from "./execute-request.ts";
import type { Front, Request } from "./front.ts";

/** What the loop works with. */
export interface LoopOptions<Incoming extends Request> {
  readonly front: Front<Incoming>;
  readonly session: Session;
  readonly kernelInfo: KernelInfoReply;
  /** Takes one line about a message that was not understood. */
  readonly log: (line: string) => void;
}

/** Answers one request; everything between `busy` and `idle`. */
type Answer<Incoming> = (request: Incoming) => void | Promise<void>;

/** The protocol on the shell channel: one request after the other, each between `busy` and `idle`. */
export class KernelLoop<Incoming extends Request> {
  readonly #front: Front<Incoming>;
  readonly #session: Session;
  readonly #runner: CellRunner;
  readonly #log: (line: string) => void;
  readonly #answers: Readonly<Record<string, Answer<Incoming>>>;

  constructor({ front, session, kernelInfo, log }: LoopOptions<Incoming>) {
    this.#front = front;
    this.#session = session;
    this.#runner = new CellRunner(front, session);
    this.#log = log;
    this.#answers = {
      execute_request: (request) => this.#execute(request),
      is_complete_request: (request) => this.#isComplete(request),
      kernel_info_request: (request) => front.reply(request, "kernel_info_reply", kernelInfo),
      comm_info_request: (request) => front.reply(request, "comm_info_reply", { status: "ok", comms: {} }),
      history_request: (request) => front.reply(request, "history_reply", { status: "ok", history: [] }),
    };
  }

  /** Answers requests for ever. */
  async run(): Promise<never> {
    for (;;) await this.handle(await this.#front.next());
  }

  /** Answers one request; one that this kernel does not know is logged and left alone, as the specification wants. */
  async handle(request: Incoming): Promise<void> {
    const { header } = request.message;
    const answer = Object.hasOwn(this.#answers, header.msg_type) ? this.#answers[header.msg_type] : undefined;
    if (answer === undefined) {
      this.#log(
        `Ignored a message of type ${JSON.stringify(header.msg_type)} on shell: this kernel does not know it.`,
      );
      return;
    }
    this.#publish(request, "status", { execution_state: "busy" });
    await answer(request);
    this.#publish(request, "status", { execution_state: "idle" });
  }

  /** The front reports that the running cell was stopped. */
  interrupted(): void {
    this.#runner.interrupted();
  }

  /** Sends what still waits to be sent, for the end of the process. */
  flush(): void {
    this.#runner.flush();
  }

  async #execute(request: Incoming): Promise<void> {
    const count = this.#runner.executionCount;
    if (request.aborted) {
      this.#front.reply(request, "execute_reply", { status: "aborted", execution_count: count });
      return;
    }
    const execute = readExecuteRequest(request.message.content);
    if (typeof execute === "string") {
      const error = { ename: "ProtocolError", evalue: execute, traceback: [execute] };
      this.#front.reply(request, "execute_reply", { status: "error", execution_count: count, ...error });
      return;
    }
    const reply = await this.#runner.run(execute, request.message.header);
    if (reply.status === "error" && execute.stop_on_error) this.#front.abortQueued();
    this.#front.reply(request, "execute_reply", reply);
  }

  #isComplete(request: Incoming): void {
    this.#front.reply(request, "is_complete_reply", this.#completeness(request.message.content));
  }

  #completeness({ code }: JsonObject): IsCompleteReply {
    return typeof code === "string" ? this.#session.isComplete(code) : { status: "unknown" };
  }

  #publish<Type extends MessageType>(request: Incoming, type: Type, content: Contents[Type]): void {
    this.#front.publish(request.message.header, type, content);
  }
}
