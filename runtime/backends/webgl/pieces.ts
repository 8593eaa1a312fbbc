/** The parts in which a region is written: texels whole where it consists of them, and of others one element at a time, for a program writes all four or those that a mask names. */
import { lastOf, type Region } from "./access.ts";
import type { Area } from "./programs.ts";
import { lanes, type Extent } from "./textures.ts";

/** A part of a region that one run of a program writes. */
export interface Piece {
  readonly region: Region;
  readonly area: Area;
  /** The element of each texel that is written, `null` for all. */
  readonly lane: number | null;
}

/** The pieces of a region of a texture. */
export function piecesOf(region: Region, target: Extent): readonly Piece[] {
  if (isWhole(region)) return [{ region, area: areaOf(region, target), lane: null }];
  if (!isRun(region)) return everyLane(region, target);
  const { offset } = region;
  const end = lastOf(region) + 1;
  const last = Math.floor(end / lanes) * lanes;
  if (offset % lanes === 0 && last > offset) {
    const texels = { ...region, sizes: [last - offset], strides: [1], steps: [1] };
    const whole = { region: texels, area: areaOf(texels, target), lane: null };
    return [whole, ...elementsFrom(last, end, region, target)];
  }
  return end - offset > lanes ? everyLane(region, target) : elementsFrom(offset, end, region, target);
}

function everyLane(region: Region, target: Extent): readonly Piece[] {
  const area = areaOf(region, target);
  return Array.from({ length: lanes }, (_, lane) => ({ region, area, lane }));
}

/** A piece for each element from `first` to before `end`. */
function elementsFrom(first: number, end: number, region: Region, target: Extent): readonly Piece[] {
  return Array.from({ length: end - first }, (_, i) => {
    const element = first + i;
    return { region, area: texelOf(element, target), lane: element % lanes };
  });
}

/** Whether a region consists of texels whose elements are neighbours in the view's own order, too. */
function isWhole({ sizes, strides, offset, steps }: Region): boolean {
  if (sizes.length === 0 || strides.at(-1) !== 1 || steps.at(-1) !== 1) return false;
  return sizes.at(-1)! % lanes === 0 && [offset, ...strides.slice(0, -1)].every((n) => n % lanes === 0);
}

/** Whether the elements lie one after another, in the view's order. */
function isRun({ sizes, strides, steps }: Region): boolean {
  return sizes.length === 0 || (sizes.length === 1 && strides[0] === 1 && steps[0] === 1);
}

/** The rows of texels that have a region's elements. */
function areaOf(region: Region, { columns }: Extent): Area {
  const row = Math.floor(region.offset / lanes / columns);
  return { column: 0, row, columns, rows: Math.ceil((lastOf(region) + 1) / lanes / columns) - row };
}

function texelOf(element: number, { columns }: Extent): Area {
  const texel = Math.floor(element / lanes);
  return { column: texel % columns, row: Math.floor(texel / columns), columns: 1, rows: 1 };
}
