/**
 * Folds: many elements become one. Where there are few folds of many elements each, parts are folded by fragments of their own, and then their results: there is work for
 * all of the device, and sums stay near to exact.
 */
import { float32 } from "../../../dtype.ts";
import { textureOf } from "../evaluate.ts";
import type { Texture } from "../textures.ts";
import type { Value } from "../values.ts";
import { ProgramWriter, type Result } from "./program.ts";

/** How elements are combined. */
export type FoldKind = "sum" | "prod" | "amax" | "amin" | "any" | "all";

/** What is folded: `length` elements for each result, at least one. */
export interface FoldSource {
  readonly length: number;
  /** Writes what element `j` of fold `i` takes, and gives the name of a function of these two. */
  readonly write: (writer: ProgramWriter) => string;
}

const steps: Readonly<Record<FoldKind, string>> = {
  sum: "y0 += x;",
  prod: "y0 *= x;",
  // NaN comes before everything.
  amax: "y0 = larger(y0, x);",
  amin: "y0 = smaller(y0, x);",
  any: "y0 = max(y0, isTrue(x) ? 1.0 : 0.0);",
  all: "y0 = min(y0, isTrue(x) ? 1.0 : 0.0);",
};

/** What a fold begins with; those of extremes begin with their first element. */
const starts: Readonly<Record<FoldKind, string>> = {
  sum: "0.0",
  prod: "1.0",
  amax: "",
  amin: "",
  any: "0.0",
  all: "1.0",
};

/** Text for what becomes of `y0`, the folded elements of fold `i`. */
export type FoldFinish = (writer: ProgramWriter) => string;

/** Elements that one fragment goes through at most, where there are few fragments. */
const fewest = 64;
/** Fragments beyond which each goes through all of its elements. */
const enough = 8192;

/** In how many parts the elements are taken. */
export function partsOf(count: number, length: number): number {
  if (length <= fewest || count >= enough) return 1;
  return Math.min(Math.ceil(length / fewest), Math.ceil(Math.sqrt(length)), Math.ceil(enough / count));
}

/** Folds, giving one element for each. */
export function fold(
  kind: FoldKind,
  { length, write }: FoldSource,
  result: Result,
  finish: FoldFinish = () => "",
): Value {
  const parts = partsOf(result.length, length);
  const writer = new ProgramWriter();
  const name = write(writer);
  if (parts === 1)
    return draw(writer, kind, "i", name, range("0", writer.whole(length)), result, finish(writer));
  const size = Math.ceil(length / parts);
  const used = Math.ceil(length / size);
  const ofParts = { dtype: float32, length: result.length * used };
  const bounds = partRange(writer, used, size, length);
  const partial = draw(writer, kind, "row", name, bounds, ofParts, "");
  const texture = textureOf(partial);
  const folded = fold(kind, { length: used, write: consecutive(texture, used) }, result, finish);
  partial.dropTexture();
  return folded;
}

interface Range {
  readonly before: string;
  readonly first: string;
  readonly end: string;
}

function range(first: string, end: string): Range {
  return { before: "", first, end };
}

/** The elements of part `i`, which belongs to fold `row`. */
export function partRange(writer: ProgramWriter, parts: number, size: number, length: number): Range {
  const [count, each] = [writer.whole(parts), writer.whole(size)];
  return {
    before: `int row = quotient(i, ${count}); int first = (i - row * ${count}) * ${each};`,
    first: "first",
    end: `min(first + ${each}, ${writer.whole(length)})`,
  };
}

function draw(
  writer: ProgramWriter,
  kind: FoldKind,
  row: string,
  name: string,
  { before, first, end }: Range,
  result: Result,
  finish: string,
): Value {
  const begin = starts[kind] === "" ? `${name}(${row}, ${first})` : starts[kind];
  const [value] = writer.draw(
    [result],
    `${before}
float y0 = ${begin};
int end = unforeseen(${end});
for (int j = ${first}; j < end; j++) { float x = ${name}(${row}, j); ${steps[kind]} }
${finish}`,
  );
  return value!; // one for each result
}

/** Elements that lie one after another, `length` for each fold. */
function consecutive(texture: Texture, length: number): (writer: ProgramWriter) => string {
  return (writer) => {
    const [fetch, name] = [writer.elements(texture), writer.name()];
    writer.define(`float ${name}(int i, int j) { return ${fetch}(i * ${writer.whole(length)} + j); }`);
    return name;
  };
}
