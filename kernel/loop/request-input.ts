import { noInput } from "../session/input/no-input.ts";
import type { InputQuestion, InputSource } from "../session/types.ts";
import type { CellOutput } from "./cell-output.ts";
import type { Front, Request } from "./front.ts";

/** What a question ends with when the cell is interrupted before the answer has come. */
class InterruptedQuestionError extends Error {
  override readonly name = "KeyboardInterrupt";

  constructor() {
    super("interrupted");
  }
}

/** Asks the client that sent a request. */
class RequestInput<Incoming extends Request> implements InputSource {
  readonly #front: Front<Incoming>;
  readonly #request: Incoming;
  readonly #output: CellOutput;

  constructor(front: Front<Incoming>, request: Incoming, output: CellOutput) {
    this.#front = front;
    this.#request = request;
    this.#output = output;
  }

  /** What was printed before the question is seen before it. */
  async ask({ prompt, password }: InputQuestion): Promise<string> {
    this.#output.flush();
    return lineOf(await this.#front.ask(this.#request, prompt, password));
  }

  askNow({ prompt, password }: InputQuestion): string {
    this.#output.flush();
    return lineOf(this.#front.askNow(this.#request, prompt, password));
  }
}

function lineOf(answer: string | null): string {
  if (answer === null) throw new InterruptedQuestionError();
  return answer;
}

/** Where the code of a request asks its questions; nowhere when its client allows none. */
export function inputOf<Incoming extends Request>(
  front: Front<Incoming>,
  request: Incoming,
  output: CellOutput,
  allowed: boolean,
): InputSource {
  return allowed ? new RequestInput(front, request, output) : noInput;
}
