import { isJsonMime } from "./types.ts";
import type { Attachments, Cell, MimeData, Notebook, Output } from "./types.ts";

/**
 * Writes nbformat 4.5 exactly as Python's nbformat does (text split into lines, keys sorted, indented by one space,
 * a newline at the end), so that a notebook that goes to and fro between typetorch and Jupyter gives small diffs.
 */
export function serializeNotebook(notebook: Notebook): string {
  const document = {
    cells: notebook.cells.map(serializeCell),
    metadata: notebook.metadata,
    nbformat: 4,
    nbformat_minor: 5,
  };
  return JSON.stringify(document, sortedKeys, 1) + "\n";
}

/** A `JSON.stringify` replacer that orders the keys of every object. */
function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function serializeCell(cell: Cell): Record<string, unknown> {
  const source = splitLines(cell.source);
  if (cell.cell_type === "code") return { ...cell, source, outputs: cell.outputs.map(serializeOutput) };
  const { attachments } = cell;
  return { ...cell, source, ...(attachments && { attachments: serializeAttachments(attachments) }) };
}

function serializeAttachments(attachments: Attachments): Record<string, unknown> {
  return Object.fromEntries(Object.entries(attachments).map(([name, data]) => [name, serializeData(data)]));
}

function serializeOutput(output: Output): Record<string, unknown> {
  switch (output.output_type) {
    case "stream":
      return { ...output, text: splitLines(output.text) };
    case "error":
      return { ...output };
    case "display_data":
    case "execute_result":
      return { ...output, data: serializeData(output.data) };
  }
}

/** Binary data stays one string; only text that people read as lines is split. */
function serializeData(data: MimeData): Record<string, unknown> {
  const entries = Object.entries(data).map(([mime, value]) => {
    const readAsLines =
      mime.startsWith("text/") || mime === "image/svg+xml" || mime === "application/javascript";
    return [mime, readAsLines && typeof value === "string" && !isJsonMime(mime) ? splitLines(value) : value];
  });
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** Lines with their line ends kept: joining them gives the text back. */
function splitLines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+/g) ?? [];
}
