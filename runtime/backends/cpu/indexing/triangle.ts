/** One triangle of matrices, and zeros elsewhere. */
import type { View } from "../../backend.ts";
import { addressOf } from "../memory/storage.ts";
import { runKernel } from "../threads/parallel.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";

/** Bytes that are worth a thread. */
const bytesPerThread = 2 ** 18;

/** Limits the i32 on the stack to what `low` and `high` are. */
function emitClamp(f: FunctionBuilder, high: Local): void {
  const value = f.local("i32");
  f.tee(value).i32(0).get(value).i32(0).op("i32.gt_s").op("select").set(value);
  f.get(value).get(high).get(value).get(high).op("i32.lt_s").op("select");
}

/** `triangle(begin row, end row, output, input, rows of a matrix, columns, diagonal, upper, bytes of an element)`. */
const kernels: KernelModule<"triangle"> = new KernelModule(() => {
  const module = new ModuleBuilder();
  const f = module.function(
    "triangle",
    Array.from({ length: 9 }, () => "i32" as const),
  );
  const [begin, end, output, input, rows, columns, diagonal, upper, bytes] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ] as const;
  const [edge, start, length, offset] = f.locals("i32", 4) as [Local, Local, Local, Local];
  f.whileBelow(begin, end, () => {
    // The first column above the triangle below the diagonal, or the first one of the triangle above it.
    f.get(begin).get(rows).op("i32.rem_u").get(diagonal).op("i32.add");
    f.i32(1).get(upper).op("i32.sub").op("i32.add");
    emitClamp(f, columns);
    f.set(edge);
    f.get(begin).get(columns).op("i32.mul").get(bytes).op("i32.mul").set(offset);
    f.get(edge).i32(0).get(upper).op("select").get(bytes).op("i32.mul").get(offset).op("i32.add").set(start);
    f.get(columns)
      .get(edge)
      .op("i32.sub")
      .get(edge)
      .get(upper)
      .op("select")
      .get(bytes)
      .op("i32.mul")
      .set(length);
    f.get(output).get(offset).op("i32.add").i32(0).get(columns).get(bytes).op("i32.mul").memoryFill();
    f.get(output).get(start).op("i32.add").get(input).get(start).op("i32.add").get(length).memoryCopy();
    f.increment(begin, 1);
  });
  return module;
});

/** See `IndexingBackend.triangle`. */
export function triangle(output: View, input: View, diagonal: number, upper: boolean): void {
  const [matrices, rows, columns] = output.shape as readonly [number, number, number];
  const { itemsize } = output.dtype;
  const limited = Math.min(Math.max(diagonal, -rows), columns);
  const addresses = [output, input].map(addressOf);
  const grain = Math.ceil(bytesPerThread / (columns * itemsize));
  const args = [...addresses, rows, columns, limited, Number(upper), itemsize];
  runKernel(kernels, "triangle", matrices * rows, grain, args);
}
