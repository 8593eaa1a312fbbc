import { pathToFileURL } from "node:url";
import { styleText } from "node:util";
import { codeFrame } from "../../language/index.ts";
import type { JupyterError, Position } from "../../language/types.ts";
import { nullAdvice } from "./null-advice.ts";
import { frameText, parseStack, type StackFrame } from "./stack.ts";
import { describeThrown, type Thrown } from "./thrown.ts";
import { isKernelFrame, shortFile } from "./user-code.ts";

/** The text of a cell that ran, by its name, or of a file of the user's, by its URL; `undefined` for anything else. */
export type CellText = (name: string) => string | undefined;

const mostFrames = 20;
const mostCodeFrames = 5;

/** Coloured whatever the terminal of the kernel's process is: it is the notebook that shows it. */
function red(text: string): string {
  return styleText("red", text, { validateStream: false });
}

/** The first line of a traceback. */
export function errorHeader(name: string, message: string): string {
  return message === "" ? red(name) : `${red(name)}: ${message}`;
}

/** The title and the lines of a code frame. */
export function framedPlace(name: string, source: string, position: Position, end?: Position): string[] {
  return [`${name}, line ${position.line}:`, ...codeFrame(source, position, end).split("\n")];
}

function userFrames(stack: string): StackFrame[] {
  return parseStack(stack).filter(({ file }) => !isKernelFrame(file));
}

/** A code frame for each line of the user's that the error went through. */
function codeFrames(frames: readonly StackFrame[], textOf: CellText): string[] {
  const places = new Map<string, string[]>();
  for (const { file, position } of frames.slice(0, mostFrames)) {
    const place = `${file}:${position.line}`;
    if (places.has(place) || places.size === mostCodeFrames) continue;
    const source = textOf(file);
    if (source !== undefined) places.set(place, framedPlace(shortFile(file), source, position));
  }
  return [...places.values()].flat();
}

function frameLine(frame: StackFrame): string {
  return `    ${frameText({ ...frame, file: shortFile(frame.file) })}`;
}

/** The frames as lines. Recursion repeats one frame many times: then it is said how many. */
function frameLines(frames: readonly StackFrame[]): string[] {
  const lines: string[] = [];
  let repeated = 0;
  for (const [index, line] of frames.map(frameLine).entries()) {
    const next = frames[index + 1];
    repeated = lines.at(-1) === line ? repeated + 1 : 0;
    if (repeated === 0) lines.push(line);
    else if (next === undefined || frameLine(next) !== line) {
      lines.push(`    … ${repeated} more of the same`);
      repeated = 0;
    }
  }
  return lines.slice(0, mostFrames);
}

/** The place in a local file that does not parse: it stands in the message, since nothing else of the error comes through. */
function brokenFile({ name, message }: Thrown, textOf: CellText): string[] {
  const groups = /\((?<file>.+), line (?<line>\d+), column (?<column>\d+)\)$/u.exec(message)?.groups;
  if (name !== "SyntaxError" || groups?.["file"] === undefined) return [];
  const file = pathToFileURL(groups["file"]).href;
  const source = textOf(file);
  const position = { line: Number(groups["line"]), column: Number(groups["column"]) };
  return source === undefined ? [] : framedPlace(shortFile(file), source, position);
}

/** Whether a cause says nothing that the error does not say: the loader puts the place of a broken file behind its message. */
function isRepeated(thrown: Thrown, cause: Thrown): boolean {
  return cause.name === thrown.name && thrown.message.startsWith(`${cause.message} (`);
}

/** What lies behind an error: the errors that it gathers, then its cause. */
function linesBehind(thrown: Thrown, textOf: CellText): string[] {
  const { cause, errors } = thrown;
  const sections = errors.map((error, index) => ({ title: `errors[${index}]:`, error }));
  if (cause !== null && !isRepeated(thrown, cause)) sections.push({ title: "caused by:", error: cause });
  return sections.flatMap(({ title, error }) => [title].concat(lines(error, textOf, [])));
}

/** One more sentence about an error, from the line where it was thrown. */
function adviceAt(frame: StackFrame | undefined, { message }: Thrown, textOf: CellText): string[] {
  if (frame === undefined) return [];
  const line = textOf(frame.file)?.split("\n")[frame.position.line - 1] ?? "";
  return [nullAdvice(message, line) ?? []].flat();
}

function lines(thrown: Thrown, textOf: CellText, thrownAt: readonly StackFrame[]): string[] {
  const own = userFrames(thrown.stack ?? "");
  const frames = own.length === 0 ? thrownAt : own;
  return [
    errorHeader(thrown.name, thrown.message),
    ...adviceAt(frames[0], thrown, textOf),
    ...brokenFile(thrown, textOf),
    ...codeFrames(frames, textOf),
    ...frameLines(frames),
    ...(thrown.properties === null ? [] : [thrown.properties.replaceAll(/^/gmu, "    ")]),
    ...linesBehind(thrown, textOf),
  ];
}

/**
 * Turns whatever a cell threw into a Jupyter error: a coloured header, a code frame for each place in a cell, the frames of
 * the user's code, then `errors` and `cause` in the same way. Never throws.
 *
 * @param thrownAt where the value was thrown, the innermost frame first, for values that have no stack
 */
export function toJupyterError(
  value: unknown,
  textOf: CellText,
  thrownAt: readonly StackFrame[] = [],
): JupyterError {
  const thrown = describeThrown(value);
  return { ename: thrown.name, evalue: thrown.message, traceback: lines(thrown, textOf, thrownAt) };
}
