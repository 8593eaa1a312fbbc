import type { View } from "../../backend.ts";

/** Elements by position. Which kind of number they are does not matter to who only moves them. */
export interface Elements {
  [position: number]: number;
  fill(value: number, start: number, end: number): unknown;
  copyWithin(target: number, start: number, end: number): unknown;
  set(source: Elements, offset: number): unknown;
  subarray(start: number, end: number): Elements;
}

/** The elements of a row-major view, from position 0 on. */
export function elementsOf({ storage, shape, offset }: View): Elements {
  const count = shape.reduce((product, size) => product * size, 1);
  return storage.data.subarray(offset, offset + count) as unknown as Elements; // bigints are only moved, or told zero from
}

/** Writes zeros into a row-major view. */
export function clear(view: View): void {
  const elements = elementsOf(view);
  const zero = view.dtype.name === "int64" ? (0n as unknown as number) : 0; // the one dtype whose elements are bigints
  elements.fill(zero, 0, Number.MAX_SAFE_INTEGER);
}
