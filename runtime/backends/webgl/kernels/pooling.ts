/** Pooling: windows of planes. What windows begin and end with lies in a small texture, so that windows of any kind, adaptive ones included, share one program. */
import { float32 } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import type { AveragingPlaneWindows, PlaneWindows, PoolingBackend, PoolingWindows } from "../../pooling.ts";
import { textureOf } from "../evaluate.ts";
import { runOnCpu } from "../fallback.ts";
import { write } from "../writing.ts";
import { areFractions, canDraw, lengthOf, textureFor } from "./operands.ts";
import { ProgramWriter } from "./program.ts";
import { tableOf } from "./tables.ts";
import type { Value } from "../values.ts";

/** The methods of the backend. */
export const pooling: PoolingBackend = {
  maxPool(output, positions, input, windows) {
    if (!canDraw([input], [output, positions]))
      return void runOnCpu("maxPool", [output, positions, input, windows]);
    const found = largestPositions(positions, input, windows);
    found.hold();
    write(output, pick(output, input, found));
    write(positions, found);
    found.drop();
  },

  maxPoolSpread(input, output, positions, windows) {
    // Positions that come without windows can be anywhere: an element would have to look at all of them.
    const isAnywhere = windows.rows.start.length === 0;
    if (isAnywhere || !areFractions(input, output) || !canDraw([output, positions], [input]))
      return void runOnCpu("maxPoolSpread", [input, output, positions, windows]);
    const writer = new ProgramWriter();
    const [gradient, position] = [output, positions].map((view) => reader(writer, view));
    write(input, spread(writer, input, windows, `if (int(${position}(p)) == place) y0 += ${gradient}(p);`));
  },

  maxPoolPick(output, input, positions) {
    if (!canDraw([input, positions], [output]))
      return void runOnCpu("maxPoolPick", [output, input, positions]);
    write(output, pick(output, input, positions));
  },

  averagePool(output, input, windows) {
    if (!areFractions(output, input) || !canDraw([input], [output]))
      return void runOnCpu("averagePool", [output, input, windows]);
    const writer = new ProgramWriter();
    const fetch = reader(writer, input);
    const [rows, columns] = [windows.rows, windows.columns].map((along) => declareWindows(writer, along));
    const [down, across] = divisorsOf(writer, windows);
    const [value] = writer.draw(
      [{ dtype: output.dtype, length: lengthOf(output) }],
      `${placeLines(writer, output)}
int rowEnd = ${rows!.end}(r), columnFirst = ${columns!.start}(c), columnEnd = ${columns!.end}(c);
float y0 = 0.0;
for (int y = ${rows!.start}(r); y < rowEnd; y++)
for (int x = columnFirst; x < columnEnd; x++)
y0 += ${fetch}((plane * ${writer.whole(windows.rows.size)} + y) * ${writer.whole(windows.columns.size)} + x);
y0 /= ${down}(r) * ${across}(c);`,
    );
    write(output, value!); // one for each result
  },

  averagePoolSpread(input, output, windows) {
    if (!areFractions(input, output) || !canDraw([output], [input]))
      return void runOnCpu("averagePoolSpread", [input, output, windows]);
    const writer = new ProgramWriter();
    const gradient = reader(writer, output);
    const [down, across] = divisorsOf(writer, windows);
    write(input, spread(writer, input, windows, `y0 += ${gradient}(p) / (${down}(r) * ${across}(c));`));
  },
};

/** The name of a function that gives element `p` of a row-major view. */
function reader(writer: ProgramWriter, view: View): string {
  const [fetch, name] = [writer.elements(textureFor(view)), writer.name()];
  writer.define(`float ${name}(int p) { return ${fetch}(${writer.whole(view.offset)} + p); }`);
  return name;
}

/** Names of functions that give where the windows along a dimension begin and end. */
function declareWindows(
  writer: ProgramWriter,
  { start, end }: PoolingWindows,
): { start: string; end: string } {
  return { start: wholeTable(writer, start), end: wholeTable(writer, end) };
}

function wholeTable(writer: ProgramWriter, numbers: readonly number[]): string {
  const [fetch, name] = [writer.elements(textureOf(tableOf(numbers))), writer.name()];
  writer.define(`int ${name}(int i) { return int(${fetch}(i)); }`);
  return name;
}

function divisorsOf(writer: ProgramWriter, { rows, columns }: AveragingPlaneWindows): [string, string] {
  return [
    writer.elements(textureOf(tableOf(rows.divisors))),
    writer.elements(textureOf(tableOf(columns.divisors))),
  ];
}

/** Statements that declare the plane, the row and the column of position `i` of a view. */
function placeLines(writer: ProgramWriter, { shape }: View): string {
  const [rows, columns] = [writer.whole(shape.at(-2)!), writer.whole(shape.at(-1)!)];
  return `int q = quotient(i, ${columns}); int c = i - q * ${columns}; int plane = quotient(q, ${rows}); int r = q - plane * ${rows};`;
}

/** Where the largest element of each window is, within its plane: the first of equals, and the last NaN before everything. */
function largestPositions(positions: View, input: View, windows: PlaneWindows): Value {
  const writer = new ProgramWriter();
  const fetch = reader(writer, input);
  const [rows, columns] = [windows.rows, windows.columns].map((along) => declareWindows(writer, along));
  const [down, across] = [writer.whole(windows.rows.step), writer.whole(windows.columns.step)];
  const [height, width] = [writer.whole(windows.rows.size), writer.whole(windows.columns.size)];
  const [value] = writer.draw(
    [{ dtype: positions.dtype, length: lengthOf(positions) }],
    `${placeLines(writer, positions)}
int rowFirst = ${rows!.start}(r), rowEnd = ${rows!.end}(r), columnFirst = ${columns!.start}(c), columnEnd = ${columns!.end}(c);
int base = plane * ${height} * ${width};
int best = rowFirst * ${width} + columnFirst;
float largest = -infinity();
for (int y = rowFirst; y < rowEnd; y += ${down})
for (int x = columnFirst; x < columnEnd; x += ${across}) {
int p = y * ${width} + x;
float n = ${fetch}(base + p);
if (isNaN(n) || less(largest, n)) { largest = n; best = p; }
}
float y0 = float(best);`,
  );
  return value!; // one for each result
}

/** The elements of planes at positions. */
function pick(output: View, input: View, positions: View | Value): Value {
  const writer = new ProgramWriter();
  const fetch = writer.elements(textureFor(input));
  const isView = "storage" in positions;
  const position = isView ? reader(writer, positions) : writer.elements(textureOf(positions));
  const [each, plane] = [output, input].map(({ shape }) => writer.whole(shape.at(-2)! * shape.at(-1)!));
  const [value] = writer.draw(
    [{ dtype: output.dtype, length: lengthOf(output) }],
    `float y0 = ${fetch}(${writer.whole(input.offset)} + quotient(i, ${each}) * ${plane} + int(${position}(i)));`,
  );
  return value!; // one for each result
}

/** Which windows may contain each position: the first, and the one after the last. */
function inverse({ size, start, end }: PoolingWindows): {
  first: readonly number[];
  last: readonly number[];
} {
  const first = Array.from({ length: size }, () => start.length);
  const last = Array.from({ length: size }, () => 0);
  start.forEach((from, window) => {
    for (let place = from; place < end[window]!; place++) {
      first[place] = Math.min(first[place]!, window);
      last[place] = Math.max(last[place]!, window + 1);
    }
  });
  return { first, last };
}

/** For each element of the finer side, does `step` for each window at `r`, `c` that contains it: `p` is the window's number, and `place` the element's in its plane. */
function spread(writer: ProgramWriter, input: View, windows: PlaneWindows, step: string): Value {
  const [rows, columns] = [windows.rows, windows.columns].map((along) => {
    const { first, last } = inverse(along);
    const { start, end } = declareWindows(writer, along);
    return { first: wholeTable(writer, first), last: wholeTable(writer, last), start, end };
  });
  const [height, width] = [
    writer.whole(windows.rows.start.length),
    writer.whole(windows.columns.start.length),
  ];
  const [value] = writer.draw(
    [{ dtype: float32, length: lengthOf(input) }],
    `${placeLines(writer, input).replaceAll("int c ", "int atColumn ").replaceAll("int r ", "int atRow ")}
int place = atRow * ${writer.whole(input.shape.at(-1)!)} + atColumn;
int rowEnd = ${rows!.last}(atRow), columnFirst = ${columns!.first}(atColumn), columnEnd = ${columns!.last}(atColumn);
float y0 = 0.0;

for (int r = ${rows!.first}(atRow); r < rowEnd; r++) {
if (atRow < ${rows!.start}(r) || atRow >= ${rows!.end}(r)) continue;
for (int c = columnFirst; c < columnEnd; c++) {
if (atColumn < ${columns!.start}(c) || atColumn >= ${columns!.end}(c)) continue;
int p = (plane * ${height} + r) * ${width} + c;
${step}
}
}`,
  );
  return value!; // one for each result
}
