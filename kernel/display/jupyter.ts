import { Buffer } from "node:buffer";
import { readFileSync } from "node:fs";
import type { CommOptions, CommsGlobal } from "./comms.ts";
import { markAnswer, type Display, type DisplayOptions } from "./display.ts";
import { displaySymbol, formatValue } from "./format.ts";
import { pictureType, toBase64, toUint8Array } from "./mime.ts";
import { displayable, displayTag, type Displayable, type DisplayTag } from "./tag.ts";
import type { Broadcast, MimeBundle } from "./types.ts";

/** Changes a display: see `JupyterGlobal.updateDisplay`. */
export type UpdateDisplay = (
  value: unknown,
  options: DisplayOptions & { readonly display_id: string },
) => Promise<void>;

/** Clears the outputs of the cell: see `JupyterGlobal.clearOutput`. */
export type ClearOutput = (wait?: boolean) => void;

/** The global `Jupyter`, with the names of Deno's `Deno.jupyter`, so that its notebooks run after one word was changed. */
export interface JupyterGlobal {
  /** Key of the method with which an object shows itself: `Symbol.for("Jupyter.display")`. */
  readonly $display: typeof displaySymbol;
  readonly display: Display;
  /** Changes the display of a name in place. A MIME bundle is sent as it is, any other value is formatted. */
  readonly updateDisplay: UpdateDisplay;
  /** Clears the outputs of the cell: now, or with `wait` when the next output comes, so that nothing flickers. */
  readonly clearOutput: ClearOutput;
  /** The MIME bundle that `display` would show. */
  format(value: unknown): Promise<MimeBundle>;
  readonly html: DisplayTag;
  readonly md: DisplayTag;
  readonly svg: DisplayTag;
  /**
   * A picture from a file or its bytes: PNG, JPEG, GIF or WebP.
   *
   * @throws TypeError when it is none of these; Node's error when the file cannot be read
   */
  image(source: string | URL | Uint8Array): Displayable;
  /**
   * Sends a message of any type to everyone who listens, as output of the cell.
   *
   * @throws TypeError when JSON cannot carry the content
   */
  broadcast(type: string, content: Readonly<Record<string, unknown>>, options?: CommOptions): Promise<void>;
  readonly comms: CommsGlobal;
  /**
   * What errors in the types of a cell do, from the next cell on: `"error"` keeps the cell from running, `"warn"` writes them to
   * its stderr, `"off"` does not look for them. The environment variable TYPETORCH_TYPES says what holds at the beginning.
   *
   * @throws TypeError when it is set to anything else
   */
  types: TypesSetting["mode"];
}

/** Holds what `Jupyter.types` reads and writes. */
export interface TypesSetting {
  mode: "error" | "warn" | "off";
}

/** What the global `Jupyter` is made of. */
export interface JupyterParts {
  readonly display: Display;
  readonly comms: CommsGlobal;
  readonly send: (message: Broadcast) => void;
  readonly clearOutput: ClearOutput;
  readonly types: TypesSetting;
}

/** Whether a value looks like a MIME bundle: an object whose keys are MIME types. */
function looksLikeBundle(value: unknown): boolean {
  if (typeof value !== "object" || value === null || displaySymbol in value) return false;
  const keys = Object.keys(value);
  return keys.length > 0 && keys.every((key) => /^[\w.+-]+\/[\w.+-]+$/u.test(key));
}

/** Makes the global `updateDisplay`. */
function updateDisplayWith(display: Display): UpdateDisplay {
  return (value, options) => display(value, { raw: looksLikeBundle(value), ...options, update: true });
}

function image(source: string | URL | Uint8Array): Displayable {
  const data = source instanceof Uint8Array ? source : readFileSync(source);
  const mime = pictureType(data);
  if (mime === null) {
    const start = Buffer.from(data.subarray(0, 8)).toString("hex");
    throw new TypeError(
      `Jupyter.image: expected a PNG, JPEG, GIF or WebP picture; the data begins with the bytes ${start || "(none)"}. ` +
        "For an SVG use Jupyter.svg, for pixels of a tensor display the tensor.",
    );
  }
  return displayable({ [mime]: toBase64(data) });
}

/** Makes the global `Jupyter`. */
export function jupyterGlobal({ display, comms, send, clearOutput, types }: JupyterParts): JupyterGlobal {
  return Object.freeze({
    $display: displaySymbol,
    display,
    updateDisplay: updateDisplayWith(display),
    clearOutput,
    format: async (value: unknown) => (await formatValue(value, () => {})).data,
    html: displayTag("text/html"),
    md: displayTag("text/markdown"),
    svg: displayTag("image/svg+xml"),
    image,
    broadcast: (type: string, content: Readonly<Record<string, unknown>>, options: CommOptions = {}) => {
      const { metadata = {}, buffers = [] } = options;
      send({ type, content, metadata, buffers: buffers.map(toUint8Array) });
      return markAnswer(Promise.resolve());
    },
    comms,
    get types() {
      return types.mode;
    },
    set types(mode) {
      types.mode = mode;
    },
  });
}
