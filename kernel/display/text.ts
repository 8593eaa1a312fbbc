import { inspect, stripVTControlCharacters } from "node:util";

/** The plain text of a value, as Node's REPL shows it; a value whose own code fails at that gets a text that says so. */
export function plainText(value: unknown): string {
  try {
    return inspect(value);
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
