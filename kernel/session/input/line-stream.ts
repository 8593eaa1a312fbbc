import { Readable } from "node:stream";
// From the module: cells may replace the globals.
import { clearTimeout, setTimeout } from "node:timers";
import type { InputSource } from "../types.ts";

/** After each line its reader has this long to stop reading: a question nobody needs would stand in the notebook for ever. */
const PAUSE_MS = 20;

/** A stream of lines that a user types, who is asked for one whenever somebody reads. It never ends by itself. */
export class LineStream extends Readable {
  readonly #inputOf: () => InputSource;
  readonly #wanted: () => boolean;
  #timer: NodeJS.Timeout | null = null;
  /** `read` was called and nothing was pushed yet; Readable does not call it again before that. */
  #due = false;
  #asking = false;

  /**
   * @param inputOf the input of the cell that reads
   * @param wanted whether someone would take a line now; by default, whether the stream is read
   */
  constructor(inputOf: () => InputSource, wanted?: () => boolean) {
    super({ encoding: "utf8", highWaterMark: 1 });
    this.#inputOf = inputOf;
    this.#wanted = wanted ?? (() => this.#isRead());
    this.on("resume", () => this.look());
    this.on("newListener", (name: string | symbol) => {
      if (name === "readable" || name === "data") this.look();
    });
  }

  override _read(): void {
    this.#due = true;
    this.look();
  }

  /** Asks soon, if somebody wants a line by then. */
  look(): void {
    if (!this.#due || this.#asking) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), PAUSE_MS);
  }

  async #ask(): Promise<void> {
    this.#timer = null;
    if (this.#asking || this.destroyed || !this.#wanted()) return;
    this.#asking = true;
    try {
      const line = await this.#inputOf().ask({ prompt: "", password: false });
      this.#due = false;
      this.#asking = false;
      this.push(`${line}\n`);
    } catch (error) {
      this.#asking = false;
      // Nobody can answer, or the cell was interrupted. The stream is not destroyed: it stays for the cells that come.
      const unheard = this.listenerCount("error") === 0;
      const interrupted = error instanceof Error && error.name === "KeyboardInterrupt";
      if (!unheard || !interrupted) this.emit("error", error);
    }
  }

  /** Loops that await the stream listen to `readable`, everyone else lets it flow. */
  #isRead(): boolean {
    return this.listenerCount("readable") > 0 || this.readableFlowing === true;
  }
}
