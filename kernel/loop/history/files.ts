import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import type { HistoryLine } from "./query.ts";

/** What is written: a cell that begins, and then its value. */
type HistoryRecord =
  { readonly line: number; readonly input: string } | { readonly line: number; readonly output: string };

/** Sessions and bytes that are kept; older sessions go first. */
const MOST_SESSIONS = 500;
const MOST_BYTES = 32 * 2 ** 20;
/** One session does not push out the others. */
const MOST_BYTES_OF_SESSION = 2 * 2 ** 20;

const FILE_NAME = /^session-(?<number>\d+)\.jsonl$/u;

/**
 * The history on disk: a folder with a file of JSON lines for each session. Several kernels share it without locks, since each
 * writes to its own file alone, whose number is taken by creating it. A folder that cannot be written is left alone.
 */
export class HistoryFiles {
  readonly #folder: string;
  readonly #log: (line: string) => void;
  #session: number | null = null;
  #created = false;
  #bytes = 0;

  /**
   * @param folder made when the first cell is kept
   * @param log takes one line when the folder cannot be used
   */
  constructor(folder: string, log: (line: string) => void) {
    this.#folder = folder;
    this.#log = log;
  }

  /** The number of this session. Until its first cell, another kernel may still take it. */
  get session(): number {
    this.#session ??= (this.#sessions()[0] ?? 0) + 1;
    return this.#session;
  }

  /** Keeps a record of this session. */
  append(record: HistoryRecord): void {
    const text = `${JSON.stringify(record)}\n`;
    this.#bytes += Buffer.byteLength(text);
    if (this.#bytes > MOST_BYTES_OF_SESSION) return;
    try {
      if (!this.#created) this.#create();
      appendFileSync(this.#fileOf(this.session), text);
    } catch (error) {
      this.#bytes = Number.POSITIVE_INFINITY;
      this.#log(`The history of cells is not kept in ${this.#folder}: ${(error as Error).message}.`); // of node:fs
    }
  }

  /** The numbers of the sessions before this one, the latest first. */
  earlierSessions(): readonly number[] {
    return this.#sessions().filter((number) => number !== this.#session);
  }

  /** The lines of another session. Lines that are no records, as after a crash, are left out. */
  read(session: number): readonly HistoryLine[] {
    const lines = new Map<number, HistoryLine>();
    for (const record of recordsIn(this.#textOf(session))) {
      const { line } = record;
      const before = lines.get(line);
      if ("input" in record) lines.set(line, { session, line, input: record.input, output: null });
      else if (before !== undefined) lines.set(line, { ...before, output: record.output });
    }
    return [...lines.values()];
  }

  /** Takes the next number that is free, whoever else takes one at the same time. */
  #create(): void {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    for (this.#session = this.session; !isCreated(this.#fileOf(this.#session));) this.#session += 1;
    this.#created = true;
    this.#makeRoom();
  }

  #makeRoom(): void {
    let bytes = 0;
    for (const [index, session] of this.earlierSessions().entries()) {
      const file = this.#fileOf(session);
      bytes += statSync(file, { throwIfNoEntry: false })?.size ?? 0;
      if (index + 1 >= MOST_SESSIONS || bytes > MOST_BYTES) rmSync(file, { force: true });
    }
  }

  /** The latest first. */
  #sessions(): number[] {
    let names: string[];
    try {
      names = readdirSync(this.#folder);
    } catch {
      return []; // nothing was kept yet
    }
    const numbers = names.flatMap((name) => {
      const number = FILE_NAME.exec(name)?.groups?.["number"];
      return number === undefined ? [] : [Number(number)];
    });
    return numbers.toSorted((a, b) => b - a);
  }

  #textOf(session: number): string {
    try {
      return readFileSync(this.#fileOf(session), "utf8");
    } catch {
      return ""; // no such session, or another kernel has just made room
    }
  }

  #fileOf(session: number): string {
    return path.join(this.#folder, `session-${String(session).padStart(6, "0")}.jsonl`);
  }
}

/** `false`: it is there already. Only its owner reads it, since cells may hold what nobody else shall see. */
function isCreated(file: string): boolean {
  try {
    writeFileSync(file, "", { flag: "wx", mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false; // node:fs throws these
    throw error;
  }
}

function recordsIn(text: string): HistoryRecord[] {
  return text.split("\n").flatMap((line) => {
    try {
      const value: unknown = JSON.parse(line);
      return isRecord(value) ? [value] : [];
    } catch {
      return [];
    }
  });
}

function isRecord(value: unknown): value is HistoryRecord {
  if (typeof value !== "object" || value === null || !("line" in value)) return false;
  const { line, input, output } = value as Record<string, unknown>; // an object, by the test above
  return typeof line === "number" && (typeof input === "string" || typeof output === "string");
}
