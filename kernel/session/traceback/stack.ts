import type { Position } from "../../language/types.ts";
import { isKernelFrame } from "./user-code.ts";

/** One line of a `stack`. */
export interface StackFrame {
  /** Such as `f`, `new A`, `async g`; empty at the top level. */
  readonly caller: string;
  /** Name of a cell, a URL or a path. */
  readonly file: string;
  readonly position: Position;
}

/** Answers where a position of running code stems from; `null` for a file whose text runs as it is. */
export type Locate = (file: string, position: Position) => Position | null;

const calledPattern = /^ *at (?<caller>.+) \((?<file>.+):(?<line>\d+):(?<column>\d+)\)$/u;
const bottomPattern = /^ *at (?<caller>async )?(?<file>.+):(?<line>\d+):(?<column>\d+)$/u;

function parseFrame(text: string): StackFrame | null {
  const groups = (calledPattern.exec(text) ?? bottomPattern.exec(text))?.groups;
  if (groups?.["file"] === undefined) return null;
  return {
    caller: (groups["caller"] ?? "").trim(),
    file: groups["file"],
    position: { line: Number(groups["line"]), column: Number(groups["column"]) },
  };
}

/** The frames of a `stack`, the innermost first. Lines that are none, such as those of the message, are left out. */
export function parseStack(stack: string): StackFrame[] {
  return stack
    .split("\n")
    .map(parseFrame)
    .filter((frame) => frame !== null);
}

/** One line of a `stack`, as V8 writes it, without the indentation. */
export function frameText({ caller, file, position }: StackFrame): string {
  const place = `${file}:${position.line}:${position.column}`;
  if (caller === "") return `at ${place}`;
  return caller === "async" ? `at async ${place}` : `at ${caller} (${place})`;
}

function header(error: unknown): string {
  try {
    return Error.prototype.toString.call(error);
  } catch {
    return "Error";
  }
}

/** One frame as V8 would write it, with its position in the text that the user wrote. */
function siteText(site: NodeJS.CallSite, locate: Locate): string {
  const text = `at ${site.toString()}`;
  const frame = parseFrame(text);
  if (frame === null) return text;
  const position = locate(frame.file, frame.position);
  const file = frame.file.replace(/\?.*$/u, "");
  return frameText({ ...frame, file, position: position ?? frame.position });
}

/**
 * The frames that concern the user: from where the error was made out to the last frame in a cell. Below that lies what
 * called the cell. An error without such a frame keeps all of them, for whoever works on the kernel.
 */
function relevantSites(
  sites: readonly NodeJS.CallSite[],
  isCell: (file: string) => boolean,
): NodeJS.CallSite[] {
  const files = sites.map((site) => site.getScriptNameOrSourceURL() ?? "");
  const last = files.findLastIndex((file) => isCell(file));
  if (last < 0) return [...sites];
  return sites.filter((_, index) => index <= last && !isKernelFrame(files[index] ?? ""));
}

/**
 * Makes every error's `stack` speak of the text that the user wrote, wherever it is printed: positions of cells as they
 * were written, and no frames of the kernel. V8 calls this when a `stack` is first read.
 */
export function installStackTraces(locate: Locate, isCell: (file: string) => boolean): void {
  Error.prepareStackTrace = (error, sites) =>
    [header(error), ...relevantSites(sites, isCell).map((site) => `    ${siteText(site, locate)}`)].join(
      "\n",
    );
}
