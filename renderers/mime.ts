/** MIME type → data, as Jupyter's `execute_result` and `display_data` carry it. */
export type MimeBundle = Record<string, unknown>;

/** The protocol by which a value shows itself in a cell, as Deno's kernel defined it. */
export const DISPLAY: unique symbol = Symbol.for("Jupyter.display") as never; // `unique symbol` cannot come from a call otherwise.
