/** Reductions of all elements to one: pieces of a fixed size are reduced by kernels, and their results here, so that threads change nothing. */
import { parameterBase, parameterDoubles, parameterFloats, parameterInts } from "../memory/heap.ts";
import { runKernel } from "../threads/parallel.ts";
import { rowKernels, type RowReduction } from "./rowKernels.ts";

/** Elements of a piece, unless there would be more pieces than there is room for. */
const pieceElements = 16_384;
const mostPieces = 2_048;

/** Where the pieces' results go: behind the first parameters. */
const resultsAt = 8;
const resultsAddress: number = parameterBase + 8 * resultsAt;
const positionsAt: number = resultsAt + mostPieces;
const positionsAddress: number = parameterBase + 8 * positionsAt;

interface Pieces {
  readonly count: number;
  readonly elements: number;
}

/** Reduces each piece; results of `resultBytes` lie from `resultsAddress` on, positions from `positionsAddress` on. */
function reducePieces(name: RowReduction, address: number, length: number, resultBytes: number): Pieces {
  const elements = Math.max(pieceElements, 4 * Math.ceil(length / (4 * mostPieces - 4)));
  const whole = Math.floor(length / elements);
  const pieceBytes = 4 * elements;
  if (whole > 0)
    runKernel(rowKernels, name, whole, 2, [address, resultsAddress, pieceBytes, elements, positionsAddress]);
  const rest = length - whole * elements;
  if (rest > 0)
    rowKernels.functions[name](
      0,
      1,
      address + whole * pieceBytes,
      resultsAddress + whole * resultBytes,
      pieceBytes,
      rest,
      positionsAddress + 8 * whole,
    );
  return { count: whole + (rest > 0 ? 1 : 0), elements };
}

function addResults(count: number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += parameterDoubles[resultsAt + i]!;
  return total;
}

/** The sum of `length` float32 numbers, in float64. */
export function wholeSum(address: number, length: number): number {
  return addResults(reducePieces("partialSum", address, length, 8).count);
}

/** The sum of the squared distances from the mean. */
export function wholeSquares(address: number, length: number): number {
  const mean = addResults(reducePieces("partialExactSum", address, length, 8).count) / length;
  parameterDoubles[0] = mean;
  const error = Math.fround(mean) - mean;
  const squares = addResults(reducePieces("partialSquares", address, length, 8).count);
  // The kernel takes the distance from the mean as it is in float32.
  return Math.max(0, squares - length * error * error);
}

/** The extreme element. */
export function wholeExtreme(name: "amax" | "amin", address: number, length: number): number {
  const { count } = reducePieces(name, address, length, 4);
  let best = parameterFloats[2 * resultsAt]!;
  for (let i = 1; i < count; i++) {
    const next = parameterFloats[2 * resultsAt + i]!;
    best = name === "amax" ? Math.max(best, next) : Math.min(best, next);
  }
  return best;
}

/** The extreme element with its position: the first of equals, and the first NaN before everything. */
export function wholePosition(
  name: "max" | "min",
  address: number,
  length: number,
): { readonly position: number; readonly value: number } {
  const { count, elements } = reducePieces(name, address, length, 4);
  let best = 0;
  for (let i = 1; i < count; i++) {
    const [before, next] = [parameterFloats[2 * resultsAt + best]!, parameterFloats[2 * resultsAt + i]!];
    const better = before === before && (next !== next || (name === "max" ? next > before : next < before));
    if (better) best = i;
  }
  // A position within a piece fits in the lower half of an int64.
  return {
    position: best * elements + parameterInts[2 * (positionsAt + best)]!,
    value: parameterFloats[2 * resultsAt + best]!,
  };
}
