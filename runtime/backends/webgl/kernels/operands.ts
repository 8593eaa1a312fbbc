/** Operands of kernels: a view's elements as a texture, and where in it each is. */
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import { adopt } from "../../cpu/memory/storage.ts";
import { fitsTexture, hasTextures, textureOf } from "../evaluate.ts";
import { WebGLStorage } from "../storage.ts";
import type { Texture } from "../textures.ts";
import { Value } from "../values.ts";
import { canWrite, isWhole } from "../writing.ts";
import type { ProgramWriter } from "./program.ts";

/** Sizes and how far apart neighbours are, from the outermost dimension on. */
export interface Dims {
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

/** Dimensions of a view from `first` to before `last`, as few as describe them. */
export function dimsOf({ shape, strides }: View, first = 0, last: number = shape.length): Dims {
  const sizes: number[] = [];
  const kept: number[] = [];
  for (let dim = first; dim < last; dim++) {
    const [size, stride] = [shape[dim]!, strides[dim]!];
    if (size === 1) continue;
    const end = sizes.length - 1;
    if (end >= 0 && kept[end] === stride * size) {
      sizes[end]! *= size;
      kept[end] = stride;
    } else {
      sizes.push(size);
      kept.push(stride);
    }
  }
  return { sizes, strides: kept };
}

/** Text that declares `int name`, the offset of row-major position `index` in `dims`. */
export function offsetLines(
  writer: ProgramWriter,
  name: string,
  index: string,
  { sizes, strides }: Dims,
): string {
  if (sizes.length === 0) return `int ${name} = 0;`;
  const lines = [`int ${name} = 0;`, `int ${name}r = ${index};`];
  for (let dim = sizes.length - 1; dim > 0; dim--) {
    const [size, stride] = [writer.whole(sizes[dim]!), writer.whole(strides[dim]!)];
    lines.push(
      `{ int q = quotient(${name}r, ${size}); ${name} += (${name}r - q * ${size}) * ${stride}; ${name}r = q; }`,
    );
  }
  lines.push(`${name} += ${name}r * ${writer.whole(strides[0]!)};`);
  return lines.join(" ");
}

/** The value of a view's storage; that of the processor is brought along. */
export function valueOf({ storage, dtype }: View): Value {
  if (storage instanceof WebGLStorage) return storage.value;
  return Value.ofArray(adopt(storage.data.slice(), dtype, false));
}

/** Whether programs can read these operands and write these results. */
export function canDraw(inputs: readonly (View | null)[], outputs: readonly View[]): boolean {
  return inputs.every((view) => view === null || fitsTexture(valueOf(view))) && outputs.every(canReceive);
}

function canReceive(view: View): boolean {
  if (isWhole(view)) return hasTextures(view.dtype);
  return canWrite(view) && fitsTexture(valueOf(view));
}

/** Whether all are float32: sums and products of others would leave what textures hold exactly. */
export function areFractions(...views: readonly (View | null)[]): boolean {
  return views.every((view) => view === null || view.dtype.name === "float32");
}

/** A view's texture. */
export function textureFor(view: View): Texture {
  return textureOf(valueOf(view));
}

/** Whether a view's elements lie one after another in row-major order. */
export function isRowMajor(view: View): boolean {
  const { sizes, strides } = dimsOf(view);
  return sizes.length === 0 || (sizes.length === 1 && strides[0] === 1);
}

/** Elements of a view. */
export function lengthOf(view: View): number {
  return numel(view.shape);
}
