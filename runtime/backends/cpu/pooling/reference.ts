/** Pooling as plain loops: what the kernels are held against, and how whole numbers are pooled. */
import type { Element } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import type { AveragingPlaneWindows, PlaneWindows, PoolingBackend } from "../../pooling.ts";

type Data = { [position: number]: Element };

function dataOf(view: View): Data {
  return view.storage.data as unknown as Data; // typed arrays are written by position here, with elements of their own kind
}

/** Calls `visit` for each window, with where its plane begins, its number in the output, and its row and column. */
function forEachWindow(
  output: View,
  input: View,
  visit: (plane: number, target: number, row: number, column: number) => void,
): void {
  const [planes, rows, columns] = output.shape as [number, number, number];
  const size = input.shape[1]! * input.shape[2]!;
  for (let p = 0; p < planes; p++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++)
        visit(input.offset + p * size, output.offset + (p * rows + i) * columns + j, i, j);
}

/** Calls `visit` for everything in a window, with its position within the plane. */
function forEachInWindow(
  { rows, columns }: PlaneWindows,
  row: number,
  column: number,
  visit: (position: number) => void,
): void {
  for (let y = rows.start[row]!; y < rows.end[row]!; y += rows.step)
    for (let x = columns.start[column]!; x < columns.end[column]!; x += columns.step)
      visit(y * columns.size + x);
}

/** The quotient of two numbers, or of two bigints. */
function divide(sum: Element, divisor: number): Element {
  return typeof sum === "bigint" ? sum / BigInt(divisor) : sum / divisor;
}

function zero(view: View): Element {
  return view.dtype.name === "int64" ? 0n : 0;
}

function plus(x: Element, y: Element): Element {
  return ((x as number) + (y as number)) as Element; // both numbers, or both bigints
}

function fillZeros(view: View): void {
  const count = view.shape.reduce((product, size) => product * size, 1);
  const data = dataOf(view);
  for (let i = 0; i < count; i++) data[view.offset + i] = zero(view);
}

/** See `PoolingBackend`. */
export const referencePooling: PoolingBackend = {
  maxPool(output, positions, input, windows) {
    const [values, places, data] = [dataOf(output), dataOf(positions), dataOf(input)];
    forEachWindow(output, input, (plane, target, row, column) => {
      let best: Element | undefined;
      let place = 0;
      forEachInWindow(windows, row, column, (position) => {
        const value = data[plane + position]!;
        if (best === undefined || value > best || value !== value) [best, place] = [value, position];
      });
      values[target] = best!;
      places[target - output.offset + positions.offset] = place;
    });
  },

  maxPoolSpread(input, output, positions) {
    fillZeros(input);
    const [data, values, places] = [dataOf(input), dataOf(output), dataOf(positions)];
    forEachWindow(output, input, (plane, source) => {
      const place = plane + Number(places[source - output.offset + positions.offset]);
      data[place] = plus(data[place]!, values[source]!);
    });
  },

  maxPoolPick(output, input, positions) {
    const [data, values, places] = [dataOf(input), dataOf(output), dataOf(positions)];
    forEachWindow(output, input, (plane, target) => {
      values[target] = data[plane + Number(places[target - output.offset + positions.offset])]!;
    });
  },

  averagePool(output, input, windows) {
    const [values, data] = [dataOf(output), dataOf(input)];
    forEachWindow(output, input, (plane, target, row, column) => {
      let sum = zero(input);
      forEachInWindow(windows, row, column, (position) => {
        sum = plus(sum, data[plane + position]!);
      });
      values[target] = divide(sum, divisorAt(windows, row, column));
    });
  },

  averagePoolSpread(input, output, windows) {
    fillZeros(input);
    const [values, data] = [dataOf(output), dataOf(input)];
    forEachWindow(output, input, (plane, source, row, column) => {
      const share = divide(values[source]!, divisorAt(windows, row, column));
      forEachInWindow(windows, row, column, (position) => {
        data[plane + position] = plus(data[plane + position]!, share);
      });
    });
  },
};

function divisorAt({ rows, columns }: AveragingPlaneWindows, row: number, column: number): number {
  return rows.divisors[row]! * columns.divisors[column]!;
}
