/** Copies and conversions: by the kernel that suits the two layouts. */
import { E, input as read } from "../../../expression.ts";
import { broadcastStrides, isContiguous, numel, sameShape } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import { addressOf } from "../memory/storage.ts";
import { nest } from "../pointwise/nesting.ts";
import { pointwise } from "../pointwise/pointwise.ts";
import { copy as copyInJavaScript } from "../reference/copy.ts";
import type { Layout } from "../reference/layout.ts";
import { runKernel } from "../threads/parallel.ts";
import { ModuleBuilder } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { copyRows } from "./rows.ts";
import { transpose } from "./transposing.ts";

/** Results of so many bytes lie outside of the heap. */
const smallBytes = 64;

const same = read(0);
const isTrue = E.ne(read(0), 0);

/** `run(begin, end, target, source)` copies a range of bytes. */
const bytesModule = new KernelModule<"run">(() => {
  const module = new ModuleBuilder();
  const f = module.function("run", ["i32", "i32", "i32", "i32"]);
  f.get(2).get(0).op("i32.add").get(3).get(0).op("i32.add").get(1).get(0).op("i32.sub").memoryCopy();
  return module;
});

/** Bytes that are worth a thread of their own. */
const bytesGrain = 512 * 1024;

/** See `Backend.copy`. */
export function copy(output: View, input: View): void {
  const count = numel(output.shape);
  if (count === 0) return;
  if (count * output.dtype.itemsize <= smallBytes) copyInJavaScript(output, input);
  else if (output.dtype !== input.dtype) convert(output, input);
  else if (isContiguous(output.shape, output.strides) && isContiguous(input.shape, input.strides))
    copyBytes(output, input, count * output.dtype.itemsize);
  else if (!copyRows(output, input) && !copyTransposed(output, input))
    pointwise(same, output.dtype, output, [input]);
}

function copyBytes(output: View, input: View, bytes: number): void {
  const target = addressOf(output);
  runKernel(bytesModule, "run", bytes, bytesGrain, [target, addressOf(input)]);
}

/** An element of another dtype; in truth values everything but 0 is true. */
function convert(output: View, input: View): void {
  if (output.dtype.name === "bool") pointwise(isTrue, input.dtype, output, [input]);
  else pointwise(same, output.dtype, output, [input]);
}

/** Where a layout exchanges its inner dimension with another: which one that is, or −1. */
function exchangedDimension({ shape, strides }: Layout): number {
  const [target, source] = strides as [readonly number[], readonly number[]];
  const inner = shape.length - 1;
  if (inner < 1 || target[inner] !== 1 || source[inner] === 1 || source[inner] === 0) return -1;
  const dim = source.indexOf(1);
  return dim >= 0 && shape[dim]! >= 8 && shape[inner]! >= 8 ? dim : -1;
}

/** Copies blocks that change rows for columns, where the layouts are like that. */
function copyTransposed(output: View, input: View): boolean {
  const { itemsize } = output.dtype;
  if (itemsize < 4 || !sameShape(output.shape, input.shape)) return false;
  const layout = nest(output.shape, [
    output.strides,
    broadcastStrides(input.shape, input.strides, output.shape),
  ]);
  const dim = exchangedDimension(layout);
  if (dim < 0) return false;
  const inner = layout.shape.length - 1;
  const [targets, sources] = layout.strides as [readonly number[], readonly number[]];
  const [target, source] = [addressOf(output), addressOf(input)];
  forEachMatrix(layout, dim, (targetOffset, sourceOffset) =>
    transpose({
      target: target + targetOffset * itemsize,
      source: source + sourceOffset * itemsize,
      rows: layout.shape[dim]!,
      columns: layout.shape[inner]!,
      targetPitch: targets[dim]! * itemsize,
      sourcePitch: sources[inner]! * itemsize,
      elementBytes: itemsize === 8 ? 8 : 4,
    }),
  );
  return true;
}

/** Visits the matrices along `dim` and the inner dimension, with their distances from the first one in elements. */
function forEachMatrix(
  { shape, strides }: Layout,
  dim: number,
  visit: (targetOffset: number, sourceOffset: number) => void,
): void {
  const [targets, sources] = strides as [readonly number[], readonly number[]];
  const outer = [...shape.keys()].filter((other) => other !== dim && other !== shape.length - 1);
  const walk = (depth: number, target: number, source: number): void => {
    const own = outer[depth];
    if (own === undefined) visit(target, source);
    else
      for (let i = 0; i < shape[own]!; i++)
        walk(depth + 1, target + i * targets[own]!, source + i * sources[own]!);
  };
  walk(0, 0, 0);
}
