import { styleText } from "node:util";
import { codeFrame } from "../../language/index.ts";
import type { JupyterError, Position } from "../../language/types.ts";
import { frameText, parseStack, type StackFrame } from "./stack.ts";
import { describeThrown, type Thrown } from "./thrown.ts";
import { isKernelFrame, shortFile } from "./user-code.ts";

/** The text of a cell that ran, by its name; `undefined` for files that are no cells. */
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
  return parseStack(stack)
    .filter(({ file }) => !isKernelFrame(file))
    .slice(0, mostFrames);
}

/** A code frame for each line of a cell that the error went through. */
function codeFrames(frames: readonly StackFrame[], textOf: CellText): string[] {
  const places = new Map<string, string[]>();
  for (const { file, position } of frames) {
    const source = textOf(file);
    const place = `${file}:${position.line}`;
    if (source === undefined || places.has(place) || places.size === mostCodeFrames) continue;
    places.set(place, framedPlace(file, source, position));
  }
  return [...places.values()].flat();
}

function frameLine(frame: StackFrame): string {
  return `    ${frameText({ ...frame, file: shortFile(frame.file) })}`;
}

function lines(thrown: Thrown, textOf: CellText, thrownAt: StackFrame | null): string[] {
  let frames = userFrames(thrown.stack ?? "");
  if (frames.length === 0 && thrownAt !== null) frames = [thrownAt];
  return [
    errorHeader(thrown.name, thrown.message),
    ...codeFrames(frames, textOf),
    ...frames.map(frameLine),
    ...thrown.errors.flatMap((error, index) => [`errors[${index}]:`, ...lines(error, textOf, null)]),
    ...(thrown.cause === null ? [] : ["caused by:", ...lines(thrown.cause, textOf, null)]),
  ];
}

/**
 * Turns whatever a cell threw into a Jupyter error: a coloured header, a code frame for each place in a cell, the frames of
 * the user's code, then `errors` and `cause` in the same way. Never throws.
 *
 * @param thrownAt where the value was thrown, for values that have no stack
 */
export function toJupyterError(
  value: unknown,
  textOf: CellText,
  thrownAt: StackFrame | null = null,
): JupyterError {
  const thrown = describeThrown(value);
  return { ename: thrown.name, evalue: thrown.message, traceback: lines(thrown, textOf, thrownAt) };
}
