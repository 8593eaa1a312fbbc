import { types } from "node:util";
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

/** Asks an object that shows itself. */
const ownDisplay: Renderer = (value) => {
  if (!isObject(value) || !(displaySymbol in value)) return undefined;
  const method = value[displaySymbol];
  if (typeof method !== "function") return undefined;
  return Reflect.apply(method, value, []) as ReturnType<Renderer>;
};

/**
 * Wraps a bundle for sending.
 *
 * @throws TypeError when JSON, in which it travels, cannot carry it: a BigInt, or an object that contains itself
 */
export function toContent(data: MimeBundle): DisplayContent {
  if (!Object.values(data).every((value) => typeof value === "string")) JSON.stringify(data);
  return { data, metadata: {} };
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
 * knows it, else as text. At once if nothing is asynchronous, so that a display inside a synchronous loop appears while the
 * loop runs. A renderer that fails is reported to `warn` and passed over.
 */
export function formatNow(value: unknown, warn: Warn): MaybePromise<DisplayContent> {
  return render(value, [ownDisplay, ...registeredRenderers()], 0, warn);
}

/** As `formatNow`, always as a promise. Never rejects. */
export async function formatValue(value: unknown, warn: Warn): Promise<DisplayContent> {
  return formatNow(value, warn);
}
