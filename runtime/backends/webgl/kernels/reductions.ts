/** Reductions over the last dimensions. */
import { float32 } from "../../../dtype.ts";
import { numel } from "../../../shape.ts";
import type { Backend, View } from "../../backend.ts";
import type { ArgReduction, Reduction, ReductionBackend } from "../../reductions.ts";
import { textureOf } from "../evaluate.ts";
import { runOnCpu } from "../fallback.ts";
import type { Texture } from "../textures.ts";
import type { Value } from "../values.ts";
import { write } from "../writing.ts";
import { fold, partRange, partsOf, type FoldKind } from "./fold.ts";
import { largestWhole, reachOf } from "../reach.ts";
import { areFractions, canDraw, dimsOf, offsetLines, textureFor, valueOf } from "./operands.ts";
import { ProgramWriter } from "./program.ts";

/** Positions in textures are exact to here. */
const mostPositions = 2 ** 24;

/** The methods of the backend. */
export const reductions: ReductionBackend = {
  reduce(reduction, output, input, reducedRank) {
    if (output.shape.includes(0)) return;
    const length = reducedLength(input, reducedRank);
    if (length === 0 || !canReduce(reduction, output, input, length))
      return void leave("reduce", [reduction, output, input, reducedRank], reduction, input);
    const kind: FoldKind = reduction === "mean" ? "sum" : reduction;
    const source = { length, write: elementsOf(input, reducedRank) };
    const result = { dtype: output.dtype, length: numel(output.shape) };
    const value = fold(kind, source, result, (writer) =>
      reduction === "mean" ? `y0 /= ${writer.fraction(length)};` : "",
    );
    // Sums of truth values and of few or small numbers are exact.
    if (isSumOfWholes(reduction, output, input)) value.reach = reachOf(valueOf(input)) * length;
    write(output, value);
  },

  argReduce(reduction, output, input, reducedRank) {
    if (output.shape.includes(0)) return;
    const length = reducedLength(input, reducedRank);
    if (length === 0 || length > mostPositions || !canDraw([input], [output]))
      return void leave("argReduce", [reduction, output, input, reducedRank], reduction, input);
    write(output, positionsOf(reduction, output, input, reducedRank, length));
  },

  extremes(reduction, values, positions, input, reducedRank) {
    if (values.shape.includes(0)) return;
    const length = reducedLength(input, reducedRank);
    if (length > mostPositions || !canDraw([input], [values, positions]))
      return void leave("extremes", [reduction, values, positions, input, reducedRank], reduction, input);
    const found = positionsOf(reduction, positions, input, reducedRank, length);
    found.hold();
    write(values, elementsAt(found, values, input, reducedRank));
    write(positions, found);
    found.drop();
  },

  variance(output, input, reducedRank, divisor) {
    if (output.shape.includes(0)) return;
    const length = reducedLength(input, reducedRank);
    if (length === 0 || !areFractions(output, input) || !canDraw([input], [output]))
      return void leave("variance", [output, input, reducedRank, divisor], "variance", input);
    const result = { dtype: float32, length: numel(output.shape) };
    const elements = elementsOf(input, reducedRank);
    const means = fold(
      "sum",
      { length, write: elements },
      result,
      (writer) => `y0 /= ${writer.fraction(length)};`,
    );
    const squares = { length, write: squaredDistances(elements, textureOf(means)) };
    write(
      output,
      fold("sum", squares, result, (writer) => `y0 /= ${writer.fraction(divisor)};`),
    );
    means.dropTexture();
  },
};

function leave<Name extends "reduce" | "argReduce" | "extremes" | "variance">(
  name: Name,
  args: Parameters<Backend[Name]>,
  what: string,
  { dtype }: View,
): void {
  runOnCpu(name, args, `${name} ${what} (${dtype.name})`);
}

function reducedLength({ shape }: View, reducedRank: number): number {
  return numel(shape.slice(shape.length - reducedRank));
}

function isSumOfWholes(reduction: Reduction, output: View, input: View): boolean {
  const areWhole = !output.dtype.is_floating_point && !input.dtype.is_floating_point;
  return reduction === "sum" && areWhole && output.dtype.name === "int64";
}

/** Sums and products of whole numbers may leave what float32 holds; truth values and extremes stay within. */
function canReduce(reduction: Reduction, output: View, input: View, length: number): boolean {
  if (!canDraw([input], [output])) return false;
  if (reduction === "any" || reduction === "all") return true;
  if (reduction === "amax" || reduction === "amin") return output.dtype === input.dtype;
  if (isSumOfWholes(reduction, output, input)) return reachOf(valueOf(input)) * length <= largestWhole;
  return areFractions(output, input);
}

/** Element `j` of those that are reduced to output `i`. */
function elementsOf(input: View, reducedRank: number): (writer: ProgramWriter) => string {
  const first = input.shape.length - reducedRank;
  const [outer, inner] = [dimsOf(input, 0, first), dimsOf(input, first)];
  return (writer) => {
    const [fetch, name] = [writer.elements(textureFor(input)), writer.name()];
    writer.define(`float ${name}(int i, int j) {
${offsetLines(writer, "po", "i", outer)}
${offsetLines(writer, "pi", "j", inner)}
return ${fetch}(${writer.whole(input.offset)} + po + pi);
}`);
    return name;
  };
}

function squaredDistances(
  elements: (writer: ProgramWriter) => string,
  means: Texture,
): (writer: ProgramWriter) => string {
  return (writer) => {
    const [element, mean, name] = [elements(writer), writer.elements(means), writer.name()];
    writer.define(`float ${name}(int i, int j) { float d = ${element}(i, j) - ${mean}(i); return d * d; }`);
    return name;
  };
}

/** Where the extreme elements are: the first of equals, and the first NaN before everything. Parts are searched first, then what they found. */
function positionsOf(
  reduction: ArgReduction,
  output: View,
  input: View,
  reducedRank: number,
  length: number,
): Value {
  const result = { dtype: output.dtype, length: numel(output.shape) };
  const elements = elementsOf(input, reducedRank);
  const parts = partsOf(result.length, length);
  const size = Math.ceil(length / parts);
  const used = Math.ceil(length / size);
  const writer = new ProgramWriter();
  const element = elements(writer);
  const bounds = partRange(writer, used, size, length);
  const [found] = writer.draw(
    [{ dtype: result.dtype, length: result.length * used }],
    `${bounds.before}
int best = first;
float y = ${element}(row, first);
int end = ${bounds.end};
for (int j = first + 1; j < end; j++) { float x = ${element}(row, j); ${better(reduction, "best = j; y = x;")} }
float y0 = float(best);`,
  );
  if (used === 1) return found!; // one for each result
  const last = new ProgramWriter();
  const [candidates, read] = [last.elements(textureOf(found!)), elements(last)];
  const count = last.whole(used);
  const [value] = last.draw(
    [result],
    `float y0 = ${candidates}(i * ${count});
float y = ${read}(i, int(y0));
int end = unforeseen(${count});
for (int j = 1; j < end; j++) {
float at0 = ${candidates}(i * ${count} + j);
float x = ${read}(i, int(at0));
${better(reduction, "y0 = at0; y = x;")}
}`,
  );
  found!.dropTexture();
  return value!; // one for each result
}

/** Does `then` where `x` comes before `y`. */
function better(reduction: ArgReduction, then: string): string {
  const compared = reduction === "argmax" ? "less(y, x)" : "less(x, y)";
  return `if (!isNaN(y) && (isNaN(x) || ${compared})) { ${then} }`;
}

/** The elements at positions among the reduced ones. */
function elementsAt(positions: Value, values: View, input: View, reducedRank: number): Value {
  const writer = new ProgramWriter();
  const [position, element] = [writer.elements(textureOf(positions)), elementsOf(input, reducedRank)(writer)];
  const [value] = writer.draw(
    [{ dtype: values.dtype, length: numel(values.shape) }],
    `float y0 = ${element}(i, int(${position}(i)));`,
  );
  return value!; // one for each result
}
