import type {
  ClearOutput,
  Display,
  JupyterGlobal,
  Progress,
  UpdateDisplay,
  Widgets,
} from "../display/index.ts";
import type { Dialogs } from "./input/dialogs.ts";

/* The globals of cells, as TypeScript knows them: the declarations of this file are part of every notebook's program. */

declare global {
  interface ImportMeta {
    /** Whether this is what was started: true in a cell. */
    main: boolean;
  }
  /** Shows a value, or a MIME bundle, as output of the cell. */
  var display: Display;
  /** Display, comms and settings of the kernel, with the names of Deno's `Deno.jupyter`. */
  var Jupyter: JupyterGlobal;
  /** Changes the display of a name in place. */
  var updateDisplay: UpdateDisplay;
  /** Clears the outputs of the cell: now, or with `wait` when the next output comes. */
  var clearOutput: ClearOutput;
  /** Goes through something with a bar that shows how far it is. */
  var progress: Progress;
  /** Asks the reader of the notebook for a line, and waits for it. */
  var prompt: Dialogs["prompt"];
  /** Asks the reader a question, and waits for yes or no. */
  var confirm: Dialogs["confirm"];
  /** Shows a message, and waits until the reader has confirmed it. */
  var alert: Dialogs["alert"];
  /** Controls in the page whose events reach the cells, and curves that grow. */
  var widgets: Widgets;
}
