import type { Session } from "../session/types.ts";
import type {
  Contents,
  ExecuteReply,
  IsCompleteReply,
  JsonObject,
  KernelInfoReply,
  MessageType,
} from "../wire/index.ts";
import { CellRunner } from "./cell-runner.ts";
import { readCommMessage } from "./comm-message.ts";
import { readExecuteRequest } from "./execute-request.ts";
import type { Front, Request } from "./front.ts";
import type { History } from "./history/index.ts";
import { inOwnTurn } from "./turns.ts";

/** What the loop works with. */
export interface LoopOptions<Incoming extends Request> {
  readonly front: Front<Incoming>;
  readonly session: Session;
  readonly kernelInfo: KernelInfoReply;
  readonly history: History;
  /** Takes one line about a message that was not understood. */
  readonly log: (line: string) => void;
}

/** Answers one request; everything between `busy` and `idle`. */
type Answer<Incoming> = (request: Incoming) => void | Promise<void>;

/** What a cell is told that was taken along by one that failed before it. */
const aborted = {
  ename: "ExecutionAborted",
  evalue: "an earlier cell failed, so this one did not run (stop_on_error)",
  traceback: [],
} as const;

/** The protocol on the shell channel: each request between `busy` and `idle`; whoever delivers them keeps their order. */
export class KernelLoop<Incoming extends Request> {
  readonly #front: Front<Incoming>;
  readonly #session: Session;
  readonly #runner: CellRunner<Incoming>;
  readonly #history: History;
  readonly #log: (line: string) => void;
  readonly #answers: Readonly<Record<string, Answer<Incoming>>>;

  constructor({ front, session, kernelInfo, history, log }: LoopOptions<Incoming>) {
    this.#front = front;
    this.#session = session;
    this.#runner = new CellRunner(front, session, history);
    this.#history = history;
    this.#log = log;
    this.#answers = {
      execute_request: (request) => this.#execute(request),
      is_complete_request: (request) => this.#isComplete(request),
      kernel_info_request: (request) => front.reply(request, "kernel_info_reply", kernelInfo),
      comm_info_request: (request) => this.#commInfo(request),
      history_request: (request) => this.#searchHistory(request),
    };
  }

  /** Answers one request. Several may be under way: those of subshells, and comms' messages, while a cell waits. */
  async handle(request: Incoming): Promise<void> {
    const comm = readCommMessage(request.message);
    if (comm !== null && !request.inTurn && !this.#session.comms.expects(comm)) {
      this.#front.defer(request);
      return;
    }
    this.#publish(request, "status", { execution_state: "busy" });
    try {
      await (comm === null ? this.#answer(request) : this.#runner.receive(request, comm));
    } catch (error) {
      this.#log(`A message of type ${request.message.header.msg_type} failed: ${String(error)}`);
    }
    this.#publish(request, "status", { execution_state: "idle" });
    this.#front.done(request);
  }

  /** The front reports that the running cells were stopped. */
  interrupted(): void {
    this.#runner.interrupted();
  }

  /** Sends what still waits to be sent, for the end of the process. */
  flush(): void {
    this.#runner.flush();
  }

  /** A cell ends the process: answers every cell that runs, as ended by `process.exit(code)`. */
  end(code: number): void {
    this.flush();
    for (const [request, execution_count] of this.#runner.running) {
      const evalue = `process.exit(${code})`;
      const error = { ename: "ProcessExit", evalue, traceback: [`ProcessExit: ${evalue}`] };
      if (code !== 0) this.#publish(request, "error", error);
      const reply: ExecuteReply =
        code === 0
          ? { status: "ok", execution_count, user_expressions: {}, payload: [] }
          : { status: "error", execution_count, ...error };
      this.#front.reply(request, "execute_reply", reply, { status: reply.status });
      this.#publish(request, "status", { execution_state: "idle" });
    }
  }

  /** A request that this kernel does not know is logged and left alone, as the specification wants. */
  async #answer(request: Incoming): Promise<void> {
    const type = request.message.header.msg_type;
    const answer = Object.hasOwn(this.#answers, type) ? this.#answers[type] : undefined;
    if (answer !== undefined) await answer(request);
    else
      this.#log(`Ignored a message of type ${JSON.stringify(type)} on shell: this kernel does not know it.`);
  }

  async #execute(request: Incoming): Promise<void> {
    const failed = { status: "error", execution_count: this.#runner.executionCount } as const;
    if (request.aborted) {
      // ipykernel answers with the status "aborted", which the specification has given up for "error" in version 5.1.
      this.#front.reply(request, "execute_reply", { ...failed, ...aborted }, { status: "aborted" });
      return;
    }
    const execute = readExecuteRequest(request.message.content);
    if (typeof execute === "string") {
      const error = { ename: "ProtocolError", evalue: execute, traceback: [execute] };
      this.#front.reply(request, "execute_reply", { ...failed, ...error });
      return;
    }
    const started = new Date().toISOString();
    const reply = await this.#runner.run(request, execute);
    if (reply.status === "error" && execute.stop_on_error && !execute.silent)
      this.#front.abortQueued(request);
    // JupyterLab shows how long a cell took from these.
    this.#front.reply(request, "execute_reply", reply, { started, status: reply.status });
  }

  #isComplete(request: Incoming): void {
    this.#front.reply(request, "is_complete_reply", this.#completeness(request.message.content));
  }

  #completeness({ code }: JsonObject): IsCompleteReply {
    return typeof code === "string" ? this.#session.isComplete(code) : { status: "unknown" };
  }

  async #commInfo(request: Incoming): Promise<void> {
    // After the messages of comms that came before it, which have turns of their own.
    await new Promise<void>(inOwnTurn);
    const wanted = request.message.content["target_name"];
    const open = Object.entries(this.#session.comms.open());
    // JupyterLab sends an empty name, or null, for every target.
    const comms = open.filter(([, { target_name: name }]) => !isName(wanted) || name === wanted);
    this.#front.reply(request, "comm_info_reply", { status: "ok", comms: Object.fromEntries(comms) });
  }

  #searchHistory(request: Incoming): void {
    const history = this.#history.query(request.message.content);
    const reply: Contents["history_reply"] =
      typeof history === "string"
        ? { status: "error", ename: "ProtocolError", evalue: history, traceback: [history] }
        : { status: "ok", history };
    this.#front.reply(request, "history_reply", reply);
  }

  #publish<Type extends MessageType>(request: Incoming, type: Type, content: Contents[Type]): void {
    this.#front.publish(request.message.header, type, content);
  }
}

function isName(name: unknown): name is string {
  return typeof name === "string" && name !== "";
}
