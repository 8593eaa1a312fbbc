/** The compiled kernels of matrix products: for each precision and tile shape, one module. */
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule, type Compile } from "../wasm/kernelModule.ts";
import { compileOptimized } from "../wasm/wide.ts";
import { addPacking } from "./packing.ts";
import { float32, float64, type Precision } from "./precision.ts";
import { addTile, finishing, type LeftLayout, type TileShape } from "./tile.ts";

/**
 * `adjacentRows` and `adjacentInner` multiply a block, by how the left matrix lies (see `LeftLayout`); `packLeft` and `packRight` copy a block into
 * panels.
 */
export type ProductKernel = LeftLayout | "packLeft" | "packRight";

/** Parameters of a block's function, all i32; addresses and distances in bytes. */
const blockParameters = {
  left: 0,
  leftRow: 1,
  leftStep: 2,
  /** From one panel of rows to the next. */
  leftPanel: 3,
  right: 4,
  rightStep: 5,
  /** From one panel of columns to the next. */
  rightPanel: 6,
  output: 7,
  outputRow: 8,
  rows: 9,
  columns: 10,
  inner: 11,
  finish: 12,
  bias: 13,
} as const;

/** Multiplies panels: for each panel of columns, which stays in the nearest cache, all panels of rows. */
function addBlock(
  module: ModuleBuilder,
  precision: Precision,
  shape: TileShape,
  layout: LeftLayout,
): FunctionBuilder {
  const tiles = Array.from({ length: shape.rows }, (_, i) =>
    Array.from({ length: shape.vectors }, (_, j) =>
      addTile(module, precision, { rows: i + 1, vectors: j + 1 }, layout),
    ),
  );
  const f = module.function(
    layout,
    Object.keys(blockParameters).map(() => "i32"),
  );
  const width = shape.vectors * precision.lanes;
  const { output, columns, right, rightPanel, finish, bias } = blockParameters;
  const lastLanes = f.local("i32");
  const panel = addPanelVariables(f);
  f.block(() => {
    f.loop(() => {
      f.get(columns).i32(0).op("i32.le_s").brIf(1);
      pushStartPanel(f, panel);
      f.get(columns)
        .i32(width)
        .op("i32.ge_s")
        .if(
          () => {
            f.i32(precision.lanes).set(lastLanes);
            pushRows(
              f,
              precision,
              tiles.map((row) => row.at(-1)!),
              panel,
              lastLanes,
            );
          },
          () => {
            // 1 … lanes numbers are left for the last vector.
            f.get(columns)
              .i32(1)
              .op("i32.sub")
              .i32(precision.lanes - 1)
              .op("i32.and");
            f.i32(1).op("i32.add").set(lastLanes);
            for (let vectors = 1; vectors <= shape.vectors; vectors++) {
              f.get(columns)
                .i32((vectors - 1) * precision.lanes)
                .op("i32.gt_s");
              f.get(columns)
                .i32(vectors * precision.lanes)
                .op("i32.le_s")
                .op("i32.and");
              f.if(() =>
                pushRows(
                  f,
                  precision,
                  tiles.map((row) => row[vectors - 1]!),
                  panel,
                  lastLanes,
                ),
              );
            }
          },
        );
      f.advance(right, rightPanel).increment(output, width * precision.bytes);
      f.get(finish).i32(finishing.columnBias).op("i32.and");
      f.if(() => f.increment(bias, width * precision.bytes));
      f.increment(columns, -width).br(0);
    });
  });
  return f;
}

/** Where the walk through the rows of one panel of columns is. */
interface PanelVariables {
  readonly left: Local;
  readonly output: Local;
  readonly bias: Local;
  readonly rows: Local;
}

function addPanelVariables(f: FunctionBuilder): PanelVariables {
  return { left: f.local("i32"), output: f.local("i32"), bias: f.local("i32"), rows: f.local("i32") };
}

function pushStartPanel(f: FunctionBuilder, panel: PanelVariables): void {
  f.get(blockParameters.left).set(panel.left);
  f.get(blockParameters.output).set(panel.output);
  f.get(blockParameters.bias).set(panel.bias);
  f.get(blockParameters.rows).set(panel.rows);
}

/** Runs the tiles of one panel of columns, of full height and then the rest; `tiles[i]` has i + 1 rows. */
function pushRows(
  f: FunctionBuilder,
  precision: Precision,
  tiles: readonly FunctionBuilder[],
  panel: PanelVariables,
  lastLanes: Local,
): void {
  const { leftPanel, outputRow, finish } = blockParameters;
  const height = tiles.length;
  f.block(() => {
    f.loop(() => {
      f.get(panel.rows).i32(height).op("i32.lt_s").brIf(1);
      pushTileCall(f, tiles[height - 1]!, panel, lastLanes);
      f.advance(panel.left, leftPanel);
      f.get(panel.output).get(outputRow).i32(height).op("i32.mul").op("i32.add").set(panel.output);
      f.get(finish).i32(finishing.rowBias).op("i32.and");
      f.if(() => f.increment(panel.bias, height * precision.bytes));
      f.increment(panel.rows, -height).br(0);
    });
  });
  for (let rows = 1; rows < height; rows++) {
    f.get(panel.rows).i32(rows).op("i32.eq");
    f.if(() => pushTileCall(f, tiles[rows - 1]!, panel, lastLanes));
  }
}

/** The arguments stand in the order of the tile's parameters. */
function pushTileCall(
  f: FunctionBuilder,
  tile: FunctionBuilder,
  panel: PanelVariables,
  lastLanes: Local,
): void {
  const { leftRow, leftStep, right, rightStep, outputRow, inner, finish } = blockParameters;
  f.get(panel.left).get(leftRow).get(leftStep).get(right).get(rightStep);
  f.get(panel.output).get(outputRow).get(inner).get(lastLanes).get(finish).get(panel.bias);
  f.call(tile);
}

/**
 * A tile shape, and how its code is made: `lazy` as the engine does by itself, quickly at first and better after some milliseconds of use; `optimized`, at
 * once; or so with `wide` vectors, see `wasm/wide.ts`.
 */
export interface TileChoice extends TileShape {
  readonly code: "lazy" | "optimized" | "wide";
}

/**
 * The tiles to choose from: which is fastest depends on the processor's registers and on how the engine uses them. The first one costs little to compile, and
 * serves until a choice pays; the second is good on every engine.
 */
export const tileChoices: readonly TileChoice[] = [
  { rows: 4, vectors: 2, code: "lazy" },
  { rows: 4, vectors: 2, code: "optimized" },
  { rows: 6, vectors: 2, code: "optimized" },
  { rows: 4, vectors: 4, code: "optimized" },
  { rows: 8, vectors: 2, code: "optimized" },
  { rows: 6, vectors: 4, code: "optimized" },
  { rows: 4, vectors: 4, code: "wide" },
  { rows: 6, vectors: 4, code: "wide" },
];

/** For people and caches: `"4x4 wide"`. */
export function tileName({ rows, vectors, code }: TileChoice): string {
  return `${rows}x${vectors} ${code}`;
}

/** Makes the bytes of modules that are compiled in different ways differ: see `compileOptimized`. */
export function markCode(module: ModuleBuilder, { code }: TileChoice): void {
  if (code !== "lazy") module.function(code, []);
}

/** Compiles as the choice says. */
export function compilerOf({ code }: TileChoice): Compile | undefined {
  return code === "lazy" ? undefined : (bytes) => compileOptimized(bytes, code === "wide");
}

function build(precision: Precision, tile: TileChoice): ModuleBuilder {
  const module = new ModuleBuilder();
  addBlock(module, precision, tile, "adjacentRows");
  addBlock(module, precision, tile, "adjacentInner");
  addPacking(module, "packLeft", precision, tile.rows);
  addPacking(module, "packRight", precision, tile.vectors * precision.lanes);
  markCode(module, tile);
  return module;
}

/** The kernels for one precision and tile shape. */
export interface ProductKernels {
  readonly precision: Precision;
  readonly shape: TileChoice;
  readonly module: KernelModule<ProductKernel>;
}

function kernelsOf(precision: Precision): readonly ProductKernels[] {
  return tileChoices.map((shape) => ({
    precision,
    shape,
    module: new KernelModule<ProductKernel>(() => build(precision, shape), compilerOf(shape)),
  }));
}

/** The kernels for each precision, in the order of `tileChoices`. */
export const kernels: Readonly<Record<Precision["name"], readonly ProductKernels[]>> = {
  float32: kernelsOf(float32),
  float64: kernelsOf(float64),
};
