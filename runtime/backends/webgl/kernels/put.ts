/**
 * Writing to positions, as gathering: for each element of the target there is a list of what is written to it, in order, which the processor makes from the positions. Where
 * whole rows are written, as gradients of embeddings are, there is one list for each row.
 */
import { float32 } from "../../../dtype.ts";
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import type { Combine, Coordinate, Selection } from "../../indexing.ts";
import { adopt } from "../../cpu/memory/storage.ts";
import { textureOf } from "../evaluate.ts";
import type { WebGLStorage } from "../storage.ts";
import { Value } from "../values.ts";
import { dimsOf, offsetLines, textureFor, type Dims } from "./operands.ts";
import { ProgramWriter } from "./program.ts";
import { positionsOf } from "./positions.ts";

/** Which writes there are to each row of the target. */
interface Writes {
  /** Elements of a row, which lie one after another. */
  readonly width: number;
  /** The storage's elements before its first row. */
  readonly before: number;
  /** Where each row's writes begin in `order`, and behind the last one's. */
  readonly begins: Float32Array;
  /** The numbers of writes. */
  readonly order: Float32Array;
}

/** Dimensions of a selection: those up to the last that positions depend on, and the others. */
function splitOf({ view, coordinates }: Selection): number {
  const varies = (dim: number): boolean =>
    view.shape[dim] !== 1 && coordinates.some(({ positions }) => positions.strides[dim] !== 0);
  let split = view.shape.length;
  while (split > 0 && !varies(split - 1)) split--;
  return split;
}

/** The writes, `null` where rows would lie across each other or have gaps. */
function writesOf(target: Selection, split: number): Writes | null {
  const { view } = target;
  const inner = dimsOf(view, split);
  if (inner.sizes.length > 1 || (inner.sizes.length === 1 && inner.strides[0] !== 1)) return null;
  const width = inner.sizes[0] ?? 1;
  const starts = startsOf(target, split);
  const before = (starts[0] ?? 0) % width;
  if (starts.some((start) => start % width !== before)) return null;
  return listsOf(
    starts.map((start) => (start - before) / width),
    width,
    before,
    Math.floor((view.storage.length - before) / width),
  );
}

/** Where in the storage each row begins that is written. */
function startsOf({ view, coordinates }: Selection, split: number): readonly number[] {
  const shape = view.shape.slice(0, split);
  const count = numel(shape);
  const starts = Array.from({ length: count }, () => view.offset);
  addOffsets(starts, shape, view.strides, (offset) => offset);
  for (const coordinate of coordinates) addPositions(starts, shape, coordinate);
  return starts;
}

function addPositions(
  starts: number[],
  shape: readonly number[],
  { positions, size, stride }: Coordinate,
): void {
  const data = positionsOf(positions);
  addOffsets(starts, shape, positions.strides, (offset) => {
    const position = Number(data[positions.offset + offset]!);
    return (position < 0 ? position + size : position) * stride;
  });
}

/** Adds to each element, in row-major order of `shape`, what `of` makes of its offset. */
function addOffsets(
  sums: number[],
  shape: readonly number[],
  strides: readonly number[],
  of: (offset: number) => number,
): void {
  const index = shape.map(() => 0);
  let offset = 0;
  for (let i = 0; i < sums.length; i++) {
    sums[i]! += of(offset);
    for (let dim = shape.length - 1; dim >= 0; dim--) {
      offset += strides[dim]!;
      if (++index[dim]! < shape[dim]!) break;
      offset -= shape[dim]! * strides[dim]!;
      index[dim] = 0;
    }
  }
}

/** Sorts writes by their rows; those to one row keep their order. */
function listsOf(rows: readonly number[], width: number, before: number, count: number): Writes {
  const begins = new Float32Array(count + 1);
  for (const row of rows) begins[row + 1]!++;
  for (let row = 0; row < count; row++) begins[row + 1]! += begins[row]!;
  const next = begins.slice();
  const order = new Float32Array(Math.max(rows.length, 1));
  rows.forEach((row, write) => {
    order[next[row]!++] = write;
  });
  return { width, before, begins, order };
}

const combinations: Readonly<Record<Combine, string>> = {
  replace: "y0 = x;",
  sum: "y0 += x;",
  prod: "y0 *= x;",
  amax: "y0 = larger(y0, x);",
  amin: "y0 = smaller(y0, x);",
};

/** The target's elements after the writes; \`null\` where a program cannot do them. All positions are in range. */
export function put(target: Selection, values: View, combine: Combine): Value | null {
  const split = splitOf(target);
  const writes = writesOf(target, split);
  if (writes === null) return null;
  const { storage, dtype } = target.view;
  const tables = [writes.begins, writes.order].map((numbers) =>
    Value.ofArray(adopt(numbers, float32, false)),
  );
  const writer = new ProgramWriter();
  const [begin, order] = tables.map((table) => writer.elements(textureOf(table)));
  const [old, fresh] = [textureOf((storage as WebGLStorage).value), textureFor(values)].map((texture) =>
    writer.elements(texture),
  );
  const at = (name: string, index: string, dims: Dims): string => offsetLines(writer, name, index, dims);
  const [width, before] = [writer.whole(writes.width), writer.whole(writes.before)];
  const [result] = writer.draw(
    [{ dtype, length: storage.length }],
    `float y0 = ${old}(i);
int left = i - ${before};
int row = left < 0 ? 0 : quotient(left, ${width});
if (left >= 0 && row < ${writer.whole(writes.begins.length - 1)}) {
int j = left - row * ${width};
${at("inner", "j", dimsOf(values, split))}
int end = int(${begin}(row + 1));
for (int w = int(${begin}(row)); w < end; w++) {
int n = int(${order}(w));
${at("outer", "n", dimsOf(values, 0, split))}
float x = ${fresh}(${writer.whole(values.offset)} + outer + inner);
${combinations[combine]}
}
}`,
  );
  for (const table of tables) {
    table.hold();
    table.drop();
  }
  return result!; // one for each result
}
