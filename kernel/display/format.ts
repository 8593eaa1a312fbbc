import { types } from "node:util";
import { renderByLikeness } from "./likeness.ts";
import { sendableBundle } from "./mime.ts";
import { registeredRenderers } from "./registry.ts";
import { failureText, plainText } from "./text.ts";
import type { DisplayContent, MimeBundle, Renderer } from "./types.ts";

/** Key of the method with which an object shows itself: `[Symbol.for("Jupyter.display")](): MimeBundle | Promise<MimeBundle>`, a convention of Deno's kernel. */
export const displaySymbol: unique symbol = Symbol.for("Jupyter.display");

/** Told about a renderer that failed. */
export type Warn = (text: string) => void;

type MaybePromise<T> = T | Promise<T>;

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** The method with which a value shows itself. Looking for it may run traps of a proxy: one that throws has none. */
function displayMethod(value: object): ((...values: unknown[]) => unknown) | null {
  try {
    const method: unknown = displaySymbol in value ? value[displaySymbol] : null;
    return typeof method === "function" ? (method as (...values: unknown[]) => unknown) : null; // any function can be called
  } catch {
    return null;
  }
}

/** Asks an object that shows itself. */
const ownDisplay: Renderer = (value) => {
  const method = isObject(value) ? displayMethod(value) : null;
  // What it answers with is looked at by `render`.
  return method === null ? undefined : (Reflect.apply(method, value, []) as ReturnType<Renderer>);
};

/**
 * Wraps a bundle for sending: bytes become base64.
 *
 * @throws TypeError when JSON, in which it travels, cannot carry it: a BigInt, or an object that contains itself
 */
export function toContent(data: MimeBundle): DisplayContent {
  return { data: sendableBundle(data), metadata: {} };
}

/** What a renderer answered, if that is a bundle. */
function isBundle(answer: unknown): answer is MimeBundle {
  return isObject(answer) && Object.keys(answer).length > 0;
}

/** Asks renderers from the one at `index` on, without a promise for as long as none answers with one. */
function render(
  value: unknown,
  renderers: readonly Renderer[],
  index: number,
  warn: Warn,
): MaybePromise<DisplayContent> {
  const renderer = renderers[index];
  if (renderer === undefined) return toContent({ "text/plain": plainText(value) });
  const next = (): MaybePromise<DisplayContent> => render(value, renderers, index + 1, warn);
  const failed = (error: unknown): MaybePromise<DisplayContent> => {
    warn(`The rich display of a value failed, so it is shown as text: ${failureText(error)}\n`);
    return next();
  };
  const settle = (answer: unknown): MaybePromise<DisplayContent> =>
    isBundle(answer) ? toContent(answer) : next();
  try {
    const answer = renderer(value);
    return types.isPromise(answer) ? answer.then(settle).catch(failed) : settle(answer);
  } catch (error) {
    return failed(error);
  }
}

/**
 * Formats a value for display: as the value wants it (`Symbol.for("Jupyter.display")`), else as the first renderer that
 * knows it, else as what it looks like, such as a canvas or a picture's bytes, else as text. At once if nothing is
 * asynchronous, so that a display inside a synchronous loop appears while the loop runs. A renderer that fails is reported
 * to `warn` and passed over.
 */
export function formatNow(value: unknown, warn: Warn): MaybePromise<DisplayContent> {
  return render(value, [ownDisplay, ...registeredRenderers(), renderByLikeness], 0, warn);
}

/** As `formatNow`, always as a promise. Never rejects. */
export async function formatValue(value: unknown, warn: Warn): Promise<DisplayContent> {
  return formatNow(value, warn);
}
