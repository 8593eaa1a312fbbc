/** Numbers and sizes in words, as texts and pages of a training write them. */
import { formatShape, type Shape } from "../shape.ts";

/** `1,048,576`. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** `98.7 %`; a dash for 0 / 0. */
export function percent(share: number): string {
  return Number.isNaN(share) ? "–" : `${(100 * share).toFixed(1)} %`;
}

const units = ["B", "kB", "MB", "GB", "TB"];

/** Bytes with a unit of a thousand each: `512 B`, `33.1 kB`. */
export function byteSize(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : Number(value.toPrecision(3))} ${units[unit]}`;
}

/** `[2, 5], [2]`, or `3 × [2, 5]` where all are one; a dash for none. */
export function shapesText(shapes: readonly Shape[]): string {
  const texts = shapes.map(formatShape);
  const [first = "–"] = texts;
  if (texts.length > 1 && texts.every((text) => text === first)) return `${texts.length} × ${first}`;
  return texts.join(", ") || first;
}

/** How many parameters a row of a summary has, and how many of them are not learned. */
export function parametersText(counts: {
  readonly parameters: number;
  readonly trainable: number;
  readonly again: boolean;
}): string {
  const { parameters, trainable, again } = counts;
  if (again) return "as above";
  if (parameters === 0) return "–";
  if (trainable === parameters) return grouped(parameters);
  return `${grouped(parameters)} ${trainable === 0 ? "frozen" : `(${grouped(trainable)} learned)`}`;
}
