type Point = readonly [number, number] | null;

/** More points than a picture can tell apart. */
const MOST_POINTS = 2000;

/** How many neighbouring points stand together for one step along a series. */
export function groupSize(count: number): number {
  return count <= MOST_POINTS ? 1 : Math.ceil(count / (MOST_POINTS / 2));
}

/**
 * Keeps of each group of neighbours the lowest and the highest point, in their order, so that no spike is lost; a group of
 * gaps stays a gap.
 */
export function thin(points: readonly Point[]): readonly Point[] {
  const size = groupSize(points.length);
  if (size === 1) return points;
  const kept: Point[] = [];
  for (let start = 0; start < points.length; start += size)
    kept.push(...outermost(points.slice(start, start + size)));
  return kept;
}

function outermost(group: readonly Point[]): Point[] {
  let [lowest, highest] = [-1, -1];
  group.forEach((point, i) => {
    if (point === null) return;
    if (lowest < 0 || point[1] < (group[lowest]?.[1] ?? 0)) lowest = i;
    if (highest < 0 || point[1] > (group[highest]?.[1] ?? 0)) highest = i;
  });
  if (lowest < 0) return [null];
  const order = lowest === highest ? [lowest] : [Math.min(lowest, highest), Math.max(lowest, highest)];
  return order.map((i) => group[i] ?? null);
}
