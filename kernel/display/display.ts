import { Buffer } from "node:buffer";
import { types } from "node:util";
import { formatNow, toContent } from "./format.ts";
import { failureText } from "./text.ts";
import type { DisplayContent, MimeBundle, OutputSink } from "./types.ts";

/** Options of `display`, spelled as Deno's kernel spells them. */
export interface DisplayOptions {
  /** The value is a MIME bundle, to be sent as it is. */
  readonly raw?: boolean;
  /** Names the display, so that a later call can change it. */
  readonly display_id?: string;
  /** Changes the display of that name in place of adding one. */
  readonly update?: boolean;
}

/** Output of a cell that keeps the order when some of it is still being made. */
export interface DisplayOutput extends OutputSink {
  /** Holds the place of output that is not ready: `send` gets it, with the sink to send it to. */
  reserve<T>(content: Promise<T>, send: (content: T, sink: OutputSink) => void): Promise<void>;
}

/**
 * The global `display`: shows a value below the cell, now. What takes time, such as a promise or a graph's layout, keeps its
 * place among the outputs, and the cell does not end before it is there.
 */
export interface Display {
  (value: unknown, options?: DisplayOptions): void;
  /** Shows HTML. */
  html(text: string): void;
  /** Shows Markdown. */
  markdown(text: string): void;
  /** Shows an SVG document. */
  svg(text: string): void;
  /** Shows a PNG picture: its bytes, or their base64 text. */
  png(data: Uint8Array | string): void;
  /** Shows a value that JSON can carry, as a tree where the front end has one. */
  json(value: unknown): void;
  /** Shows LaTeX, such as `$x^2$`. */
  latex(text: string): void;
}

function send(
  content: DisplayContent,
  { display_id: displayId, update }: DisplayOptions,
  sink: OutputSink,
): void {
  if (displayId === undefined) sink.display(content);
  else if (update === true) sink.updateDisplay({ ...content, displayId });
  else sink.display({ ...content, displayId });
}

function checkOptions(value: unknown, { raw, update, display_id: id }: DisplayOptions): void {
  if (update === true && id === undefined) {
    throw new TypeError("display: update needs the display_id of the display to change. Give both.");
  }
  if (raw === true && (typeof value !== "object" || value === null)) {
    throw new TypeError(
      `display: with raw, the value is a MIME bundle such as {"text/html": "…"}, not ${typeof value}.`,
    );
  }
}

function show(output: DisplayOutput, value: unknown, options: DisplayOptions): void {
  const warn = (text: string): void => output.stream("stderr", text);
  const format = (settled: unknown): DisplayContent | Promise<DisplayContent> =>
    // `checkOptions` has seen that a raw value is an object; a bundle may have any keys.
    options.raw === true ? toContent(settled as MimeBundle) : formatNow(settled, warn);
  const content = types.isPromise(value) ? value.then(format) : format(value);
  if (!types.isPromise(content)) return send(content, options, output);
  output
    .reserve(content, (ready, sink) => send(ready, options, sink))
    .catch((error: unknown) => warn(`display: the value could not be awaited: ${failureText(error)}\n`));
}

function base64(data: Uint8Array | string): string {
  return typeof data === "string" ? data : Buffer.from(data).toString("base64");
}

/**
 * Makes the `display` function.
 *
 * @param currentOutput where output of the calling code goes; `null` if it belongs to no cell, and then nothing is shown
 */
export function createDisplay(currentOutput: () => DisplayOutput | null): Display {
  const display = (value: unknown, options: DisplayOptions = {}): void => {
    checkOptions(value, options);
    const output = currentOutput();
    if (output !== null) show(output, value, options);
  };
  const raw = (mime: string, data: unknown): void => display({ [mime]: data }, { raw: true });
  return Object.assign(display, {
    html: (text: string) => raw("text/html", text),
    markdown: (text: string) => raw("text/markdown", text),
    svg: (text: string) => raw("image/svg+xml", text),
    png: (data: Uint8Array | string) => raw("image/png", base64(data)),
    json: (value: unknown) => raw("application/json", value),
    latex: (text: string) => raw("text/latex", text),
  });
}
