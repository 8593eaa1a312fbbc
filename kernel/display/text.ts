import { inspect, stripVTControlCharacters } from "node:util";

/** A longer text is of no use below a cell; an object with many properties would be megabytes. */
const longestText = 100_000;

/** A text of at most `longest` UTF-16 units; of a longer one its beginning, and how much more there is. */
export function boundedText(text: string, longest: number): string {
  const more = text.length - longest;
  return more <= 0 ? text : `${text.slice(0, longest)}… (${more.toLocaleString("en-US")} more characters)`;
}

/**
 * The plain text of a value, as Node's REPL shows it, up to 100,000 characters; a value whose own code fails at that gets a
 * text that says so.
 */
export function plainText(value: unknown): string {
  try {
    return boundedText(inspect(value), longestText);
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
