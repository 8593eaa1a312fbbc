import {
  LEAST_UPPER_BOUND,
  originalPositionFor,
  TraceMap,
  type DecodedSourceMap,
} from "@jridgewell/trace-mapping";
import type { Position } from "./types.ts";

/** From a position in a rewritten text to the position that it stems from. */
export type Mapping = (position: Position) => Position;

/** Position of the UTF-16 offset `offset` of `text`. Lines end as in ECMAScript (section 12.3): LF, CR, CR LF, U+2028, U+2029. */
export function positionAt(text: string, offset: number): Position {
  const lines = text.slice(0, offset).split(/\r\n|[\n\r\u2028\u2029]/u);
  return { line: lines.length, column: (lines.at(-1) ?? "").length + 1 };
}

/** The mapping of a rewriting that kept every position. */
export const unmoved: Mapping = (position) => position;

/** The part of a source map that tells positions, as a string or decoded. */
export type Mappings = string | DecodedSourceMap["mappings"];

function traceMap(mappings: Mappings): TraceMap {
  const map = { version: 3 as const, names: [], sources: ["cell"] };
  return typeof mappings === "string"
    ? new TraceMap({ ...map, mappings })
    : new TraceMap({ ...map, mappings });
}

/**
 * The mapping that a source map describes. A position before the first token of its line takes that token's; one on a
 * line that the map does not know stays as it is. The map is made at the first question: most cells never fail.
 */
export function throughMap(mappings: () => Mappings): Mapping {
  let trace: TraceMap | undefined;
  return (position) => {
    trace ??= traceMap(mappings());
    const needle = { line: position.line, column: position.column - 1 };
    const before = originalPositionFor(trace, needle);
    const found =
      before.line === null ? originalPositionFor(trace, { ...needle, bias: LEAST_UPPER_BOUND }) : before;
    return found.line === null ? position : { line: found.line, column: found.column + 1 };
  };
}
