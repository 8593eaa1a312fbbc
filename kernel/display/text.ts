import { inspect, stripVTControlCharacters } from "node:util";

/** How a cell's context shows itself when an object that carries it is inspected. */
export const contextMark = "[cell]";

const contextEntries =
  /,?\s*\[Symbol\((?:async_id_symbol|trigger_async_id_symbol)\)\]: \d+|,?\s*\[Symbol\(kResourceStore\)\]: \[cell\]/gu;
const promiseOnOneLine = /Promise \{\s+(\S[^\n]{0,70}?),?\s+\}/gu;

/**
 * Takes out of inspected text what Node, up to version 22, hangs on promises to follow asynchronous calls: it is noise to the
 * reader, and the kernel's doing.
 */
export function withoutContext(text: string): string {
  if (!text.includes("[Symbol(async_id_symbol)]") && !text.includes("[Symbol(kResourceStore)]")) return text;
  return text.replace(contextEntries, "").replace(promiseOnOneLine, "Promise { $1 }");
}

/** The plain text of a value, as Node's REPL shows it; a value whose own code fails at that gets a text that says so. */
export function plainText(value: unknown): string {
  try {
    return withoutContext(inspect(value));
  } catch (error) {
    return `[a value that cannot be shown: ${failureText(error)}]`;
  }
}

/** One line about something that was thrown while a value was shown. Never throws. */
export function failureText(error: unknown): string {
  try {
    return stripVTControlCharacters(String(error));
  } catch {
    return "its own code failed, and so does the text of the error";
  }
}
