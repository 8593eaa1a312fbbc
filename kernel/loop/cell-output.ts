// From the module: cells may replace the globals.
import { clearTimeout, setTimeout } from "node:timers";
import type { Broadcast, DisplayContent, OutputSink } from "../session/types.ts";
import type { Contents, Header } from "../wire/index.ts";
import type { Front } from "./front.ts";

/** Text that follows other text within this time waits for more of it. A front end that redraws 20 times a second looks immediate. */
const FLUSH_MS = 50;
/** Text of this many UTF-16 units is sent at once. */
const FLUSH_LENGTH = 65_536;

type Publisher = Pick<Front, "publish" | "broadcast">;
type StreamName = Contents["stream"]["name"];

/**
 * The outputs of one cell, sent with its header as their parent, also when they come after the cell has ended.
 * Neighbouring stream text becomes one message, and is always sent before anything else of the cell.
 */
export class CellOutput implements OutputSink {
  readonly #front: Publisher;
  readonly #parent: Header;
  #name: StreamName = "stdout";
  readonly #parts: string[] = [];
  #length = 0;
  #sentAt = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  readonly #waiting: Set<CellOutput>;

  /** @param waiting where this object stands while it has text that was not sent yet */
  constructor(front: Publisher, parent: Header, waiting: Set<CellOutput>) {
    this.#front = front;
    this.#parent = parent;
    this.#waiting = waiting;
  }

  stream(name: StreamName, text: string): void {
    if (text === "") return;
    if (name !== this.#name) this.flush();
    this.#name = name;
    this.#parts.push(text);
    this.#length += text.length;
    this.#waiting.add(this);
    // Text after a pause goes at once: a busy loop that follows would never return to the timer.
    if (this.#length >= FLUSH_LENGTH || performance.now() - this.#sentAt >= FLUSH_MS) this.flush();
    else this.#timer ??= setTimeout(() => this.flush(), FLUSH_MS).unref();
  }

  display(content: DisplayContent): void {
    this.flush();
    this.#front.publish(this.#parent, "display_data", displayData(content));
  }

  updateDisplay({ displayId, ...content }: DisplayContent & { readonly displayId: string }): void {
    this.flush();
    this.#front.publish(this.#parent, "update_display_data", {
      ...displayData(content),
      transient: { display_id: displayId },
    });
  }

  clearOutput(wait: boolean): void {
    this.flush();
    this.#front.publish(this.#parent, "clear_output", { wait });
  }

  broadcast(message: Broadcast): void {
    this.flush();
    this.#front.broadcast(this.#parent, message);
  }

  /**
   * Sends the text that waits. An interrupt may end this at any point, so the text is forgotten only after it was sent:
   * text that comes twice is better than text that is lost.
   */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#parts.length === 0) return;
    this.#front.publish(this.#parent, "stream", { name: this.#name, text: this.#parts.join("") });
    this.#waiting.delete(this);
    this.#parts.length = 0;
    this.#length = 0;
    this.#sentAt = performance.now();
  }
}

/** The fields of `display_data` and `execute_result`. */
export function displayData({ data, metadata, displayId }: DisplayContent): Contents["display_data"] {
  return { data, metadata, transient: displayId === undefined ? {} : { display_id: displayId } };
}
