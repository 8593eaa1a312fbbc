import type { View } from "../../backend.ts";
import { clear, elementsOf } from "./elements.ts";

/** See `ResamplingBackend`. */
export function placeAt(output: View, input: View, positions: View): void {
  const [planes, count] = input.shape as [number, number];
  const size = output.shape[1]!;
  clear(output);
  const [target, source, places] = [elementsOf(output), elementsOf(input), elementsOf(positions)];
  for (let p = 0; p < planes; p++)
    for (let i = 0; i < count; i++) {
      const from = p * count + i;
      target[p * size + places[from]!] = source[from]!;
    }
}
