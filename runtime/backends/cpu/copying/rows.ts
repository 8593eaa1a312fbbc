/** Copies of rows that lie without gaps, at some distance from each other: what joining, cutting and reversing tensors comes to. */
import type { View } from "../../backend.ts";
import { addressOf } from "../memory/storage.ts";
import { collapse } from "../reference/layout.ts";
import { runKernel } from "../threads/parallel.ts";
import { ModuleBuilder } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";

/** Rows of fewer bytes are copied faster by vectors than by the engine's routine, which costs a call. */
const leastBytes = 256;
/** Bytes that are worth a thread of their own. */
const bytesGrain = 512 * 1024;

/** `rows(begin, end, target, source, bytes of a row, bytes between rows of the target, of the source)`. */
const rowsModule = new KernelModule<"rows">(() => {
  const module = new ModuleBuilder();
  const f = module.function(
    "rows",
    Array.from({ length: 7 }, () => "i32" as const),
  );
  const [begin, end, target, source, bytes, targetStride, sourceStride] = [0, 1, 2, 3, 4, 5, 6] as const;
  f.get(target).get(begin).get(targetStride).op("i32.mul").op("i32.add").set(target);
  f.get(source).get(begin).get(sourceStride).op("i32.mul").op("i32.add").set(source);
  f.whileBelow(begin, end, () => {
    f.get(target).get(source).get(bytes).memoryCopy();
    f.advance(target, targetStride).advance(source, sourceStride).increment(begin, 1);
  });
  return module;
});

/** Copies between views of one dtype if their rows are long enough, and says whether it did. */
export function copyRows(output: View, input: View): boolean {
  const { shape, strides } = collapse(output.shape, [output.strides, input.strides]);
  const [to, from] = strides as [readonly number[], readonly number[]];
  const { itemsize } = output.dtype;
  const [rows, length] = shape as [number, number];
  if (shape.length !== 2 || to[1] !== 1 || from[1] !== 1 || length * itemsize < leastBytes) return false;
  const bytes = length * itemsize;
  const target = addressOf(output);
  const args = [target, addressOf(input), bytes, to[0]! * itemsize, from[0]! * itemsize];
  runKernel(rowsModule, "rows", rows, Math.ceil(bytesGrain / bytes), args);
  return true;
}
