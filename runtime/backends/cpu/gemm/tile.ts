/**
 * The innermost part of a matrix product: a tile of a few rows and vectors of the result, whose sums stay in registers while the inner dimension is
 * walked through.
 */
import type { FunctionBuilder, Local, ModuleBuilder } from "../wasm/assembler.ts";
import { pushMultiplyAdd, type Precision } from "./precision.ts";

/** Rows, and vectors in each row, of a tile. */
export interface TileShape {
  readonly rows: number;
  readonly vectors: number;
}

/**
 * How the left matrix lies in memory. `adjacentRows`: the numbers that a step of the inner dimension needs are neighbours, as in packed panels and in
 * transposed matrices. `adjacentInner`: those of a row are, as in row-major matrices.
 */
export type LeftLayout = "adjacentRows" | "adjacentInner";

/** What becomes of the sums, as bits: added to what is in the result, plus a bias for each column or each row, negative ones replaced by 0. */
export const finishing = { accumulate: 1, columnBias: 2, rowBias: 4, relu: 8 } as const;

/** Parameters of a tile's function, all i32; addresses and distances in bytes. */
const tileParameters = {
  left: 0,
  /** From one row of the left matrix to the next; not used for `adjacentRows`. */
  leftRow: 1,
  /** From one step of the inner dimension to the next; not used for `adjacentInner`. */
  leftStep: 2,
  right: 3,
  rightStep: 4,
  output: 5,
  outputRow: 6,
  inner: 7,
  /** Numbers in each row's last vector. */
  lastLanes: 8,
  /** A sum of `finishing`. */
  finish: 9,
  bias: 10,
} as const;

export const tileParameterCount: number = Object.keys(tileParameters).length;

/** The function for a tile of this shape. */
export function addTile(
  module: ModuleBuilder,
  precision: Precision,
  shape: TileShape,
  layout: LeftLayout,
): FunctionBuilder {
  const f = module.function(
    null,
    Array.from({ length: tileParameterCount }, () => "i32"),
  );
  const sums = Array.from({ length: shape.rows }, () => f.locals("v128", shape.vectors));
  const rights = f.locals("v128", shape.vectors);
  const tile: Tile = { f, precision, sums, rights };
  if (layout === "adjacentRows") pushAdjacentRows(tile);
  else pushAdjacentInner(tile);
  pushFinish(tile);
  pushStore(tile);
  return f;
}

interface Tile {
  readonly f: FunctionBuilder;
  readonly precision: Precision;
  readonly sums: readonly (readonly Local[])[];
  readonly rights: readonly Local[];
}

function pushLoadRights({ f, rights }: Tile): void {
  for (const [j, right] of rights.entries())
    f.get(tileParameters.right)
      .memory("v128.load", 16 * j)
      .set(right);
  f.advance(tileParameters.right, tileParameters.rightStep);
}

/** Multiplies the number at `address + offset` with the current vectors, into the sums of one row. */
function pushRow(tile: Tile, row: readonly Local[], address: Local, offset: number, left: Local): void {
  const { f, precision, rights } = tile;
  f.get(address).memory(precision.splat, offset).set(left);
  for (const [j, sum] of row.entries()) pushMultiplyAdd(f, precision, sum, left, rights[j]!);
}

function pushAdjacentRows(tile: Tile): void {
  const { f, precision, sums } = tile;
  const { left, leftStep, inner } = tileParameters;
  const value = f.local("v128");
  f.repeat(inner, () => {
    pushLoadRights(tile);
    for (const [i, row] of sums.entries()) pushRow(tile, row, left, i * precision.bytes, value);
    f.advance(left, leftStep);
  });
}

/** Four steps at a time, so that the rows' addresses move once for four. */
function pushAdjacentInner(tile: Tile): void {
  const { f, precision, sums } = tile;
  const { left, leftRow, inner } = tileParameters;
  const value = f.local("v128");
  const quads = f.local("i32");
  const rows = sums.map((_, i) => (i === 0 ? left : f.local("i32")));
  for (let i = 1; i < rows.length; i++)
    f.get(rows[i - 1]!)
      .get(leftRow)
      .op("i32.add")
      .set(rows[i]!);
  const steps = (count: number): void => {
    for (let step = 0; step < count; step++) {
      pushLoadRights(tile);
      for (const [i, row] of sums.entries()) pushRow(tile, row, rows[i]!, step * precision.bytes, value);
    }
    for (const row of rows) f.increment(row, count * precision.bytes);
  };
  f.get(inner).i32(2).op("i32.shr_u").set(quads);
  f.repeat(quads, () => steps(4));
  f.get(inner).i32(3).op("i32.and").set(quads);
  f.repeat(quads, () => steps(1));
}

function pushFinish(tile: Tile): void {
  const { f, precision, sums } = tile;
  const { finish, bias, output, outputRow } = tileParameters;
  const when = (bit: number, body: () => void): void => {
    f.get(finish).i32(bit).op("i32.and").if(body);
  };
  const value = f.local("v128");
  const row = f.local("i32");
  f.get(finish).if(() => {
    when(finishing.accumulate, () => {
      f.get(output).set(row);
      for (const sumsOfRow of sums) {
        for (const [j, sum] of sumsOfRow.entries())
          f.get(row)
            .memory("v128.load", 16 * j)
            .get(sum)
            .op(precision.add)
            .set(sum);
        f.advance(row, outputRow);
      }
    });
    when(finishing.columnBias, () => {
      for (let j = 0; j < sums[0]!.length; j++) {
        f.get(bias)
          .memory("v128.load", 16 * j)
          .set(value);
        for (const sumsOfRow of sums) f.get(sumsOfRow[j]!).get(value).op(precision.add).set(sumsOfRow[j]!);
      }
    });
    when(finishing.rowBias, () => {
      for (const [i, sumsOfRow] of sums.entries()) {
        f.get(bias)
          .memory(precision.splat, i * precision.bytes)
          .set(value);
        for (const sum of sumsOfRow) f.get(sum).get(value).op(precision.add).set(sum);
      }
    });
    when(finishing.relu, () => {
      f.v128("i32x4", 0).set(value);
      for (const sum of sums.flat()) f.get(sum).get(value).op(precision.largest).set(sum);
    });
  });
}

function pushStore({ f, precision, sums }: Tile): void {
  const { output, outputRow, lastLanes } = tileParameters;
  const last = sums[0]!.length - 1;
  f.get(lastLanes).i32(precision.lanes).op("i32.eq");
  f.if(
    () => {
      for (const row of sums) {
        for (const [j, sum] of row.entries())
          f.get(output)
            .get(sum)
            .memory("v128.store", 16 * j);
        f.advance(output, outputRow);
      }
    },
    () => {
      for (const row of sums) {
        for (const [j, sum] of row.entries())
          if (j < last)
            f.get(output)
              .get(sum)
              .memory("v128.store", 16 * j);
        pushStoreLanes(f, precision, output, row[last]!, 16 * last);
        f.advance(output, outputRow);
      }
    },
  );
}

/** Stores the first `lastLanes` numbers of a vector: at least one, and not all. */
function pushStoreLanes(
  f: FunctionBuilder,
  precision: Precision,
  address: Local,
  value: Local,
  offset: number,
): void {
  for (let lane = 0; lane < precision.lanes - 1; lane++) {
    const store = (): void => {
      f.get(address)
        .get(value)
        .laneMemory(precision.storeLane, lane, offset + lane * precision.bytes);
    };
    if (lane === 0) store();
    else f.get(tileParameters.lastLanes).i32(lane).op("i32.gt_s").if(store);
  }
}
