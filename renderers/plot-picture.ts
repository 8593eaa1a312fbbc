import { line } from "d3-shape";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import { drawFrame, frameOf, WIDTH, words } from "./plot-frame.ts";
import type { Frame, FrameLabels } from "./plot-frame.ts";
import { drawRegions } from "./plot-regions.ts";
import type { ReadRegions } from "./plot-regions.ts";
import { smoothed } from "./plot-smooth.ts";
import { thin } from "./plot-thin.ts";
import type { ReadSeries } from "./plot-series.ts";

type Point = ReadSeries["points"][number];

/** Of middle lightness, so that they read on white and near-black; told apart by the colour-blind with the dashes. */
const COLOURS = ["#3182ce", "#dd6b20", "#2f9e6e", "#c2569b", "#9a7b12", "#7a6ff0"];
const DASHES = ["none", "7 3", "2 3", "9 3 2 3", "4 2", "12 4"];
const LEGEND_LINE = 18;
const LETTER_WIDTH = 7;
/** Lines that one reads, and what stands behind smoothed ones. */
const SOLID = { width: 2, opacity: 1 };
const FAINT = { width: 1, opacity: 0.35 };

/** How a plot is drawn, besides what it says. */
export interface PlotManner {
  readonly yScale: "linear" | "log";
  /** 0 for none. */
  readonly smoothing: number;
  readonly regions: ReadRegions | null;
}

interface Drawn {
  readonly series: ReadSeries;
  readonly colour: string;
  readonly dash: string;
}

/** Draws series into one frame, with a legend when there is more than one or it has a name. */
export function plotPicture(
  series: readonly ReadSeries[],
  labels: FrameLabels,
  { yScale, smoothing, regions }: PlotManner,
): { svg: Html; width: number; height: number } {
  let lines = 0;
  const drawn = series.map((one, i) => ({
    series: one,
    colour: colourOf(i),
    dash: DASHES[(one.mark === "line" ? lines++ : 0) % DASHES.length] ?? "",
  }));
  const rows = legendRows(drawn);
  const framed = regions === null ? series : [...series, cornersOf(regions)];
  const frame = frameOf(framed, labels, yScale, rows.length * LEGEND_LINE);
  const svg = html`<svg
    xmlns="http://www.w3.org/2000/svg"
    width="${frame.width}"
    height="${frame.height}"
    viewBox="0 0 ${frame.width} ${frame.height}"
    font-family="system-ui, 'Segoe UI', Helvetica, Arial, sans-serif"
  >
    ${regions === null ? null : drawRegions(regions, frame, colourOf)} ${drawFrame(frame, labels)}
    ${drawn.map((one) => drawSeries(one, frame, smoothing))} ${drawLegend(rows, frame)}
  </svg>`;
  return { svg, width: frame.width, height: frame.height };
}

function colourOf(position: number): string {
  return COLOURS[position % COLOURS.length] ?? "";
}

/** The frame holds the outermost places of regions, too. */
function cornersOf({ x, y }: ReadRegions): ReadSeries {
  const corner = (at: 0 | -1): Point => [x.at(at) ?? 0, y.at(at) ?? 0];
  return { name: "", mark: "dot", points: [corner(0), corner(-1)] };
}

function drawSeries({ series, colour, dash }: Drawn, frame: Frame, smoothing: number): Html {
  const points = thin(series.points);
  if (series.mark === "dot") return html`${points.map((point) => drawDot(point, frame, colour))}`;
  const alone = lonely(points).map((point) => drawDot(point, frame, colour));
  if (smoothing === 0) return html`${drawLine(points, frame, colour, dash, SOLID)} ${alone}`;
  const smooth = thin(smoothed(series.points, smoothing));
  return html`${drawLine(points, frame, colour, "none", FAINT)}
  ${drawLine(smooth, frame, colour, dash, SOLID)} ${alone}`;
}

function drawLine(
  points: readonly Point[],
  frame: Frame,
  colour: string,
  dash: string,
  { width, opacity }: typeof SOLID,
): Html {
  const path = line<Point>()
    .defined((point) => point !== null)
    .x((point) => frame.x(point?.[0] ?? 0))
    .y((point) => frame.y(point?.[1] ?? 0))
    .digits(2)(points);
  return html`<path
    d="${path ?? ""}"
    fill="none"
    stroke="${colour}"
    stroke-width="${width}"
    stroke-opacity="${opacity}"
    stroke-dasharray="${dash}"
    stroke-linejoin="round"
  />`;
}

/** Points between two gaps: a line through one point is invisible. */
function lonely(points: readonly Point[]): Point[] {
  return points.filter(
    (point, i) => point !== null && (points[i - 1] ?? null) === null && (points[i + 1] ?? null) === null,
  );
}

function drawDot(point: Point, frame: Frame, colour: string): Html | null {
  if (point === null) return null;
  const [x, y] = [frame.x(point[0]).toFixed(2), frame.y(point[1]).toFixed(2)];
  return html`<circle cx="${x}" cy="${y}" r="3" fill="${colour}" fill-opacity="0.75" />`;
}

interface LegendEntry {
  readonly drawn: Drawn;
  readonly offset: number;
}

/** Entries side by side, broken into rows that fit the width. */
function legendRows(drawn: readonly Drawn[]): LegendEntry[][] {
  const rows: LegendEntry[][] = [];
  let offset = WIDTH;
  for (const one of drawn) {
    const width = 44 + one.series.name.length * LETTER_WIDTH;
    if (offset + width > WIDTH - 90) {
      rows.push([]);
      offset = 0;
    }
    rows.at(-1)?.push({ drawn: one, offset });
    offset += width;
  }
  return rows;
}

function drawLegend(rows: readonly (readonly LegendEntry[])[], frame: Frame): Html[] {
  return rows.flatMap((row, i) => {
    const y = frame.top - (rows.length - i) * LEGEND_LINE + 6;
    return row.map(({ drawn, offset }) => legendEntry(drawn, frame.left + offset, y));
  });
}

function legendEntry({ series, colour, dash }: Drawn, x: number, y: number): Html {
  const mark =
    series.mark === "dot"
      ? html`<circle cx="${x + 12}" cy="${y}" r="3.5" fill="${colour}" />`
      : html`<path d="M${x},${y}h24" stroke="${colour}" stroke-width="2.5" stroke-dasharray="${dash}" />`;
  return html`${mark}${words(x + 30, y + 4, "start", series.name)}`;
}
