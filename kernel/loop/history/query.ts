import type { HistoryEntry, JsonObject } from "../../wire/index.ts";
import { globPattern } from "./glob.ts";

/** A cell that ran. */
export interface HistoryLine {
  readonly session: number;
  /** The cell's execution count. */
  readonly line: number;
  readonly input: string;
  /** Its value as text; `null` when it showed none. */
  readonly output: string | null;
}

/** Where lines are read from. */
export interface HistorySource {
  /** The number of the session that runs now. */
  readonly session: number;
  /** The lines of one session, in order. */
  linesOf(session: number): readonly HistoryLine[];
  /** All lines, the latest first. */
  latestFirst(): Iterable<HistoryLine>;
}

/** As many as a client gets that does not say how many it wants. */
const UNASKED = 1_000;

/**
 * Answers the content of a `history_request` ("History", messaging specification 5.5; what it leaves open is as in ipykernel):
 * `tail` with `n`, `range` with `session` (0 and negative ones count back from the present one), `start` and `stop`, `search` with `pattern`, `n`
 * and `unique`. A text instead says what is wrong with the request.
 */
export function queryHistory(source: HistorySource, request: JsonObject): readonly HistoryEntry[] | string {
  const { hist_access_type: type, output, unique, pattern = "*" } = request;
  const shown = (line: HistoryLine): HistoryEntry => [
    line.session,
    line.line,
    output === true ? [line.input, line.output] : line.input,
  ];
  switch (type) {
    case "tail":
      return latest(source.latestFirst(), countOf(request["n"])).map(shown);
    case "range":
      return rangeOf(source, request).map(shown);
    case "search": {
      if (typeof pattern !== "string") return `"pattern" must be a text; got ${JSON.stringify(pattern)}.`;
      const found = matching(source.latestFirst(), globPattern(pattern), unique === true);
      return latest(found, countOf(request["n"])).map(shown);
    }
    default:
      return `"hist_access_type" must be "tail", "range" or "search"; got ${JSON.stringify(type)}.`;
  }
}

function countOf(n: unknown): number {
  return typeof n === "number" && n >= 0 ? Math.floor(n) : UNASKED;
}

/** The first `count`, in the order in which they ran. */
function latest(lines: Iterable<HistoryLine>, count: number): HistoryLine[] {
  const found: HistoryLine[] = [];
  if (count === 0) return found;
  for (const line of lines) if (found.push(line) === count) break;
  return found.toReversed();
}

function* matching(lines: Iterable<HistoryLine>, pattern: RegExp, unique: boolean): Iterable<HistoryLine> {
  const seen = new Set<string>();
  for (const line of lines) {
    if (!pattern.test(line.input) || (unique && seen.has(line.input))) continue;
    seen.add(line.input);
    yield line;
  }
}

/** `stop` is the first line that is left out. */
function rangeOf(source: HistorySource, { session, start, stop }: JsonObject): readonly HistoryLine[] {
  const asked = typeof session === "number" ? session : 0;
  const from = typeof start === "number" ? start : 0;
  const to = typeof stop === "number" ? stop : Number.POSITIVE_INFINITY;
  const lines = source.linesOf(asked <= 0 ? source.session + asked : asked);
  return lines.filter(({ line }) => line >= from && line < to);
}
