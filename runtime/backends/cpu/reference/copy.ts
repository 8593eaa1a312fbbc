import { float32, readElement, writeElement, type DType, type Element } from "../../../dtype.ts";
import type { View } from "../../backend.ts";
import { toInt32, toInt64 } from "./functions.ts";
import { collapse, forEachRun, innerStride } from "./layout.ts";

/** How one element of dtype `from` is written as dtype `to`; `null` when the array's own conversion is right. */
function conversion(from: DType, to: DType): ((value: Element) => Element) | null {
  if (from === to) return null;
  if (to.name === "bool") return (value) => (Number(value) === 0 ? 0 : 1);
  if (to.name === "int64") return toInt64;
  if (from.is_floating_point && !to.is_floating_point) return (value) => toInt32(Number(value));
  if (from.name !== "int64") return null;
  return to.is_floating_point ? Number : (value) => Number(BigInt.asIntN(32, BigInt(value)));
}

/** Copies where the array of one side does not hold the numbers themselves. */
function copyElements(output: View, input: View): void {
  const convert = conversion(
    input.dtype.bits === null ? input.dtype : float32,
    output.dtype.bits === null ? output.dtype : float32,
  );
  const [target, source] = [output.storage.data, input.storage.data];
  const layout = collapse(output.shape, [output.strides, input.strides]);
  const [targetStride, sourceStride] = [innerStride(layout, 0), innerStride(layout, 1)];
  forEachRun(layout, [output.offset, input.offset], ([to, from], size) => {
    for (let i = 0; i < size; i++) {
      const value = readElement(input.dtype, source, from! + i * sourceStride);
      writeElement(output.dtype, target, to! + i * targetStride, convert === null ? value : convert(value));
    }
  });
}

/** See `Backend.copy`. */
export function copy(output: View, input: View): void {
  if (output.dtype !== input.dtype && (output.dtype.bits ?? input.dtype.bits) !== null) {
    copyElements(output, input);
    return;
  }
  // Both arrays are read and written as elements; `conversion` has settled number or bigint.
  const target = output.storage.data as { [index: number]: Element };
  const source = input.storage.data as ArrayLike<Element>;
  const convert = conversion(input.dtype, output.dtype);
  const layout = collapse(output.shape, [output.strides, input.strides]);
  const targetStride = innerStride(layout, 0);
  const sourceStride = innerStride(layout, 1);
  forEachRun(layout, [output.offset, input.offset], ([to, from], size) => {
    let t = to!;
    let s = from!;
    for (let i = 0; i < size; i++, t += targetStride, s += sourceStride)
      target[t] = convert === null ? source[s]! : convert(source[s]!);
  });
}
