import type { OutputMessage } from "../../client/index.ts";
import { applyTerminalOverwrites } from "./overwrites.ts";
import type { DisplayOutput, ErrorOutput, MimeData, Output, ResultOutput } from "./types.ts";

/** A `display_data` or `execute_result` that a later `update_display_data` may still change. */
type OpenDisplay = Mutable<DisplayOutput> | Mutable<ResultOutput>;
type OpenStream = { output_type: "stream"; name: string; chunks: string[] };
type OpenOutput = OpenDisplay | OpenStream | ErrorOutput;
type Mutable<Type> = { -readonly [Key in keyof Type]: Type[Key] };

/** What a display message carries of its display. */
interface DisplayContent {
  readonly data: MimeData;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** The specification makes it optional, and some kernels send `null`. */
  readonly transient?: { readonly display_id?: string } | null;
}

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

  /** Takes one message that the cell at `cell` caused. */
  accept(cell: number, { type, content }: OutputMessage): void {
    const record = this.#record(cell);
    switch (type) {
      case "execute_input":
        record.executionCount = content.execution_count;
        break;
      case "clear_output":
        if (content.wait) record.clearBeforeNext = true;
        else record.outputs = [];
        break;
      case "stream":
        this.#stream(record, content.name, content.text);
        break;
      case "display_data":
        this.#display(record, content, { output_type: type, ...shownOf(content) });
        break;
      case "execute_result":
        record.executionCount = content.execution_count;
        this.#display(record, content, {
          output_type: type,
          execution_count: content.execution_count,
          ...shownOf(content),
        });
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
    if (last?.output_type === "stream" && last.name === name) last.chunks.push(text);
    else this.#append(record, { output_type: "stream", name, chunks: [text] });
  }

  /** A display that is shown again under its id also refreshes the places where it already stands. */
  #display(record: CellRecord, content: DisplayContent, output: OpenDisplay): void {
    this.#update(content);
    this.#append(record, output);
    const id = content.transient?.display_id;
    if (id !== undefined) this.#displays.set(id, (this.#displays.get(id) ?? new Set()).add(output));
  }

  #update(content: DisplayContent): void {
    const id = content.transient?.display_id;
    if (id === undefined) return;
    for (const display of this.#displays.get(id) ?? []) Object.assign(display, shownOf(content));
  }
}

function shownOf({ data, metadata }: DisplayContent): Pick<DisplayOutput, "data" | "metadata"> {
  return { data, metadata };
}

function errorOutput({ ename, evalue, traceback }: Omit<ErrorOutput, "output_type">): ErrorOutput {
  return { output_type: "error", ename, evalue, traceback };
}

function closed(output: OpenOutput): Output {
  if (output.output_type !== "stream") return { ...output };
  return {
    output_type: "stream",
    name: output.name,
    text: applyTerminalOverwrites(output.chunks.join("")),
  };
}
