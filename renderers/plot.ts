import { html, svgDataUri } from "./html.ts";
import { DISPLAY } from "./mime.ts";
import type { MimeBundle } from "./mime.ts";
import { counted, grouped, shortNumber } from "./numbers.ts";
import { plotPicture } from "./plot-picture.ts";
import type { PlotManner } from "./plot-picture.ts";
import { describeRegions, readRegions } from "./plot-regions.ts";
import type { PlotRegions } from "./plot-regions.ts";
import { readSeries } from "./plot-series.ts";
import { groupSize } from "./plot-thin.ts";
import type { PlotSeries, ReadSeries } from "./plot-series.ts";

/** What a plot says around its points. */
export interface PlotOptions {
  readonly title?: string;
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** `"linear"` when left out; `"log"` leaves a gap for values that are not above zero. */
  readonly yScale?: "linear" | "log";
  /** From 0 up to 1: how strongly lines are smoothed; the numbers themselves stay behind them, faintly. 0 unless given. */
  readonly smoothing?: number;
  /** Areas behind the points. */
  readonly regions?: PlotRegions;
}

/** A plot that shows itself when it is the last expression of a cell. */
export interface Plot {
  readonly [DISPLAY]: () => MimeBundle;
}

/**
 * Plots series of numbers as lines or dots: `plot([{ name: "loss", y: losses }], { title: "Training" })`.
 * Points that are NaN or infinite leave gaps and are counted below the picture. The numbers are read at once: a later change of
 * an array does not change the plot.
 *
 * @throws TypeError when values are no numbers of one dimension, or an option is unknown.
 * @throws RangeError when there are no points, or x and y differ in length.
 */
export function plot(series: readonly PlotSeries[], options: PlotOptions = {}): Plot {
  const { yScale = "linear", smoothing = 0 } = options;
  if (!(smoothing >= 0 && smoothing < 1))
    throw new RangeError(`plot: smoothing is ${smoothing}, expected a number from 0 up to 1, such as 0.9.`);
  if (yScale !== "linear" && yScale !== "log") {
    throw new TypeError(`plot: yScale is ${JSON.stringify(yScale)}. Choose "linear" or "log".`);
  }
  const read = readSeries(series, yScale);
  const regions = options.regions === undefined ? null : readRegions(options.regions);
  return { [DISPLAY]: () => plotBundle(read, options, { yScale, smoothing, regions }) };
}

function plotBundle(
  series: readonly ReadSeries[],
  { title, xLabel, yLabel }: PlotOptions,
  manner: PlotManner,
): MimeBundle {
  const { yScale, smoothing, regions } = manner;
  const { svg, width, height } = plotPicture(series, { title, xLabel, yLabel }, manner);
  const notes = [...gapNotes(series, yScale), ...thinNotes(series), ...smoothNotes(smoothing)];
  const behind =
    regions === null
      ? []
      : [
          describeRegions(
            regions,
            series.map(({ name }) => name),
          ),
        ];
  const text = [title ?? "plot", ...series.map(describe), ...behind, ...notes];
  const markup = html`<div style="margin:4px 0">
    <img
      src="${svgDataUri(svg)}"
      width="${width}"
      height="${height}"
      style="display:block;margin:0;max-width:100%;height:auto"
      alt="${text.join("; ")}"
    />
    ${notes.map((note) => html`<div style="font-size:12px;opacity:0.8">${note}</div>`)}
  </div>`;
  return { "text/html": markup.markup, "text/plain": text.join("\n") };
}

/** A series in words: where it starts, where it ends, and its extremes. */
function describe({ name, mark, points }: ReadSeries): string {
  const ys = points.filter((point) => point !== null).map((point) => point[1]);
  const kind = `${name}: ${mark === "dot" ? "dots" : "line"} of ${counted(points.length, "point")}`;
  const [first, last] = [ys[0], ys.at(-1)];
  if (first === undefined || last === undefined) return `${kind}, none of them finite`;
  let [min, max] = [first, first];
  for (const y of ys) {
    min = Math.min(min, y);
    max = Math.max(max, y);
  }
  return `${kind}, y from ${shortNumber(first)} to ${shortNumber(last)} (min ${shortNumber(min)}, max ${shortNumber(max)})`;
}

function gapNotes(series: readonly ReadSeries[], yScale: "linear" | "log"): string[] {
  const gaps = series
    .map(({ name, points }) => ({ name, missing: points.filter((point) => point === null).length }))
    .filter(({ missing }) => missing > 0);
  if (gaps.length === 0) return [];
  const reason =
    yScale === "log" ? "NaN, Inf, or not above zero on a log scale" : "NaN or Inf, or beyond 1e300";
  return [
    `Not drawn (${reason}): ${gaps.map(({ name, missing }) => `${grouped(missing)} of ${name}`).join(", ")}.`,
  ];
}

function smoothNotes(smoothing: number): string[] {
  return smoothing === 0
    ? []
    : [`Lines are smoothed by ${shortNumber(smoothing)}; faintly behind them, the numbers themselves.`];
}

function thinNotes(series: readonly ReadSeries[]): string[] {
  return series
    .filter(({ points }) => groupSize(points.length) > 1)
    .map(
      ({ name, points }) =>
        `Of ${name}, the lowest and the highest of every ${groupSize(points.length)} neighbouring points are drawn.`,
    );
}
