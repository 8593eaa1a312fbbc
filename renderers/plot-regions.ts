import type { Frame } from "./plot-frame.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { numbers, type PlotValues } from "./plot-series.ts";

/** Rows of numbers, or a tensor of two dimensions. */
type PlotTable = readonly ArrayLike<number>[] | { tolist(): unknown };

/** What each place of a plot belongs to, such as the class that a model sees there: areas behind the points. */
export interface PlotRegions {
  /** Where the columns stand, from the left. */
  readonly x: PlotValues;
  /** Where the rows stand, from the bottom. */
  readonly y: PlotValues;
  /** A whole number for each place, row by row: `[rows, columns]`. Region k has the colour of series k. */
  readonly classes: PlotTable;
}

/** Regions whose numbers have been read. */
export interface ReadRegions {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly classes: readonly (readonly number[])[];
}

/**
 * Reads what the user passed.
 *
 * @throws TypeError when something is no number, RangeError when there is not a class for each place.
 */
export function readRegions({ x, y, classes }: PlotRegions): ReadRegions {
  const [columns, rows] = [numbers(x, "regions", "x"), numbers(y, "regions", "y")];
  const list = "tolist" in classes ? classes.tolist() : Array.from(classes);
  const table = Array.isArray(list)
    ? list.map((row: unknown) => (isList(row) ? Array.from(row, Number) : []))
    : [];
  if (table.length !== rows.length || table.some((row) => row.length !== columns.length))
    throw new RangeError(
      `plot: regions have ${rows.length} rows and ${columns.length} columns, but classes [${table.length}, ${table[0]?.length ?? 0}]. Give one for each place: view them as [rows, columns].`,
    );
  return { x: columns, y: rows, classes: table };
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return typeof value === "object" && value !== null && "length" in value;
}

/** The edges of cells around evenly spaced centres, in pixels. */
function edges(centres: readonly number[], scale: (value: number) => number): number[] {
  const [first = 0, last = 0] = [centres[0], centres.at(-1)];
  const half = centres.length > 1 ? (last - first) / (centres.length - 1) / 2 : 0.5;
  return [...centres.map((centre) => scale(centre - half)), scale(last + half)];
}

/** Cells side by side of one class become one rectangle: a picture of 100 × 100 places stays small. */
function* runs(row: readonly number[]): IterableIterator<readonly [cls: number, from: number, to: number]> {
  let from = 0;
  for (let i = 1; i <= row.length; i++) {
    if (i < row.length && row[i] === row[from]) continue;
    yield [row[from] ?? 0, from, i];
    from = i;
  }
}

/** Inside the frame, to a tenth of a pixel. */
function between(value: number, low: number, high: number): number {
  return Math.round(Math.min(high, Math.max(low, value)) * 10) / 10;
}

/** In words: which share of the places belongs to which region, by the names of the series. */
export function describeRegions({ classes }: ReadRegions, names: readonly string[]): string {
  const places = classes.flat();
  const counts = new Map<number, number>();
  for (const cls of places) counts.set(cls, (counts.get(cls) ?? 0) + 1);
  const shares = Array.from(counts, ([cls, count]) => {
    const percent = Math.round((100 * count) / places.length);
    return `${names[cls] ?? `region ${cls}`} in ${percent} % of the places`;
  });
  return `Behind the points: ${shares.join(", ")}.`;
}

/** Draws regions into a frame, each in its colour. */
export function drawRegions(
  { x, y, classes }: ReadRegions,
  frame: Frame,
  colourOf: (cls: number) => string,
): Html[] {
  const across = edges(x, frame.x).map((at) => between(at, frame.left, frame.right));
  const up = edges(y, frame.y).map((at) => between(at, frame.top, frame.bottom));
  const paths = new Map<number, string>();
  classes.forEach((row, i) => {
    const [bottom = 0, top = 0] = [up[i], up[i + 1]];
    for (const [cls, from, to] of runs(row)) {
      const [left = 0, right = 0] = [across[from], across[to]];
      paths.set(cls, `${paths.get(cls) ?? ""}M${left},${bottom}H${right}V${top}H${left}Z`);
    }
  });
  return Array.from(
    paths,
    ([cls, path]) => html`<path d="${path}" fill="${colourOf(cls)}" fill-opacity="0.22" />`,
  );
}
