import { clip } from "./graph-label.ts";
import { counted } from "./numbers.ts";

/**
 * Numbers for one axis: an array (of tensors with one element, too), a typed array, or what has PyTorch's `tolist()`
 * (a tensor of one dimension, or `[N, 1]`).
 */
export type PlotValues = ArrayLike<number | bigint | Listable> | Listable;

/** What a tensor is to a plot. */
interface Listable {
  tolist(): unknown;
}

/** One line or cloud of dots. */
export interface PlotSeries {
  /** Shown in the legend. */
  readonly name?: string;
  /** Where the points stand; 0, 1, 2, … when left out. */
  readonly x?: PlotValues;
  readonly y: PlotValues;
  /** `"line"` when left out. */
  readonly mark?: "line" | "dot";
}

/** A series whose numbers have been read. */
export interface ReadSeries {
  readonly name: string;
  readonly mark: "line" | "dot";
  /** `null` for a point that cannot be drawn: it leaves a gap. */
  readonly points: readonly (readonly [number, number] | null)[];
}

/** Beyond this the length of an axis would overflow, and below its inverse its logarithms lose their digits. */
const LARGEST = 1e300;

/** Whether a number has a place on an axis: it is finite, and above zero when the axis is logarithmic. */
function drawable(value: number, scale: "linear" | "log"): boolean {
  return Math.abs(value) <= LARGEST && (scale === "linear" || value >= 1 / LARGEST);
}

/**
 * Reads what the user passed.
 *
 * @throws TypeError when values are no numbers of one dimension; RangeError when x and y differ in length or all is empty.
 */
export function readSeries(all: readonly PlotSeries[], yScale: "linear" | "log"): ReadSeries[] {
  if (!Array.isArray(all)) {
    throw new TypeError(
      `plot: expected a list of series, got ${named(all)}. Write plot([{ name: "loss", y: losses }]).`,
    );
  }
  if (all.length === 0) throw new RangeError('plot: no series. Write plot([{ name: "loss", y: losses }]).');
  return all.map((series: PlotSeries, i) => readOne(series, i, yScale));
}

function readOne(series: PlotSeries, position: number, yScale: "linear" | "log"): ReadSeries {
  const name = clip(series.name ?? `series ${position + 1}`, 60);
  const y = numbers(series.y, name, "y");
  const x = series.x === undefined ? y.map((_, i) => i) : numbers(series.x, name, "x");
  if (y.length === 0) {
    throw new RangeError(`plot: "${name}" has no points. Check that the loop which collects them has run.`);
  }
  if (x.length !== y.length) {
    throw new RangeError(
      `plot: "${name}" has ${counted(x.length, "x value")} and ${counted(y.length, "y value")}. Each point needs one of both.`,
    );
  }
  const points = y.map((value, i) => {
    const at = x[i] ?? Number.NaN;
    return drawable(at, "linear") && drawable(value, yScale) ? ([at, value] as const) : null;
  });
  return { name, mark: readMark(series.mark, name), points };
}

function readMark(mark: unknown, name: string): "line" | "dot" {
  if (mark === undefined || mark === "line" || mark === "dot") return mark ?? "line";
  throw new TypeError(`plot: "${name}" has the mark ${named(mark)}. Choose "line" or "dot".`);
}

/** The numbers of one axis. @throws TypeError when they are no numbers of one dimension. */
export function numbers(values: unknown, name: string, axis: string): number[] {
  const list = isListable(values) ? values.tolist() : values;
  if (typeof list === "number" || typeof list === "bigint") {
    throw new TypeError(
      `plot: ${axis} of "${name}" is a single number, expected a list of them. Write [value].`,
    );
  }
  if (typeof list !== "object" || list === null || !("length" in list)) {
    throw new TypeError(
      `plot: ${axis} of "${name}" is ${named(values)}, expected numbers: an array, a typed array or a tensor of one dimension.`,
    );
  }
  return Array.from(list as ArrayLike<unknown>, (element, i) => number(element, name, `${axis}[${i}]`));
}

/** A number, or the only number in a row of `[N, 1]`. */
function number(element: unknown, name: string, place: string): number {
  if (typeof element === "number") return element;
  if (typeof element === "bigint") return Number(element);
  if (Array.isArray(element) && element.length === 1) return number(element[0], name, place);
  const item = isListable(element) ? element.tolist() : undefined;
  if (item !== undefined) return number(item, name, place);
  const advice = Array.isArray(element)
    ? "Plot one column at a time, or flatten the tensor first."
    : "Convert it to a number first, with item() for a tensor.";
  throw new TypeError(`plot: ${place} of "${name}" is ${named(element)}, expected a number. ${advice}`);
}

function isListable(value: unknown): value is Listable {
  return (
    typeof value === "object" && value !== null && "tolist" in value && typeof value.tolist === "function"
  );
}

function named(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") return JSON.stringify(clip(value, 20));
  return value === null || value === undefined ? String(value) : `of type ${typeof value}`;
}
