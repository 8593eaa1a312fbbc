import { encode } from "fast-png";
import type { TensorSnapshot } from "../runtime/snapshot.ts";
import type { ColourScale } from "./colour-scale.ts";
import { downSample } from "./down-sample.ts";
import type { Grid } from "./down-sample.ts";
import type { Slices } from "./slices.ts";

/** A picture of a tensor: an opaque cell for each element or block, transparent gaps between slices. */
export interface HeatMap {
  readonly png: Uint8Array;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Elements that one cell stands for. */
  readonly blockRows: number;
  readonly blockColumns: number;
}

/** Pixels that the picture of one slice may take in each direction, when it is alone and when it has company. */
const ALONE = 480;
const IN_COMPANY = 144;
const PICTURE_WIDTH = 640;
const GAP = 6;
const LARGEST_CELL = 20;
/** A line of cells is drawn at least this thick. */
const THINNEST = 24;

/** Where everything goes. */
interface Plan {
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly sliceWidth: number;
  readonly sliceHeight: number;
  readonly across: number;
  readonly width: number;
  readonly height: number;
}

/** Draws the shown slices of a tensor that has elements. */
export function heatMap(snapshot: TensorSnapshot, slices: Slices, scale: ColourScale): HeatMap {
  const room = slices.shown === 1 ? ALONE : IN_COMPANY;
  const roomAcross = slices.shown === 1 ? PICTURE_WIDTH : IN_COMPANY;
  const [blockRows, blockColumns] = blockOf(slices, room, roomAcross);
  const grids = Array.from({ length: slices.shown }, (_, slice) =>
    downSample(snapshot.values, {
      offset: slice * slices.rows * slices.columns,
      rows: slices.rows,
      columns: slices.columns,
      blockRows,
      blockColumns,
      centre: centreOf(snapshot),
    }),
  );
  const plan = planOf(grids, room, roomAcross);
  const data = new Uint8Array(plan.width * plan.height); // Zero is the transparent entry.
  grids.forEach((grid, slice) => paint(data, plan, grid, slice, scale));
  const png = encode({
    width: plan.width,
    height: plan.height,
    data,
    channels: 1,
    palette: pngPalette(scale),
  });
  return { png, width: plan.width, height: plan.height, blockRows, blockColumns };
}

/** Square blocks, so that an image keeps its proportions, unless they would leave a thin slice next to nothing. */
function blockOf({ rows, columns }: Slices, room: number, roomAcross: number): [number, number] {
  const [down, across] = [Math.ceil(rows / room), Math.ceil(columns / roomAcross)];
  const square = Math.max(down, across);
  return Math.min(rows, columns) / square >= THINNEST ? [square, square] : [down, across];
}

/** Transparent first, because the encoder writes the alpha of the leading entries only. */
function pngPalette({ colours }: ColourScale): number[][] {
  return [[0, 0, 0, 0], ...colours.map((colour) => [...colour, 255])];
}

function centreOf({ statistics }: TensorSnapshot): number {
  const { mean, min } = statistics;
  return mean !== null && Number.isFinite(mean) ? mean : Number(min ?? 0);
}

function planOf(grids: readonly Grid[], room: number, roomAcross: number): Plan {
  const { rows, columns } = grids[0] ?? { rows: 1, columns: 1 };
  const square = Math.max(
    1,
    Math.min(LARGEST_CELL, Math.floor(room / rows), Math.floor(roomAcross / columns)),
  );
  const cellWidth = Math.max(square, Math.ceil(THINNEST / columns));
  const cellHeight = Math.max(square, Math.ceil(THINNEST / rows));
  const [sliceWidth, sliceHeight] = [cellWidth * columns, cellHeight * rows];
  const across = Math.min(grids.length, Math.max(1, Math.floor((PICTURE_WIDTH + GAP) / (sliceWidth + GAP))));
  const down = Math.ceil(grids.length / across);
  const width = across * (sliceWidth + GAP) - GAP;
  const height = down * (sliceHeight + GAP) - GAP;
  return { cellWidth, cellHeight, sliceWidth, sliceHeight, across, width, height };
}

function paint(data: Uint8Array, plan: Plan, grid: Grid, slice: number, scale: ColourScale): void {
  const left = (slice % plan.across) * (plan.sliceWidth + GAP);
  const top = Math.floor(slice / plan.across) * (plan.sliceHeight + GAP);
  for (let r = 0; r < grid.rows; r++) {
    const first = (top + r * plan.cellHeight) * plan.width + left;
    for (let c = 0; c < grid.columns; c++) {
      const entry = 1 + scale.indexOf(grid.values[r * grid.columns + c] ?? 0);
      data.fill(entry, first + c * plan.cellWidth, first + (c + 1) * plan.cellWidth);
    }
    for (let line = 1; line < plan.cellHeight; line++) {
      data.copyWithin(first + line * plan.width, first, first + plan.sliceWidth);
    }
  }
}
