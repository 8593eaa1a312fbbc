import type { Element } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import { collapse, forEachRun, innerStride } from "./layout.ts";

/** See `Backend.gather`. */
export function gather(output: View, source: View, positions: Int32Array): void {
  const target = output.storage.data as { [index: number]: Element };
  const data = source.storage.data as ArrayLike<Element>;
  for (let i = 0; i < positions.length; i++) target[output.offset + i] = data[positions[i]!]!;
}

/** See `Backend.scatter`. */
export function scatter(target: View, positions: Int32Array, values: View, accumulate: boolean): void {
  const data = target.storage.data as { [index: number]: Element };
  const source = values.storage.data as ArrayLike<Element>;
  const layout = collapse(values.shape, [values.strides]);
  const stride = innerStride(layout, 0);
  const bools = target.dtype.name === "bool";
  let next = 0;
  forEachRun(layout, [values.offset], ([offset], size) => {
    for (let i = 0; i < size; i++) {
      const position = positions[next++]!;
      const value = source[offset! + i * stride]!;
      // Both are numbers or both bigints: values and target have one dtype. A sum of truth values is true when one of them is.
      data[position] = !accumulate
        ? value
        : bools
          ? Math.max(data[position] as number, value as number)
          : (data[position] as number) + (value as number);
    }
  });
}
