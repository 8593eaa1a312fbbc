import { InputError } from "../input-error.ts";

/** `line 3, column 7`, both counted from 1, of an offset into a text. */
function describePosition(text: string, offset: number): string {
  const before = text.slice(0, offset);
  const line = before.split("\n").length;
  return `line ${line}, column ${offset - before.lastIndexOf("\n")}`;
}

/**
 * The offset at which `JSON.parse` gave up. Engines word the message differently and leave the position out when the
 * text simply ends, so an offset that is not named is the end of the text.
 */
function failureOffset(text: string, message: string): number {
  const position = /at position (\d+)/.exec(message);
  return position === null ? text.trimEnd().length : Number(position[1]);
}

/**
 * Parses the JSON of a file.
 *
 * @throws InputError that names the file, and where its text ends early or stops being JSON.
 */
export function parseJson(text: string, file: string): unknown {
  if (text.trim() === "") throw new InputError(`${file}: the file is empty; expected a notebook (JSON).`);
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const offset = failureOffset(text, message);
    const where = describePosition(text, offset);
    if (offset >= text.trimEnd().length) {
      throw new InputError(
        `${file}: the file is truncated: its JSON ends in the middle, at ${where} ` +
          `(after ${Buffer.byteLength(text)} bytes). Restore it from a complete copy.`,
        { cause: error },
      );
    }
    throw new InputError(`${file}: not valid JSON at ${where}: ${message}`, { cause: error });
  }
}
