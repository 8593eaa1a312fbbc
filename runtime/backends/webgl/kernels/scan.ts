/** Running sums, products and extremes, in as many passes as the length has binary digits: each element is combined with one that is 1, 2, 4, … places away. */
import type { Backend, View } from "../../backend.ts";
import type { ScanBackend } from "../../scan.ts";
import { textureOf } from "../evaluate.ts";
import { runOnCpu } from "../fallback.ts";
import { largestWhole, reachOf } from "../reach.ts";
import type { Value } from "../values.ts";
import { write } from "../writing.ts";
import { areFractions, canDraw, lengthOf, textureFor, valueOf } from "./operands.ts";
import { ProgramWriter } from "./program.ts";

/** The methods of the backend. */
export const scans: ScanBackend = {
  scan(kind, output, input, reverse) {
    if (output.shape.includes(0)) return;
    const reach = areFractions(output, input) ? null : reachOfSums(kind, output, input);
    if (reach === Infinity || !canDraw([input], [output]))
      return leave("scan", [kind, output, input, reverse]);
    const combined = kind === "sum" ? "y0 + x" : "y0 * x";
    const value = steps(
      input,
      (read, writer, away) => {
        const [inside, other] = neighbour(writer, input, away, reverse);
        return `float y0 = ${read}(i); if (${inside}) { float x = ${read}(${other}); y0 = ${combined}; }`;
      },
      output,
    );
    if (reach !== null) value.reach = reach;
    write(output, value);
  },

  scanExtreme(kind, values, indices, input) {
    if (values.shape.includes(0)) return;
    if (!canDraw([input], [values, indices])) return leave("scanExtreme", [kind, values, indices, input]);
    const found = extremes(kind, indices, input);
    found.hold();
    write(values, elementsAt(values, input, found));
    write(indices, found);
    found.drop();
  },
};

/** The largest size of running sums of whole numbers; Infinity where programs would not have all digits of each. */
function reachOfSums(kind: "sum" | "prod", output: View, input: View): number {
  const areWhole = !output.dtype.is_floating_point && !input.dtype.is_floating_point;
  const reach = areWhole && kind === "sum" ? reachOf(valueOf(input)) * input.shape[1]! : Infinity;
  return reach <= largestWhole ? reach : Infinity;
}

function leave<Name extends "scan" | "scanExtreme">(name: Name, args: Parameters<Backend[Name]>): void {
  runOnCpu(name, args);
}

/** Text of whether there is an element so many places before (behind) element `i` of its scan, and of its position. */
function neighbour(writer: ProgramWriter, { shape }: View, away: number, reverse: boolean): [string, string] {
  const [length, inner, places] = [shape[1]!, shape[2]!, away].map((number) => writer.whole(number)) as [
    string,
    string,
    string,
  ]; // one for each number
  const place = `quotient(i, ${inner}) % ${length}`;
  return reverse
    ? [`${place} + ${places} < ${length}`, `i + ${places} * ${inner}`]
    : [`${place} >= ${places}`, `i - ${places} * ${inner}`];
}

/** Runs a program for 1, 2, 4, … places, each on what the last one gave. */
function steps(
  input: View,
  body: (read: string, writer: ProgramWriter, away: number) => string,
  output: View,
  first: Value | null = null,
): Value {
  let current = first;
  for (let away = 1; away < input.shape[1]! || current === null; away *= 2) {
    const writer = new ProgramWriter();
    const fetch = writer.elements(current === null ? textureFor(input) : textureOf(current));
    const read = writer.name();
    const offset = current === null ? writer.whole(input.offset) : "0";
    writer.define(`float ${read}(int p) { return ${fetch}(${offset} + p); }`);
    const [next] = writer.draw([{ dtype: output.dtype, length: lengthOf(output) }], body(read, writer, away));
    current?.dropTexture();
    current = next!; // one for each result
  }
  return current;
}

/** Where the extreme so far is: the last of equals; NaN is larger and smaller than everything. */
function extremes(kind: "max" | "min", indices: View, input: View): Value {
  const start = new ProgramWriter();
  const [length, inner] = [start.whole(input.shape[1]!), start.whole(input.shape[2]!)];
  const [own] = start.draw(
    [{ dtype: indices.dtype, length: lengthOf(indices) }],
    `float y0 = float(quotient(i, ${inner}) % ${length});`,
  );
  const beats = kind === "max" ? "less(later, earlier)" : "less(earlier, later)";
  return steps(
    input,
    (read, writer, away) => {
      const [inside, other] = neighbour(writer, input, away, false);
      const element = elementOf(writer, input);
      return `float y0 = ${read}(i);
if (${inside}) {
float before = ${read}(${other});
float later = ${element}(i, y0), earlier = ${element}(i, before);
if (!isNaN(later) && (isNaN(earlier) || ${beats})) y0 = before;
}`;
    },
    indices,
    own!, // one for each result
  );
}

/** The name of a function that gives the element at place `at` of the scan that element `i` belongs to. */
function elementOf(writer: ProgramWriter, input: View): string {
  const [fetch, name] = [writer.elements(textureFor(input)), writer.name()];
  const [length, inner] = [writer.whole(input.shape[1]!), writer.whole(input.shape[2]!)];
  writer.define(`float ${name}(int i, float at) {
int q = quotient(i, ${inner});
return ${fetch}(${writer.whole(input.offset)} + (quotient(q, ${length}) * ${length} + int(at)) * ${inner} + i - q * ${inner});
}`);
  return name;
}

function elementsAt(values: View, input: View, found: Value): Value {
  const writer = new ProgramWriter();
  const [position, element] = [writer.elements(textureOf(found)), elementOf(writer, input)];
  const [value] = writer.draw(
    [{ dtype: values.dtype, length: lengthOf(values) }],
    `float y0 = ${element}(i, ${position}(i));`,
  );
  return value!; // one for each result
}
