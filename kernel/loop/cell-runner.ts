import { noInput } from "../session/no-input.ts";
import type { ExecuteOutcome, Session } from "../session/types.ts";
import type {
  ErrorContent,
  ExecuteReply,
  ExecuteRequest,
  Header,
  UserExpressionResult,
} from "../wire/index.ts";
import { CellGuard } from "./cell-guard.ts";
import { CellOutput, displayData } from "./cell-output.ts";
import type { Front } from "./front.ts";

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

/** Runs cells in the session and publishes what they put out. */
export class CellRunner {
  readonly #front: Front;
  readonly #session: Session;
  readonly #guard: CellGuard;
  #count = 0;
  #output: CellOutput | null = null;

  constructor(front: Front, session: Session) {
    this.#front = front;
    this.#session = session;
    this.#guard = new CellGuard(front, () => session.interrupt());
  }

  /** The number of the latest cell that counted. */
  get executionCount(): number {
    return this.#count;
  }

  /** Runs one cell; everything that it put out has been sent when this resolves with its reply. */
  async run(request: ExecuteRequest, parent: Header): Promise<ExecuteReply> {
    // A cell that leaves no history still needs a name in tracebacks: it takes the number of the next one.
    const count = this.#count + 1;
    if (request.store_history) this.#count = count;
    if (!request.silent) {
      this.#front.publish(parent, "execute_input", { code: request.code, execution_count: count });
    }
    const output = new CellOutput(this.#front, parent);
    this.#output = output;
    const finished = await this.#guard.run(() => this.#work(request, count, output), interrupted);
    output.flush();
    return this.#conclude(request, count, parent, finished);
  }

  /** The front reports that the running cell was stopped. */
  interrupted(): void {
    this.#guard.interrupted();
  }

  /** Sends the text that the latest cell has printed since its reply. */
  flush(): void {
    this.#output?.flush();
  }

  async #work(request: ExecuteRequest, count: number, output: CellOutput): Promise<Finished> {
    const outcome = await this.#session.execute(request.code, count, { output, input: noInput });
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
  const { data = {}, metadata = {} } = outcome.result ?? {};
  return { status: "ok", data, metadata };
}
