import type { HistoryEntry, JsonObject } from "../../wire/index.ts";
import type { HistoryFiles } from "./files.ts";
import { queryHistory, type HistoryLine, type HistorySource } from "./query.ts";

/** Outputs are kept as text, and longer ones in part: the history is for finding code again. */
const LONGEST_OUTPUT = 4_096;

/** The cells that ran, of this session and of earlier ones. */
export class History implements HistorySource {
  readonly #files: HistoryFiles | null;
  readonly #lines: HistoryLine[] = [];

  /** @param files where sessions are kept; `null` for a session that leaves no trace */
  constructor(files: HistoryFiles | null) {
    this.#files = files;
  }

  /** Numbers count up from 1 over all sessions that were kept. */
  get session(): number {
    return this.#files?.session ?? 1;
  }

  /** A cell begins. It is kept from now on, so that it is found also when it ends the kernel. */
  begin(line: number, input: string): void {
    this.#files?.append({ line, input }); // may settle the number of the session
    this.#lines.push({ session: this.session, line, input, output: null });
  }

  /** The cell of that number has shown a value. */
  end(line: number, text: string): void {
    const output = text.slice(0, LONGEST_OUTPUT);
    const at = this.#lines.findLastIndex((entry) => entry.line === line);
    const entry = this.#lines[at];
    if (entry === undefined) return;
    this.#lines[at] = { ...entry, output };
    this.#files?.append({ line, output });
  }

  /** Answers a `history_request`; a text says what is wrong with it. */
  query(request: JsonObject): readonly HistoryEntry[] | string {
    return queryHistory(this, request);
  }

  linesOf(session: number): readonly HistoryLine[] {
    return session === this.session ? this.#lines : (this.#files?.read(session) ?? []);
  }

  *latestFirst(): Iterable<HistoryLine> {
    yield* this.#lines.toReversed();
    for (const session of this.#files?.earlierSessions() ?? []) yield* this.linesOf(session).toReversed();
  }
}
