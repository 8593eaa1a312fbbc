import type { Envelope } from "../wire/index.ts";
import type { InputAnswer, InputQuestion } from "./thread-messages.ts";

/**
 * The questions that wait for users' answers. A client gets one at a time, since an answer need not say what it answers:
 * jupyter_client's `input()` sends no parent header.
 */
export class InputDesk {
  readonly #ask: (question: InputQuestion) => void;
  readonly #answer: (question: InputQuestion, answer: InputAnswer) => void;
  /** By client; the first of each was asked. */
  readonly #questions = new Map<string, InputQuestion[]>();

  /**
   * @param ask sends a question to its client
   * @param answer takes the user's line, or `null` when there will be none
   */
  constructor(
    ask: (question: InputQuestion) => void,
    answer: (question: InputQuestion, answer: InputAnswer) => void,
  ) {
    this.#ask = ask;
    this.#answer = answer;
  }

  /** Takes a question; it is asked when its client has answered those before. */
  add(question: InputQuestion): void {
    const client = nameOf(question.identities);
    const waiting = this.#questions.get(client);
    if (waiting !== undefined) {
      waiting.push(question);
      return;
    }
    this.#questions.set(client, [question]);
    this.#ask(question);
  }

  /** Takes an `input_reply`. An answer that nobody waits for, as after an interrupt, is dropped. */
  receive({ identities, message }: Envelope): void {
    if (message.header.msg_type !== "input_reply") return;
    const client = nameOf(identities);
    const [question, next, ...rest] = this.#questions.get(client) ?? [];
    if (question === undefined) return;
    const { value } = message.content;
    this.#answer(question, { id: question.id, value: typeof value === "string" ? value : "" });
    if (next === undefined) this.#questions.delete(client);
    else {
      this.#questions.set(client, [next, ...rest]);
      this.#ask(next);
    }
  }

  /** Whoever waits is told that no answer will come. */
  cancel(): void {
    const questions = [...this.#questions.values()].flat();
    this.#questions.clear();
    for (const question of questions) this.#answer(question, { id: question.id, value: null });
  }
}

function nameOf(identities: readonly Uint8Array[]): string {
  return identities.map((identity) => Buffer.from(identity).toString("hex")).join(" ");
}
