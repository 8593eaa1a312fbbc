import { styleText } from "node:util";
import { codeFrame } from "../../language/index.ts";
import type { CompiledCell, JupyterError, Position } from "../../language/types.ts";
import { parseStack, type StackFrame } from "./stack.ts";
import { describeThrown, type Thrown } from "./thrown.ts";
import { isKernelFrame, shortFile } from "./user-code.ts";

/** The cells that ran, by name: where frames are looked up. */
export type CellsByName = ReadonlyMap<string, CompiledCell>;

const mostFrames = 20;
const mostCodeFrames = 5;

/** Shown in red whatever the terminal of the kernel's process is: it is the notebook that shows it. */
function red(text: string): string {
  return styleText("red", text, { validateStream: false });
}

function header({ name, message }: Thrown): string {
  return message === "" ? red(name) : `${red(name)}: ${message}`;
}

function frameLine({ caller, file, position }: StackFrame): string {
  const place = `${shortFile(file)}:${position.line}:${position.column}`;
  if (caller === "") return `    at ${place}`;
  return caller === "async" ? `    at async ${place}` : `    at ${caller} (${place})`;
}

/** Frames of code that the user can see, with positions in cells as they were written. */
function userFrames(stack: string, cells: CellsByName): StackFrame[] {
  return parseStack(stack)
    .filter(({ file }) => cells.has(file) || !isKernelFrame(file))
    .map(({ caller, file, position }) => ({
      caller,
      file,
      position: cells.get(file)?.toSource(position) ?? position,
    }))
    .slice(0, mostFrames);
}

/** A code frame for each line of a cell that the error went through. */
function codeFrames(frames: readonly StackFrame[], cells: CellsByName): string[] {
  const shown = new Map<string, string>();
  for (const { file, position } of frames) {
    const cell = cells.get(file);
    const key = `${file}:${position.line}`;
    if (cell === undefined || shown.has(key) || shown.size === mostCodeFrames) continue;
    shown.set(key, `${file}, line ${position.line}:\n${codeFrame(cell.source, position)}`);
  }
  return [...shown.values()];
}

function lines(thrown: Thrown, cells: CellsByName, thrownAt: StackFrame | null): string[] {
  let frames = userFrames(thrown.stack ?? "", cells);
  if (frames.length === 0 && thrownAt !== null) frames = [thrownAt];
  return [
    header(thrown),
    ...codeFrames(frames, cells).flatMap((frame) => frame.split("\n")),
    ...frames.map(frameLine),
    ...thrown.errors.flatMap((error, index) => [`errors[${index}]:`, ...lines(error, cells, null)]),
    ...(thrown.cause === null ? [] : ["caused by:", ...lines(thrown.cause, cells, null)]),
  ];
}

/**
 * Turns whatever a cell threw into a Jupyter error: a coloured header, a code frame for each place in a cell, the frames of
 * the user's code, then `errors` and `cause` in the same way. Never throws.
 *
 * @param at where the value was thrown, in the compiled code of `cell`, for values that have no stack
 */
export function toJupyterError(
  value: unknown,
  cells: CellsByName,
  cell: CompiledCell | null,
  at: Position | null,
): JupyterError {
  const thrown = describeThrown(value);
  const thrownAt =
    cell === null || at === null ? null : { caller: "", file: cell.name, position: cell.toSource(at) };
  return { ename: thrown.name, evalue: thrown.message, traceback: lines(thrown, cells, thrownAt) };
}
