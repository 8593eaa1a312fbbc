import { createHash } from "node:crypto";

import type { Cell } from "./types.ts";

/** What the schema of nbformat 4.5 allows as a cell id. */
const CELL_ID = /^[a-zA-Z0-9-_]{1,64}$/;

/**
 * Gives every cell a valid id that no other cell has. Ids that are valid and met first stay; the others are derived
 * from the cell's place and text, so that the same old notebook gets the same ids each time it is written.
 */
export function withUniqueIds(cells: readonly Cell[]): Cell[] {
  const used = new Set<string>();
  return cells.map((cell, index) => {
    const id = CELL_ID.test(cell.id) && !used.has(cell.id) ? cell.id : derivedId(cell, index, cells, used);
    used.add(id);
    return { ...cell, id };
  });
}

function derivedId(cell: Cell, index: number, cells: readonly Cell[], used: ReadonlySet<string>): string {
  for (let attempt = 0; ; attempt++) {
    const hash = createHash("sha256").update(`${index}\n${attempt}\n${cell.source}`).digest("hex");
    const id = hash.slice(0, 8);
    if (!used.has(id) && cells.every((other) => other.id !== id)) return id;
  }
}
