/**
 * A notebook in memory: nbformat 4.5 with every multi-line string joined, so that nobody else has to ask whether a
 * `source` is a string or a list of lines. Field names are the format's own
 * (https://nbformat.readthedocs.io/en/latest/format_description.html).
 */
export interface Notebook {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly cells: readonly Cell[];
}

/** What every cell has. */
interface CellBase {
  /** 1 to 64 characters of `[a-zA-Z0-9-_]`, unique in its notebook. */
  readonly id: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly source: string;
}

export interface CodeCell extends CellBase {
  readonly cell_type: "code";
  /** The prompt number; `null` for a cell that has not run. */
  readonly execution_count: number | null;
  readonly outputs: readonly Output[];
}

/** Files pasted into a Markdown or raw cell: name → MIME bundle. */
export type Attachments = Readonly<Record<string, MimeData>>;

export interface MarkdownCell extends CellBase {
  readonly cell_type: "markdown";
  readonly attachments?: Attachments;
}

interface RawCell extends CellBase {
  readonly cell_type: "raw";
  readonly attachments?: Attachments;
}

export type Cell = CodeCell | MarkdownCell | RawCell;

/** MIME type → data: text as one string, binary as base64, JSON types as any JSON value. */
export type MimeData = Readonly<Record<string, unknown>>;

export interface StreamOutput {
  readonly output_type: "stream";
  readonly name: string;
  readonly text: string;
}

export interface DisplayOutput {
  readonly output_type: "display_data";
  readonly data: MimeData;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface ResultOutput {
  readonly output_type: "execute_result";
  readonly execution_count: number | null;
  readonly data: MimeData;
  readonly metadata: Readonly<Record<string, unknown>>;
}

export interface ErrorOutput {
  readonly output_type: "error";
  readonly ename: string;
  readonly evalue: string;
  readonly traceback: readonly string[];
}

export type Output = StreamOutput | DisplayOutput | ResultOutput | ErrorOutput;

/** Whether data of this MIME type is a JSON value and not text (the rule of nbformat's schema). */
export function isJsonMime(mime: string): boolean {
  return /^application\/(?:.*\+)?json$/.test(mime);
}

/** The tags of a cell (`metadata.tags`), by which a notebook asks for `raises-exception` and the like. */
export function cellTags(cell: Cell): readonly string[] {
  const tags = cell.metadata["tags"];
  return Array.isArray(tags) ? tags.filter((tag) => typeof tag === "string") : [];
}
