/** Where progress is written: `process.stderr`, or whatever a test gives. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * Says on stderr how far long work is: on a terminal one line that counts the cells, elsewhere one line for each
 * notebook that is done, so that a log stays short.
 */
export class Progress {
  readonly #stream: ProgressStream;
  readonly #live: boolean;
  readonly #quiet: boolean;

  constructor(stream: ProgressStream, quiet: boolean) {
    this.#stream = stream;
    this.#live = stream.isTTY === true && !quiet;
    this.#quiet = quiet;
  }

  /** `done` of `total` cells of `file` have run. */
  cell(file: string, done: number, total: number): void {
    if (this.#live) this.#stream.write(`${ERASE_LINE}${file}: cell ${done + 1} of ${total} …`);
  }

  /** A line that stays. */
  line(text: string): void {
    if (!this.#quiet) this.#stream.write(`${this.#live ? ERASE_LINE : ""}${text}\n`);
  }

  /** Removes the line that counts, before something else is written. */
  clear(): void {
    if (this.#live) this.#stream.write(ERASE_LINE);
  }
}

/** Back to the start of the line, and erase to its end (ECMA-48: CR, EL). */
const ERASE_LINE = "\r\u001b[K";
