/** Elements that tensors of positions choose. Positions are looked at where they are: those that a program was given are still in the processor's memory. */
import type { View } from "../../backend.ts";
import type { Coordinate, IndexingBackend, Selection } from "../../indexing.ts";
import { arrayOf } from "../evaluate.ts";
import { runOnCpu } from "../fallback.ts";
import type { Value } from "../values.ts";
import { write } from "../writing.ts";
import { canDraw, dimsOf, lengthOf, offsetLines, textureFor, valueOf } from "./operands.ts";
import { ProgramWriter } from "./program.ts";

/** The methods of the backend that programs can do; the others are the processor's. */
export const indexing: Pick<IndexingBackend, "take" | "triangle"> = {
  take(output, source) {
    if (output.shape.includes(0) || !canTake(output, source)) return runOnCpu("take", [output, source]);
    if (!source.coordinates.every(isWithin)) return false;
    write(output, taken(output, source));
    return true;
  },

  triangle(output, input, diagonal, upper) {
    if (output.shape.includes(0)) return;
    if (!canDraw([input], [output])) return runOnCpu("triangle", [output, input, diagonal, upper]);
    const writer = new ProgramWriter();
    const fetch = writer.elements(textureFor(input));
    const [rows, columns] = [writer.whole(input.shape.at(-2)!), writer.whole(input.shape.at(-1)!)];
    const [value] = writer.draw(
      [{ dtype: output.dtype, length: lengthOf(output) }],
      `int q = quotient(i, ${columns});
int c = i - q * ${columns};
int r = q - quotient(q, ${rows}) * ${rows};
bool inside = ${upper ? "c - r >=" : "c - r <="} ${writer.whole(diagonal)};
float y0 = inside ? ${fetch}(${writer.whole(input.offset)} + i) : 0.0;`,
    );
    write(output, value!); // one for each result
  },
};

function canTake(output: View, { view, coordinates }: Selection): boolean {
  return canDraw([view, ...coordinates.map(({ positions }) => positions)], [output]);
}

/** Whether all positions are in range. What a value's positions reach is found once. */
function isWithin({ positions, size, wraps }: Coordinate): boolean {
  const { least, most } = reachOf(valueOf(positions));
  const first = wraps ? -size : 0;
  if (least >= first && most < size) return true;
  return everyPosition(positions, (position) => position >= first && position < size);
}

const reaches = new WeakMap<Value, { readonly least: number; readonly most: number }>();

/** The smallest and the largest number of a value. */
function reachOf(value: Value): { readonly least: number; readonly most: number } {
  let reach = reaches.get(value);
  if (reach !== undefined) return reach;
  const { data } = arrayOf(value);
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    const number = Number(data[i]!);
    least = Math.min(least, number);
    most = Math.max(most, number);
  }
  reaches.set(value, (reach = { least, most }));
  return reach;
}

/** Whether something holds for every element of a view, which may be a part of its storage. */
function everyPosition(view: View, holds: (position: number) => boolean): boolean {
  const { data } = arrayOf(valueOf(view));
  const visit = (dim: number, at: number): boolean => {
    if (dim === view.shape.length) return holds(Number(data[at]!));
    for (let i = 0; i < view.shape[dim]!; i++) if (!visit(dim + 1, at + i * view.strides[dim]!)) return false;
    return true;
  };
  return visit(0, view.offset);
}

function taken(output: View, { view, coordinates }: Selection): Value {
  const writer = new ProgramWriter();
  const fetch = writer.elements(textureFor(view));
  const moves = coordinates.map(({ positions, size, stride }, n) => {
    const position = writer.elements(textureFor(positions));
    return `${offsetLines(writer, `at${n}`, "i", dimsOf(positions))}
int n${n}x = int(${position}(${writer.whole(positions.offset)} + at${n}));
p += (n${n}x < 0 ? n${n}x + ${writer.whole(size)} : n${n}x) * ${writer.whole(stride)};`;
  });
  const [value] = writer.draw(
    [{ dtype: output.dtype, length: lengthOf(output) }],
    `${offsetLines(writer, "base", "i", dimsOf(view))}
int p = ${writer.whole(view.offset)} + base;
${moves.join("\n")}
float y0 = ${fetch}(p);`,
  );
  return value!; // one for each result
}
