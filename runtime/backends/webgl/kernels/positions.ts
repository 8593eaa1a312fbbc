/** Positions are looked at where they are: those that a program was given are still in the processor's memory. */
import type { TypedArray } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import type { Coordinate } from "../../indexing.ts";
import { arrayOf } from "../evaluate.ts";
import { noteFallback } from "../fallback.ts";
import { valueOf } from "./operands.ts";

/** A view's storage as the processor has it. What programs have computed is read back, which counts as a fallback. */
export function positionsOf(view: View): TypedArray {
  const value = valueOf(view);
  if (value.array === null) noteFallback("positions", value.length * value.dtype.itemsize);
  return arrayOf(value).data;
}

/** Whether all positions are in range. */
export function isWithin({ positions, size, wraps }: Coordinate): boolean {
  const { shape, strides, offset } = positions;
  const data = positionsOf(positions);
  const first = wraps ? -size : 0;
  const visit = (dim: number, at: number): boolean => {
    if (dim === shape.length) return first <= Number(data[at]!) && Number(data[at]!) < size;
    // A broadcast dimension repeats what is known.
    const count = strides[dim] === 0 ? Math.min(shape[dim]!, 1) : shape[dim]!;
    for (let i = 0; i < count; i++) if (!visit(dim + 1, at + i * strides[dim]!)) return false;
    return true;
  };
  return visit(0, offset);
}
