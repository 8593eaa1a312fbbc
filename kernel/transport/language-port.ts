import type { MessagePort } from "node:worker_threads";
import type { CompleteReply, InspectReply, JsonObject } from "../wire/index.ts";
import type { LanguageAnswer, LanguageQuestion } from "./thread-messages.ts";

/** A service that takes longer has an answer that nobody wants any more. */
const DEADLINE_MS = 10_000;

/** Asks the language service, which is another thread, so that cells do not hold its answers up. */
export class LanguagePort {
  readonly #port: MessagePort | null;
  readonly #waiting = new Map<number, (content: object | null) => void>();
  #asked = 0;

  /** @param port the service; `null` when there is none, and nothing is ever known. */
  constructor(port: MessagePort | null) {
    this.#port = port;
    port?.on("message", ({ id, content }: LanguageAnswer) => this.#waiting.get(id)?.(content));
  }

  /** The content of the reply to a `complete_request` or `inspect_request`: an empty one when the service does not answer. */
  async ask(type: LanguageQuestion["type"], request: JsonObject): Promise<object> {
    const content = readQuestion(request);
    return (await this.#answerOf({ type, content })) ?? nothingFound(type, content.cursor_pos);
  }

  async #answerOf(question: Omit<LanguageQuestion, "id">): Promise<object | null> {
    if (this.#port === null) return null;
    this.#asked += 1;
    const id = this.#asked;
    const answer = await new Promise<object | null>((resolve) => {
      const deadline = setTimeout(() => resolve(null), DEADLINE_MS);
      this.#waiting.set(id, (content) => {
        clearTimeout(deadline);
        resolve(content);
      });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
      this.#port?.postMessage({ ...question, id } satisfies LanguageQuestion);
    });
    this.#waiting.delete(id);
    return answer;
  }
}

/** What a client left out, or sent as something else, has its natural value: no code, the end of the code, few details. */
function readQuestion({
  code,
  cursor_pos: cursor,
  detail_level: detail,
}: JsonObject): LanguageQuestion["content"] {
  const text = typeof code === "string" ? code : "";
  const length = [...text].length;
  const position = typeof cursor === "number" && Number.isInteger(cursor) ? cursor : length;
  return {
    code: text,
    cursor_pos: Math.min(Math.max(position, 0), length),
    detail_level: detail === 1 ? 1 : 0,
  };
}

function nothingFound(type: LanguageQuestion["type"], cursor: number): CompleteReply | InspectReply {
  return type === "inspect_request"
    ? { status: "ok", found: false, data: {}, metadata: {} }
    : { status: "ok", matches: [], cursor_start: cursor, cursor_end: cursor, metadata: {} };
}
