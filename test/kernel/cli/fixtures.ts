import { readFileSync } from "node:fs";
import path from "node:path";

import type { OutputMessage } from "../../../kernel/client/index.ts";
import { parseNotebook } from "../../../kernel/cli/notebook/parse.ts";
import type { CodeCell, Notebook } from "../../../kernel/cli/notebook/types.ts";

/** The folder of the notebooks that the tests read. */
export const FIXTURES: string = path.join(import.meta.dirname, "fixtures");

/** The path of a notebook of the fixtures. */
export function fixturePath(name: string): string {
  return path.join(FIXTURES, name);
}

/** The text of a notebook of the fixtures. */
export function fixtureText(name: string): string {
  return readFileSync(fixturePath(name), "utf8");
}

/** A notebook of the fixtures. */
export function fixture(name: string): Notebook {
  return parseNotebook(fixtureText(name), name);
}

/** A code cell with this source. */
export function codeCell(source: string, fields: Partial<CodeCell> = {}): CodeCell {
  return {
    cell_type: "code",
    id: "cell",
    metadata: {},
    source,
    execution_count: null,
    outputs: [],
    ...fields,
  };
}

/** A notebook of these code cells. */
export function notebookOf(...cells: readonly CodeCell[]): Notebook {
  return {
    metadata: {},
    cells: cells.map((cell, index) => Object.assign({}, cell, { id: `cell-${index}` })),
  };
}

/** An IOPub message as the client hands it over. */
export function message<Type extends OutputMessage["type"]>(
  type: Type,
  content: Extract<OutputMessage, { type: Type }>["content"],
): OutputMessage {
  // The pair is consistent by the signature, which TypeScript does not follow through the union.
  return { type, content, buffers: [] } as unknown as OutputMessage;
}
