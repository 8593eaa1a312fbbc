/** Reading and writing where tensors of positions say, element by element: the reference, and faster than a kernel for a handful of elements. */
import type { Element } from "../../../dtype.ts";
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import type { Combine, Coordinate, Selection } from "../../indexing.ts";
import { collapse, forEachRun, innerStride } from "./layout.ts";

/** A view's elements, as numbers or bigints. */
function elementsOf(view: View): { [index: number]: Element } {
  return view.storage.data as { [index: number]: Element };
}

/** The storage positions of a view's elements, in row-major order. */
function placesOf(view: View): Int32Array {
  const places = new Int32Array(numel(view.shape));
  const layout = collapse(view.shape, [view.strides]);
  const stride = innerStride(layout, 0);
  let next = 0;
  forEachRun(layout, [view.offset], ([start], size) => {
    for (let i = 0; i < size; i++) places[next++] = start! + i * stride;
  });
  return places;
}

/** Moves `places` by the positions of a coordinate; false when one is out of range. */
function move(places: Int32Array, { positions, size, stride, wraps }: Coordinate): boolean {
  const data = positions.storage.data;
  const where = placesOf(positions);
  for (let i = 0; i < places.length; i++) {
    const position = Number(data[where[i]!]);
    const inside = position < size && position >= (wraps ? -size : 0);
    if (!inside) return false;
    places[i]! += (position < 0 ? position + size : position) * stride;
  }
  return true;
}

/** The storage positions of a selection's elements; `null` when a position is out of range. */
function chosenPlaces({ view, coordinates }: Selection): Int32Array | null {
  const places = placesOf(view);
  return coordinates.every((coordinate) => move(places, coordinate)) ? places : null;
}

/** See `IndexingBackend.take`. */
export function take(output: View, source: Selection): boolean {
  const places = chosenPlaces(source);
  if (places === null) return false;
  const target = elementsOf(output);
  const data = elementsOf(source.view);
  const outputs = placesOf(output);
  for (let i = 0; i < places.length; i++) target[outputs[i]!] = data[places[i]!]!;
  return true;
}

/** NaN is larger and smaller than everything, as in PyTorch. */
function extreme(before: Element, value: Element, sign: 1 | -1): Element {
  if (typeof value === "bigint" || typeof before === "bigint")
    return value > before === (sign === 1) ? value : before;
  return sign === 1 ? Math.max(before, value) : Math.min(before, value);
}

function combined(before: Element, value: Element, combine: Combine, bools: boolean): Element {
  switch (combine) {
    case "replace":
      return value;
    case "amax":
      return extreme(before, value, 1);
    case "amin":
      return extreme(before, value, -1);
    // Both are numbers or both bigints: target and values have one dtype. The casts let TypeScript see one of the two.
    case "sum":
      return bools ? (before as number) | (value as number) : (before as number) + (value as number);
    case "prod":
      return (before as number) * (value as number);
  }
}

/** See `IndexingBackend.put`. */
export function put(target: Selection, values: View, combine: Combine): boolean {
  const places = chosenPlaces(target);
  if (places === null) return false;
  const data = elementsOf(target.view);
  const source = elementsOf(values);
  const bools = values.dtype.name === "bool";
  const inputs = placesOf(values);
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    data[place] = combined(data[place]!, source[inputs[i]!]!, combine, bools);
  }
  return true;
}
