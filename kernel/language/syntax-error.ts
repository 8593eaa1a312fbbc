import type { Position } from "./types.ts";

/** A cell that does not parse. The message is the parser's, the position is in the cell as it was written. */
export class CellSyntaxError extends SyntaxError {
  override readonly name = "SyntaxError";
  /** Name of the cell, such as `Cell[3]`. */
  readonly cell: string;
  readonly position: Position;
  /** The cell as it was written. */
  readonly source: string;

  constructor(message: string, cell: string, source: string, position: Position) {
    super(message);
    this.cell = cell;
    this.position = position;
    this.source = source;
  }
}
