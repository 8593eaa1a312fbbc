import { scaleLinear, scaleLog } from "d3-scale";
import type { ScaleContinuousNumeric } from "d3-scale";
import { MID_TONE } from "./colours.ts";
import { html } from "./html.ts";
import type { Html } from "./html.ts";
import type { ReadSeries } from "./plot-series.ts";
import { shortNumber } from "./numbers.ts";

/** In pixels. */
export const WIDTH = 640;
const HEIGHT = 360;
const MARGIN = { top: 12, right: 16, bottom: 30, left: 58 };
const LABEL_ROOM = 18;
const TICKS = { across: 8, up: 6 };

/** Numbers that differ by less than this share of their size, or by less than this much, leave no digits for an axis. */
const SAME = 1e-12;
const SMALLEST = 1e-290;

/** The rectangle that points are drawn in, and the scales from numbers to pixels. */
export interface Frame {
  readonly x: ScaleContinuousNumeric<number, number>;
  readonly y: ScaleContinuousNumeric<number, number>;
  readonly width: number;
  readonly height: number;
  readonly left: number;
  readonly top: number;
  readonly bottom: number;
  readonly right: number;
}

export interface FrameLabels {
  readonly title: string | undefined;
  readonly xLabel: string | undefined;
  readonly yLabel: string | undefined;
}

/** The frame that holds all points of the series, with room for what `labels` says. */
export function frameOf(
  series: readonly ReadSeries[],
  labels: FrameLabels,
  yScale: "linear" | "log",
  legendHeight: number,
): Frame {
  const points = series.flatMap((one) => one.points.filter((point) => point !== null));
  const top = MARGIN.top + (labels.title === undefined ? 0 : LABEL_ROOM + 4) + legendHeight;
  const left = MARGIN.left + (labels.yLabel === undefined ? 0 : LABEL_ROOM);
  const bottom = top + HEIGHT - MARGIN.top - MARGIN.bottom;
  const right = WIDTH - MARGIN.right;
  const height = bottom + MARGIN.bottom + (labels.xLabel === undefined ? 0 : LABEL_ROOM);
  const xs = extent(
    points.map((point) => point[0]),
    false,
  );
  const ys = extent(
    points.map((point) => point[1]),
    yScale === "log",
  );
  const y = yScale === "log" ? scaleLog() : scaleLinear();
  return {
    x: scaleLinear()
      .domain(xs)
      .range([left + 8, right - 8]),
    y: y.domain(ys).range([bottom - 8, top + 8]),
    width: WIDTH,
    height,
    left,
    top,
    bottom,
    right,
  };
}

/** Smallest and largest number, a little apart when they are one; without numbers a range for an empty frame. */
function extent(values: readonly number[], logarithmic: boolean): [number, number] {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  if (min > max) return logarithmic ? [1, 10] : [0, 1];
  const size = Math.max(Math.abs(min), Math.abs(max));
  if (max - min > SAME * size && max - min > SMALLEST) return [min, max];
  if (logarithmic) return [min / 2, max * 2];
  const room = size > SMALLEST ? size / 2 : 1;
  return [min - room, max + room];
}

/** Grid lines, numbers at the axes, title and labels. */
export function drawFrame(frame: Frame, labels: FrameLabels): Html {
  const { left, right, top, bottom, x, y, height } = frame;
  const upTicks = y.ticks(TICKS.up);
  const shownUp = thinned(upTicks);
  return html`${shownUp.map((tick) => rule(left, y(tick), right, y(tick)))}
    ${x.ticks(TICKS.across).map((tick) => rule(x(tick), top, x(tick), bottom))}
    <path d="M${left},${top}V${bottom}H${right}" fill="none" stroke="${MID_TONE}" />
    ${shownUp.map((tick) => words(left - 6, y(tick) + 4, "end", shortNumber(tick)))}
    ${x.ticks(TICKS.across).map((tick) => words(x(tick), bottom + 16, "middle", shortNumber(tick)))}
    ${labels.xLabel === undefined ? null : words((left + right) / 2, height - 6, "middle", labels.xLabel)}
    ${labels.yLabel === undefined ? null : upright(14, (top + bottom) / 2, labels.yLabel)}
    ${labels.title === undefined ? null : heading(WIDTH / 2, MARGIN.top + 8, labels.title)}`;
}

/** A logarithmic axis proposes up to nine ticks a decade; more than twice the wished number would overlap. */
function thinned(ticks: readonly number[]): readonly number[] {
  if (ticks.length <= 2 * TICKS.up) return ticks;
  const decades = ticks.filter((tick) => Math.abs(Math.log10(tick) - Math.round(Math.log10(tick))) < 1e-9);
  const step = Math.ceil(decades.length / (2 * TICKS.up));
  return decades.filter((_, i) => i % step === 0);
}

function rule(x1: number, y1: number, x2: number, y2: number): Html {
  return html`<path d="M${x1},${y1}L${x2},${y2}" stroke="${MID_TONE}" stroke-opacity="0.25" />`;
}

/** A word or number of the frame, in the tone of the frame. */
export function words(x: number, y: number, anchor: "start" | "middle" | "end", text: string): Html {
  return html`<text x="${x}" y="${y}" font-size="12" text-anchor="${anchor}" fill="${MID_TONE}"
    >${text}</text
  >`;
}

function heading(x: number, y: number, text: string): Html {
  return html`<text
    x="${x}"
    y="${y}"
    font-size="14"
    font-weight="bold"
    text-anchor="middle"
    fill="${MID_TONE}"
  >
    ${text}
  </text>`;
}

function upright(x: number, y: number, text: string): Html {
  const turn = `rotate(-90 ${x} ${y})`;
  return html`<text
    x="${x}"
    y="${y}"
    font-size="12"
    text-anchor="middle"
    fill="${MID_TONE}"
    transform="${turn}"
  >
    ${text}
  </text>`;
}
