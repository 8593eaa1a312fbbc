/** Settles a selection for the kernels: several tensors of positions become one, and dimensions are joined where they can be. */
import { int64 } from "../../../dtype.ts";
import { contiguousStrides, numel, type Shape } from "../../../shape.ts";
import type { Storage } from "../../../storage.ts";
import type { View } from "../../backend.ts";
import type { Combine, Coordinate, Selection } from "../../indexing.ts";
import { addressOf, allocate } from "../memory/storage.ts";
import { collapse } from "../reference/layout.ts";
import { runKernel } from "../threads/parallel.ts";
import { locate, putModule, takeModule, type RowKind } from "./kernels.ts";
import { settleWalk, walkFailed, type WalkDimension } from "./walk.ts";

/** An element at a random place costs one or two nanoseconds, so that this many are worth a thread. */
const elementsPerThread = 16_384;

/** Elements of a row that one unit of work has; all strides are multiples of bytes, and a chunk of bytes stays within the cache. */
const chunk = 4096;

/** Units of work that are worth a thread. */
function grainOf(row: WalkDimension): number {
  return Math.ceil(elementsPerThread / Math.min(row.size, chunk));
}

/** The dimensions of a walk over a plain view, a selection's view and its positions. */
function walkDimensions(plain: View, chosen: View, positions: View): readonly WalkDimension[] {
  const { shape, strides } = collapse(plain.shape, [plain.strides, chosen.strides, positions.strides]);
  const dimensions = shape.map((size, dim): WalkDimension => ({
    size,
    strides: [
      strides[0]![dim]! * plain.dtype.itemsize,
      strides[1]![dim]! * chosen.dtype.itemsize,
      strides[2]![dim]! * positions.dtype.itemsize,
    ],
  }));
  return dimensions.length > 0 ? dimensions : [{ size: 1, strides: [0, 0, 0] }];
}

function kindOf({ strides: [plain, chosen, positions] }: WalkDimension, bytes: number): RowKind {
  if (plain !== bytes) return "each";
  if (chosen === bytes && positions === 0) return "run";
  return chosen === 0 && positions === 8 ? "line" : "each";
}

/** A view of the same elements without the dimensions along which nothing is indexed: they have size 1. */
function withoutRepeats(coordinates: readonly Coordinate[]): { shape: Shape; positions: View[] } {
  const [first] = coordinates as readonly [Coordinate];
  const shape = first.positions.shape.map((size, dim) =>
    coordinates.some(({ positions }) => positions.strides[dim] !== 0) ? size : 1,
  );
  return { shape, positions: coordinates.map(({ positions }) => ({ ...positions, shape })) };
}

/**
 * One coordinate that moves as several do together, its positions counted in bytes; `null` when one of them is out of range.
 */
function joined(coordinates: readonly Coordinate[], itemsize: number): Coordinate | null {
  const { shape, positions } = withoutRepeats(coordinates);
  const own = contiguousStrides(shape);
  const bytes: View = {
    storage: allocate(int64, numel(shape)),
    dtype: int64,
    shape,
    strides: own,
    offset: 0,
  };
  for (const [turn, { size, stride, wraps }] of coordinates.entries()) {
    const dimensions = walkDimensions(bytes, { ...bytes, strides: shape.map(() => 0) }, positions[turn]!);
    const walk = { dimensions, size, axisStride: stride * itemsize, wraps, chunk };
    const addresses = [addressOf(bytes), 0, addressOf(positions[turn]!)];
    runKernel(locate, turn === 0 ? "set" : "add", settleWalk(walk), grainOf(dimensions.at(-1)!), addresses);
    if (walkFailed()) return null;
  }
  const full = coordinates[0]!.positions.shape;
  const strides = full.map((size, dim) => (shape[dim] === size ? own[dim]! : 0));
  // One byte, counted in elements as every stride is.
  const stride = 1 / itemsize;
  return { positions: { ...bytes, shape: full, strides }, size: 0xffff_ffff, stride, wraps: false };
}

/** What both directions need: the walk, and the one coordinate that is left. */
interface Settled {
  readonly dimensions: readonly WalkDimension[];
  readonly coordinate: Coordinate;
  readonly kind: RowKind;
  /** Holds the positions that several coordinates were joined to, if they were. */
  readonly temporary: Storage | null;
}

function settle(plain: View, { view, coordinates }: Selection): Settled | null {
  const { itemsize } = view.dtype;
  const coordinate = coordinates.length === 1 ? coordinates[0]! : joined(coordinates, itemsize);
  if (coordinate === null) return null;
  const dimensions = walkDimensions(plain, view, coordinate.positions);
  return {
    dimensions,
    coordinate,
    kind: kindOf(dimensions.at(-1)!, itemsize),
    temporary: coordinates.length === 1 ? null : coordinate.positions.storage,
  };
}

/** See `IndexingBackend.take`. */
export function takeByKernel(output: View, source: Selection): boolean {
  const { itemsize } = output.dtype;
  const settled = settle(output, source);
  if (settled === null) return false;
  const { dimensions, coordinate, kind, temporary } = settled;
  const { positions, size, stride, wraps } = coordinate;
  const addresses = [output, source.view, positions].map(addressOf);
  const units = settleWalk({ dimensions, size, axisStride: stride * itemsize, wraps, chunk });
  runKernel(takeModule(itemsize), kind, units, grainOf(dimensions.at(-1)!), addresses);
  temporary?.release();
  return !walkFailed();
}

/** See `IndexingBackend.put`. */
export function putByKernel(target: Selection, values: View, combine: Combine): boolean {
  const { itemsize, name } = values.dtype;
  const settled = settle(values, target);
  if (settled === null) return false;
  const { dimensions, coordinate, kind, temporary } = settled;
  const { positions, size, stride, wraps } = coordinate;
  if (!allInside(coordinate)) return false;
  const addresses = [values, target.view, positions].map(addressOf);
  const units = settleWalk({ dimensions, size, axisStride: stride * itemsize, wraps, chunk });
  // Two units may write to one place: they stay on one thread, in their order.
  putModule(name, combine).functions[kind](0, units, ...addresses);
  temporary?.release();
  return true;
}

/** Whether every position of a coordinate is in range, so that nothing is written before a wrong one is met. */
function allInside(coordinate: Coordinate): boolean {
  const { shape, positions } = withoutRepeats([coordinate]);
  const view = positions[0]!;
  const dimensions = walkDimensions(
    { ...view, strides: shape.map(() => 0) },
    { ...view, strides: shape.map(() => 0) },
    view,
  );
  const units = settleWalk({
    dimensions,
    size: coordinate.size,
    axisStride: 1,
    wraps: coordinate.wraps,
    chunk,
  });
  runKernel(locate, "check", units, 4 * grainOf(dimensions.at(-1)!), [0, 0, addressOf(view)]);
  return !walkFailed();
}
