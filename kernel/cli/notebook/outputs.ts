import { applyTerminalOverwrites } from "./overwrites.ts";
import type { DisplayOutput, ErrorOutput, MimeData, Output, ResultOutput } from "./types.ts";

/** The part of an IOPub message that outputs are made of. */
export interface OutputMessage {
  readonly header: { readonly msg_type: string };
  readonly content: unknown;
}

/** A `display_data` or `execute_result` that a later `update_display_data` may still change. */
type OpenDisplay = { -readonly [K in keyof DisplayOutput]: DisplayOutput[K] } | OpenResult;
type OpenResult = { -readonly [K in keyof ResultOutput]: ResultOutput[K] };
type OpenStream = { output_type: "stream"; name: string; chunks: string[] };
type OpenOutput = OpenDisplay | OpenStream | ErrorOutput;

/** What one cell has shown so far. */
interface CellRecord {
  outputs: OpenOutput[];
  executionCount: number | null;
  /** `clear_output {wait: true}` came: the next output replaces what is there. */
  clearBeforeNext: boolean;
}

/**
 * Folds the IOPub messages of a notebook into the outputs of its cells, as nbclient does: neighbouring stream text is
 * joined, `update_display_data` changes every display of that id in whichever cell it stands, `clear_output` is
 * honoured with and without `wait`.
 */
export class OutputCollector {
  readonly #cells = new Map<number, CellRecord>();
  readonly #displays = new Map<string, Set<OpenDisplay>>();

  /** Takes one message that belongs to the cell at `cell`; messages that are no output change nothing. */
  accept(cell: number, message: OutputMessage): void {
    const record = this.#record(cell);
    const content = asObject(message.content);
    if (typeof content["execution_count"] === "number") record.executionCount = content["execution_count"];
    switch (message.header.msg_type) {
      case "clear_output":
        if (content["wait"] === true) record.clearBeforeNext = true;
        else record.outputs = [];
        break;
      case "stream":
        this.#stream(record, String(content["name"] ?? "stdout"), String(content["text"] ?? ""));
        break;
      case "display_data":
      case "execute_result":
        this.#display(record, message.header.msg_type, content);
        break;
      case "update_display_data":
        this.#update(content);
        break;
      case "error":
        this.#append(record, errorOutput(content));
        break;
    }
  }

  /** The outputs of a cell as the notebook stores them. */
  outputs(cell: number): Output[] {
    return (this.#cells.get(cell)?.outputs ?? []).map(closed);
  }

  /** The prompt number that the kernel gave the cell, `null` before it did. */
  executionCount(cell: number): number | null {
    return this.#cells.get(cell)?.executionCount ?? null;
  }

  #record(cell: number): CellRecord {
    let record = this.#cells.get(cell);
    if (record === undefined) {
      record = { outputs: [], executionCount: null, clearBeforeNext: false };
      this.#cells.set(cell, record);
    }
    return record;
  }

  #append(record: CellRecord, output: OpenOutput): void {
    if (record.clearBeforeNext) record.outputs = [];
    record.clearBeforeNext = false;
    record.outputs.push(output);
  }

  #stream(record: CellRecord, name: string, text: string): void {
    if (text === "") return;
    const last = record.clearBeforeNext ? undefined : record.outputs.at(-1);
    if (last?.output_type === "stream" && last.name === name && "chunks" in last) last.chunks.push(text);
    else this.#append(record, { output_type: "stream", name, chunks: [text] });
  }

  #display(
    record: CellRecord,
    kind: "display_data" | "execute_result",
    content: Readonly<Record<string, unknown>>,
  ): void {
    const data = asObject(content["data"]);
    const metadata = asObject(content["metadata"]);
    const output: OpenDisplay =
      kind === "display_data"
        ? { output_type: kind, data, metadata }
        : { output_type: kind, execution_count: record.executionCount, data, metadata };
    // A display that is shown again under its id also refreshes the places where it already stands.
    this.#update(content);
    this.#append(record, output);
    const id = displayId(content);
    if (id !== undefined) this.#displays.set(id, (this.#displays.get(id) ?? new Set()).add(output));
  }

  #update(content: Readonly<Record<string, unknown>>): void {
    const id = displayId(content);
    if (id === undefined) return;
    for (const display of this.#displays.get(id) ?? []) {
      display.data = asObject(content["data"]);
      display.metadata = asObject(content["metadata"]);
    }
  }
}

function displayId(content: Readonly<Record<string, unknown>>): string | undefined {
  const id = asObject(content["transient"])["display_id"];
  return typeof id === "string" ? id : undefined;
}

function errorOutput(content: Readonly<Record<string, unknown>>): ErrorOutput {
  const traceback = content["traceback"];
  return {
    output_type: "error",
    ename: String(content["ename"] ?? ""),
    evalue: String(content["evalue"] ?? ""),
    traceback: Array.isArray(traceback) ? traceback.map(String) : [],
  };
}

function closed(output: OpenOutput): Output {
  if (!("chunks" in output)) return { ...output };
  return { output_type: "stream", name: output.name, text: applyTerminalOverwrites(output.chunks.join("")) };
}

function asObject(value: unknown): MimeData {
  // An object that is no array: every property read from it is checked where it is read.
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as MimeData) : {};
}
