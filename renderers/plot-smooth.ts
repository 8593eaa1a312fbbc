import type { ReadSeries } from "./plot-series.ts";

/**
 * An exponential average along a series: each value counts `1 − smoothing`, what was before it `smoothing`. It begins at the first value
 * and not at zero, and passes over gaps. As TensorBoard smooths its curves.
 *
 * @param smoothing from 0, which changes nothing, up to 1, where nothing would move any more
 */
export function smoothed(points: ReadSeries["points"], smoothing: number): ReadSeries["points"] {
  let [average, weight] = [0, 0];
  return points.map((point) => {
    if (point === null) return null;
    average = smoothing * average + (1 - smoothing) * point[1];
    weight = smoothing * weight + (1 - smoothing);
    return [point[0], average / weight] as const;
  });
}
