import type { CellConnections, CommMessage, ExecuteOutcome, Session } from "../session/types.ts";
import type {
  ErrorContent,
  ExecuteReply,
  ExecuteRequest,
  Header,
  UserExpressionResult,
} from "../wire/index.ts";
import { CellGuard } from "./cell-guard.ts";
import { CellOutput, displayData } from "./cell-output.ts";
import type { Front, Request } from "./front.ts";
import type { History } from "./history/index.ts";
import { inputOf } from "./request-input.ts";

/** How a cell and its user expressions ended. */
interface Finished {
  readonly outcome: ExecuteOutcome;
  readonly expressions: Readonly<Record<string, ExecuteOutcome>>;
}

/** What is reported of a cell that an interrupt ended without a trace. */
const interrupted: Finished = {
  outcome: {
    status: "error",
    error: {
      ename: "KeyboardInterrupt",
      evalue: "interrupted",
      traceback: ["KeyboardInterrupt: interrupted"],
    },
  },
  expressions: {},
};

/** Runs cells and the handlers of comms in the session, and publishes what they put out. */
export class CellRunner<Incoming extends Request> {
  readonly #front: Front<Incoming>;
  readonly #session: Session;
  readonly #guard: CellGuard;
  readonly #history: History;
  /** The outputs whose text was not sent yet. */
  readonly #waiting = new Set<CellOutput>();
  /** The cells that run, with their execution counts. */
  readonly #running = new Map<Incoming, number>();
  #count = 0;

  constructor(front: Front<Incoming>, session: Session, history: History) {
    this.#front = front;
    this.#session = session;
    this.#history = history;
    this.#guard = new CellGuard(front, () => session.interrupt());
  }

  /** The number of the latest cell that counted. */
  get executionCount(): number {
    return this.#count;
  }

  /** The cells that run now, with their execution counts. */
  get running(): ReadonlyMap<Incoming, number> {
    return this.#running;
  }

  /** Runs one cell; everything that it put out has been sent when this resolves with its reply. */
  async run(incoming: Incoming, request: ExecuteRequest): Promise<ExecuteReply> {
    const parent = incoming.message.header;
    // A cell that leaves no history still needs a name in tracebacks: it takes the number of the next one.
    const count = this.#count + 1;
    if (request.store_history) {
      this.#count = count;
      this.#history.begin(count, request.code);
    }
    if (!request.silent) {
      this.#front.publish(parent, "execute_input", { code: request.code, execution_count: count });
    }
    const output = new CellOutput(this.#front, parent, this.#waiting);
    const connections = { output, input: inputOf(this.#front, incoming, output, request.allow_stdin) };
    this.#running.set(incoming, count);
    const finished = await this.#guard.run(() => this.#work(request, count, connections), interrupted);
    this.#running.delete(incoming);
    output.flush();
    return this.#conclude(request, count, parent, finished);
  }

  /** Hands a comm's message to the session; what its handlers put out has the message as its parent. */
  async receive(incoming: Incoming, message: CommMessage): Promise<void> {
    const output = new CellOutput(this.#front, incoming.message.header, this.#waiting);
    const connections = { output, input: inputOf(this.#front, incoming, output, true) };
    await this.#guard.run(() => this.#session.comms.receive(message, connections), undefined);
    output.flush();
  }

  /** The front reports that the running cell was stopped. */
  interrupted(): void {
    this.#guard.interrupted();
  }

  /** Sends the text that cells have printed since their replies. */
  flush(): void {
    for (const output of this.#waiting) output.flush();
  }

  async #work(request: ExecuteRequest, count: number, connections: CellConnections): Promise<Finished> {
    const outcome = await this.#session.execute(request.code, count, connections);
    if (outcome.status === "error") return { outcome, expressions: {} };
    return { outcome, expressions: await this.#session.evaluateExpressions(request.user_expressions) };
  }

  #conclude(
    request: ExecuteRequest,
    count: number,
    parent: Header,
    { outcome, expressions }: Finished,
  ): ExecuteReply {
    if (outcome.status === "error") return this.#fail(count, parent, outcome.error);
    if (outcome.result !== null && !request.silent) {
      try {
        const result = { ...displayData(outcome.result), execution_count: count };
        this.#front.publish(parent, "execute_result", result);
        if (request.store_history) this.#history.end(count, String(result.data["text/plain"] ?? ""));
      } catch (error) {
        return this.#fail(count, parent, notJson(error as TypeError)); // JSON.stringify throws nothing else
      }
    }
    const values = Object.entries(expressions).map(
      ([name, value]) => [name, expressionResult(value)] as const,
    );
    return {
      status: "ok",
      execution_count: count,
      user_expressions: Object.fromEntries(values),
      payload: [],
    };
  }

  #fail(count: number, parent: Header, { ename, evalue, traceback }: ErrorContent): ExecuteReply {
    this.#front.publish(parent, "error", { ename, evalue, traceback });
    return { status: "error", execution_count: count, ename, evalue, traceback };
  }
}

function notJson(error: TypeError): ErrorContent {
  const evalue = `the cell's value cannot be shown, because its MIME bundle is no JSON: ${error.message}`;
  return { ename: error.name, evalue, traceback: [`${error.name}: ${evalue}`] };
}

function expressionResult(outcome: ExecuteOutcome): UserExpressionResult {
  if (outcome.status === "error") return { status: "error", ...outcome.error };
  // A cell shows nothing of `undefined`; who asks for an expression waits for some text.
  const { data = { "text/plain": "undefined" }, metadata = {} } = outcome.result ?? {};
  return { status: "ok", data, metadata };
}
