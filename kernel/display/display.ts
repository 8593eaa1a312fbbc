import { types } from "node:util";
import { formatNow, toContent } from "./format.ts";
import { toBase64, vegaTypeOf, type Bytes, type VegaSpec } from "./mime.ts";
import { templateText } from "./tag.ts";
import { failureText } from "./text.ts";
import type { DisplayContent, MimeBundle, OutputSink } from "./types.ts";

/** Options of `display`, spelled as Deno's kernel spells them. */
export interface DisplayOptions {
  /** The value is a MIME bundle, to be sent as it is; bytes in it become base64. */
  readonly raw?: boolean;
  /** Names the display, so that a later call can change it. */
  readonly display_id?: string;
  /** Changes the display of that name in place of adding one. */
  readonly update?: boolean;
  /** What Jupyter calls metadata, by MIME type: `{ "image/png": { width: 200 } }`. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** Output of a cell that keeps the order when some of it is still being made. */
export interface DisplayOutput extends OutputSink {
  /** Holds the place of output that is not ready: `send` gets it, with the sink to send it to. */
  reserve<T>(content: Promise<T>, send: (content: T, sink: OutputSink) => void): Promise<void>;
  /** Calls `send` when the cell ends, for output that was put off. */
  beforeEnd(send: () => void): void;
}

/** Shows text of one MIME type: `display.html("<b>bold</b>")`, or as a template tag. Values in the template are put in as they are, not escaped. */
export interface DisplayText {
  (text: string, options?: DisplayOptions): Promise<void>;
  (strings: TemplateStringsArray, ...values: readonly unknown[]): Promise<void>;
}

/** Shows binary data of one MIME type: its bytes, or their base64 text. */
export type DisplayBytes = (data: Bytes | string, options?: DisplayOptions) => Promise<void>;

/** Shows data that JSON carries. */
export type DisplayJson<T = unknown> = (data: T, options?: DisplayOptions) => Promise<void>;

/**
 * The global `display`: shows a value below the cell, now. What takes time, such as a promise or a graph's layout, keeps its
 * place among the outputs, and the cell does not end before it is there. The answer is settled when the value was sent; there
 * is no need to await it.
 *
 * @throws TypeError when the options contradict each other, or a bundle cannot be sent
 */
export interface Display {
  (value: unknown, options?: DisplayOptions): Promise<void>;
  /** Shows HTML. */
  readonly html: DisplayText;
  /** Shows Markdown. */
  readonly markdown: DisplayText;
  /** Shows Markdown: `markdown` by its short name. */
  readonly md: DisplayText;
  /** Shows LaTeX, such as `$x^2$`. In a template, a backslash is a backslash. */
  readonly latex: DisplayText;
  /** Shows an SVG document. */
  readonly svg: DisplayText;
  /** Shows plain text, as it is. */
  readonly text: DisplayText;
  /** Runs JavaScript in the page, where the front end trusts the notebook. */
  readonly javascript: DisplayText;
  readonly png: DisplayBytes;
  readonly jpeg: DisplayBytes;
  readonly gif: DisplayBytes;
  readonly webp: DisplayBytes;
  readonly pdf: DisplayBytes;
  /** Shows a value that JSON can carry, as a tree where the front end has one. */
  readonly json: DisplayJson;
  /** Shows GeoJSON on a map, where the front end has one. */
  readonly geojson: DisplayJson<object>;
  /** Shows a plotly figure: `{ data, layout }`. */
  readonly plotly: DisplayJson<object>;
  /** Shows a vega specification; its `$schema` says the version, otherwise it is taken for version 5. */
  readonly vega: DisplayJson<VegaSpec>;
  /** Shows a vega-lite specification; its `$schema` says the version, otherwise it is taken for version 5. */
  readonly vegalite: DisplayJson<VegaSpec>;
}

/** The promises that `display` and its like have returned: a cell that ends in one has no value beside what was displayed. */
const answers = new WeakSet<object>();

/** Marks what a function returns that is called for its effect: as a cell's last line it shows nothing. */
export function markAnswer(answer: Promise<void>): Promise<void> {
  answers.add(answer);
  return answer;
}

/** Whether a value is what `display` returned. */
export function isDisplayAnswer(value: unknown): boolean {
  return types.isPromise(value) && answers.has(value);
}

function send(
  content: DisplayContent,
  { display_id: displayId, update, metadata }: DisplayOptions,
  sink: OutputSink,
): void {
  const whole = metadata === undefined ? content : { ...content, metadata: { ...metadata } };
  if (displayId === undefined) sink.display(whole);
  else if (update === true) sink.updateDisplay({ ...whole, displayId });
  else sink.display({ ...whole, displayId });
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

async function show(
  output: DisplayOutput,
  content: Promise<DisplayContent>,
  options: DisplayOptions,
): Promise<void> {
  try {
    await output.reserve(content, (ready, sink) => send(ready, options, sink));
  } catch (error) {
    output.stream("stderr", `display: the value could not be awaited: ${failureText(error)}\n`);
  }
}

/** Sends at once whatever is ready. */
function showValue(output: DisplayOutput, value: unknown, options: DisplayOptions): Promise<void> {
  const warn = (text: string): void => output.stream("stderr", text);
  const format = (settled: unknown): DisplayContent | Promise<DisplayContent> =>
    // `checkOptions` has seen that a raw value is an object; a bundle may have any keys.
    options.raw === true ? toContent(settled as MimeBundle) : formatNow(settled, warn);
  const content = types.isPromise(value) ? value.then(format) : format(value);
  if (types.isPromise(content)) return show(output, content, options);
  send(content, options, output);
  return Promise.resolve();
}

type Raw = (mime: string, data: unknown, options?: DisplayOptions) => Promise<void>;

function isTemplate(value: unknown): value is TemplateStringsArray {
  return Array.isArray(value) && Array.isArray((value as unknown as { raw?: unknown }).raw); // an array may have any properties
}

/** One of the functions that show text. */
function textDisplay(raw: Raw, mime: string): DisplayText {
  return (text: string | TemplateStringsArray, ...rest: readonly unknown[]): Promise<void> => {
    if (isTemplate(text)) return raw(mime, templateText(mime, text, rest));
    return raw(mime, String(text), rest[0] as DisplayOptions | undefined); // by the first signature
  };
}

function bytesDisplay(raw: Raw, mime: string): DisplayBytes {
  return (data, options) => raw(mime, toBase64(data), options);
}

function jsonDisplay<T>(raw: Raw, mimeOf: (data: T) => string): DisplayJson<T> {
  return (data, options) => raw(mimeOf(data), data, options);
}

type Methods = { readonly [Name in keyof Display]: Display[Name] };

function methodsOf(raw: Raw): Methods {
  const markdown = textDisplay(raw, "text/markdown");
  return {
    html: textDisplay(raw, "text/html"),
    markdown,
    md: markdown,
    latex: textDisplay(raw, "text/latex"),
    svg: textDisplay(raw, "image/svg+xml"),
    text: textDisplay(raw, "text/plain"),
    javascript: textDisplay(raw, "application/javascript"),
    png: bytesDisplay(raw, "image/png"),
    jpeg: bytesDisplay(raw, "image/jpeg"),
    gif: bytesDisplay(raw, "image/gif"),
    webp: bytesDisplay(raw, "image/webp"),
    pdf: bytesDisplay(raw, "application/pdf"),
    json: jsonDisplay(raw, () => "application/json"),
    geojson: jsonDisplay(raw, () => "application/geo+json"),
    plotly: jsonDisplay(raw, () => "application/vnd.plotly.v1+json"),
    vega: jsonDisplay(raw, (spec) => vegaTypeOf(spec) ?? "application/vnd.vega.v5+json"),
    vegalite: jsonDisplay(raw, (spec) => vegaTypeOf(spec) ?? "application/vnd.vegalite.v5+json"),
  };
}

/**
 * Makes the `display` function.
 *
 * @param currentOutput where output of the calling code goes; `null` if it belongs to no cell, and then nothing is shown
 */
export function createDisplay(currentOutput: () => DisplayOutput | null): Display {
  const display = (value: unknown, options: DisplayOptions = {}): Promise<void> => {
    checkOptions(value, options);
    const output = currentOutput();
    return markAnswer(output === null ? Promise.resolve() : showValue(output, value, options));
  };
  const raw: Raw = (mime, data, options) => display({ [mime]: data }, { ...options, raw: true });
  return Object.assign(display, methodsOf(raw));
}
