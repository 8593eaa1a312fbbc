/**
 * The kernel behind convolutions and their derivative in the input: products of a weight's panels with rows of a block that is never copied out as a matrix. Where a
 * row begins is read from a table, so that padding, dilation and strides cost nothing here.
 */
import type { TileChoice } from "../gemm/kernels.ts";
import { pushMultiplyAdd, type Precision } from "../gemm/precision.ts";
import type { FunctionBuilder, Local, ModuleBuilder } from "../wasm/assembler.ts";

/** Vectors of a tile with 1, 2, 3, … rows: as many sums as the processor has registers for, of the usual width or twice as wide. */
const vectorsOfRows = { narrow: [8, 4, 3, 2, 2, 2, 2, 2], wide: [8, 8, 4, 4, 4, 4, 2, 2] } as const;

/** The widest tile, in vectors: rows of results leave room for it. */
export const widestTile = 8;

/** Parameters of a tile, all i32; addresses and distances in bytes. */
const tileParameters = {
  /** Panel of the weight: for each step as many numbers as the tile has rows. */
  weight: 0,
  /** Where each step's numbers are, from `block` on. */
  offsets: 1,
  steps: 2,
  block: 3,
  output: 4,
  outputRow: 5,
  /** Whether the sums are added to what is in `output`. */
  accumulate: 6,
} as const;

function addTile(
  module: ModuleBuilder,
  precision: Precision,
  rows: number,
  vectors: number,
): FunctionBuilder {
  const p = tileParameters;
  const f = module.function(
    null,
    Object.keys(p).map(() => "i32"),
  );
  const sums = Array.from({ length: rows }, () => f.locals("v128", vectors));
  const rights = f.locals("v128", vectors);
  const left = f.local("v128");
  const [address, row] = f.locals("i32", 2) as [Local, Local];
  f.get(p.accumulate).if(() => {
    f.get(p.output).set(row);
    for (const sumsOfRow of sums) {
      for (const [j, sum] of sumsOfRow.entries())
        f.get(row)
          .memory("v128.load", 16 * j)
          .set(sum);
      f.advance(row, p.outputRow);
    }
  });
  f.repeat(p.steps, () => {
    f.get(p.block).get(p.offsets).memory("i32.load").op("i32.add").set(address);
    for (const [j, right] of rights.entries())
      f.get(address)
        .memory("v128.load", 16 * j)
        .set(right);
    for (const [i, sumsOfRow] of sums.entries()) {
      f.get(p.weight)
        .memory(precision.splat, i * precision.bytes)
        .set(left);
      for (const [j, sum] of sumsOfRow.entries()) pushMultiplyAdd(f, precision, sum, left, rights[j]!);
    }
    f.increment(p.offsets, 4).increment(p.weight, rows * precision.bytes);
  });
  for (const sumsOfRow of sums) {
    for (const [j, sum] of sumsOfRow.entries())
      f.get(p.output)
        .get(sum)
        .memory("v128.store", 16 * j);
    f.advance(p.output, p.outputRow);
  }
  return f;
}

/** Parameters of `correlate`, all i32; addresses and distances in bytes. */
const correlateParameters = {
  weight: 0,
  /** What to leave out at the start of each row of the weight. */
  skip: 1,
  /** From one panel of the weight to the next. */
  weightPanel: 2,
  offsets: 3,
  steps: 4,
  block: 5,
  output: 6,
  outputRow: 7,
  rows: 8,
  /** Numbers in each row of the output; it is written up to the next multiple of the widest tile. */
  columns: 9,
  accumulate: 10,
} as const;

/** Calls `tile` for one panel of rows at the current place. */
function pushCall(
  f: FunctionBuilder,
  tile: FunctionBuilder,
  at: { readonly weight: Local; readonly block: Local; readonly output: Local },
): void {
  const p = correlateParameters;
  f.get(at.weight)
    .get(p.offsets)
    .get(p.steps)
    .get(at.block)
    .get(at.output)
    .get(p.outputRow)
    .get(p.accumulate);
  f.call(tile);
}

/** `correlate`: for each panel of columns, which stays in the nearest cache, all panels of `panel` rows; then the rows that are left. */
export function addCorrelate(
  module: ModuleBuilder,
  precision: Precision,
  { rows: panel, vectors: panelVectors, code }: TileChoice,
): void {
  const p = correlateParameters;
  const vectorsOf = vectorsOfRows[code === "wide" ? "wide" : "narrow"].slice(0, panel - 1);
  const widths = [...vectorsOf, panelVectors];
  const tiles = widths.map((vectors, i) => addTile(module, precision, i + 1, vectors));
  const f = module.function(
    "correlate",
    Object.keys(p).map(() => "i32"),
  );
  const [weight, block, output, row, panels, left, rest] = f.locals("i32", 7) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const forEachColumnPanel = (vectors: number, body: () => void): void => {
    f.get(p.block).set(block).get(p.output).set(output).get(p.columns).set(left);
    f.block(() => {
      f.loop(() => {
        f.get(left).i32(0).op("i32.le_s").brIf(1);
        body();
        f.increment(block, 16 * vectors).increment(output, 16 * vectors);
        f.increment(left, -vectors * precision.lanes).br(0);
      });
    });
  };
  f.get(p.rows).i32(panel).op("i32.div_u").set(panels);
  f.get(p.rows).i32(panel).op("i32.rem_u").set(rest);
  f.get(panels).if(() => {
    forEachColumnPanel(panelVectors, () => {
      f.get(p.weight).get(p.skip).i32(panel).op("i32.mul").op("i32.add").set(weight);
      f.get(output).set(row);
      f.get(p.rows).i32(panel).op("i32.div_u").set(panels);
      f.repeat(panels, () => {
        pushCall(f, tiles[panel - 1]!, { weight, block, output: row });
        f.advance(weight, p.weightPanel);
        f.get(row).get(p.outputRow).i32(panel).op("i32.mul").op("i32.add").set(row);
      });
    });
    f.get(p.rows).i32(panel).op("i32.div_u").set(panels);
    f.get(p.weight).get(panels).get(p.weightPanel).op("i32.mul").op("i32.add").set(p.weight);
    f.get(panels).i32(panel).op("i32.mul").get(p.outputRow).op("i32.mul");
    f.get(p.output).op("i32.add").set(p.output);
  });
  for (let rows = 1; rows < panel; rows++)
    f.get(rest)
      .i32(rows)
      .op("i32.eq")
      .if(() => {
        f.get(p.weight).get(p.skip).i32(rows).op("i32.mul").op("i32.add").set(weight);
        forEachColumnPanel(widths[rows - 1]!, () => pushCall(f, tiles[rows - 1]!, { weight, block, output }));
      });
}

/** Parameters of `finish`, all i32; addresses and distances in bytes. */
const finishParameters = {
  source: 0,
  sourceChannel: 1,
  sourceRow: 2,
  target: 3,
  targetChannel: 4,
  targetRow: 5,
  targetColumn: 6,
  channels: 7,
  rows: 8,
  columns: 9,
  /** Where a number for each channel is; 0 for none. */
  bias: 10,
} as const;

/** `finish`: copies results out of the block in which they were computed to where they belong, and adds the bias. */
export function addFinish(module: ModuleBuilder, precision: Precision): void {
  const p = finishParameters;
  const f = module.function(
    "finish",
    Object.keys(p).map(() => "i32"),
  );
  const bias = f.local("v128");
  const [sourceRow, targetRow, source, target, rows, count] = f.locals("i32", 6) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const { bytes, lanes } = precision;
  const pushOne = (): void => {
    f.get(target).get(source).memory(precision.loadOne).get(bias).op(precision.add);
    f.laneMemory(precision.storeLane, 0).increment(source, bytes).advance(target, p.targetColumn);
  };
  const pushVectors = (): void => {
    f.block(() => {
      f.loop(() => {
        f.get(count).i32(lanes).op("i32.lt_s").brIf(1);
        f.get(target).get(source).memory("v128.load").get(bias).op(precision.add).memory("v128.store");
        f.increment(source, 16).increment(target, 16).increment(count, -lanes).br(0);
      });
    });
  };
  f.repeat(p.channels, () => {
    f.get(p.bias).if(() => f.get(p.bias).memory(precision.splat).set(bias).increment(p.bias, bytes));
    f.get(p.source).set(sourceRow).get(p.target).set(targetRow).get(p.rows).set(rows);
    f.repeat(rows, () => {
      f.get(sourceRow).set(source).get(targetRow).set(target).get(p.columns).set(count);
      f.get(p.targetColumn).i32(bytes).op("i32.eq").if(pushVectors);
      f.repeat(count, pushOne);
      f.advance(sourceRow, p.sourceRow).advance(targetRow, p.targetRow);
    });
    f.advance(p.source, p.sourceChannel).advance(p.target, p.targetChannel);
  });
}
