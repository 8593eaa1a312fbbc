import type { Position } from "../../language/types.ts";

/** One line of V8's `stack`. */
export interface StackFrame {
  /** Such as `f`, `new A`, `async g`; empty at the top level. */
  readonly caller: string;
  /** Name of a cell, a URL or a path. */
  readonly file: string;
  readonly position: Position;
}

const framePattern =
  /^ {4}at (?:(?<caller>.+) \((?<inner>.+):(?<l1>\d+):(?<c1>\d+)\)|(?<async>async )?(?<file>.+):(?<l2>\d+):(?<c2>\d+))$/u;

function parseFrame(line: string): StackFrame | null {
  const groups = framePattern.exec(line)?.groups;
  if (groups === undefined) return null;
  const file = groups["inner"] ?? groups["file"] ?? "";
  const position = {
    line: Number(groups["l1"] ?? groups["l2"]),
    column: Number(groups["c1"] ?? groups["c2"]),
  };
  return { caller: groups["caller"] ?? groups["async"]?.trim() ?? "", file, position };
}

/** The frames of V8's `stack`, the innermost first. Lines that are none, such as those of the message, are left out. */
export function parseStack(stack: string): StackFrame[] {
  return stack
    .split("\n")
    .map(parseFrame)
    .filter((frame) => frame !== null);
}
