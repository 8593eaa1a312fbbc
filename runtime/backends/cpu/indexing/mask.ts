/** Where a mask is true. */
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import { addressOf } from "../memory/storage.ts";
import { parameterBase, parameterInts } from "../memory/heap.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";

/**
 * Emits a loop over the bytes from `at` to `end`, 16 at a time; `body` finds a bit for each of them that is not 0 in `bits`, and none for the bytes behind
 * the end, which blocks are padded with.
 */
function forEachBits(f: FunctionBuilder, at: Local, end: Local, bits: Local, body: () => void): void {
  const zero = f.local("v128");
  f.whileBelow(at, end, () => {
    f.get(at).memory("v128.load").get(zero).op("i8x16.ne").op("i8x16.bitmask").set(bits);
    f.get(end).get(at).op("i32.sub").i32(16).op("i32.lt_u");
    f.if(() => {
      f.i32(1).get(end).get(at).op("i32.sub").op("i32.shl").i32(1).op("i32.sub");
      f.get(bits).op("i32.and").set(bits);
    });
    body();
    f.increment(at, 16);
  });
}

const kernels: KernelModule<"count" | "positions"> = new KernelModule(() => {
  const module = new ModuleBuilder();
  const count = module.function("count", ["i32", "i32"]);
  const [total, some] = count.locals("i32", 2) as [Local, Local];
  forEachBits(count, 0, 1, some, () => count.get(total).get(some).op("i32.popcnt").op("i32.add").set(total));
  count.i32(0).get(total).memory("i32.store", parameterBase);
  const positions = module.function("positions", ["i32", "i32", "i32"]);
  const [first, bits] = positions.locals("i32", 2) as [Local, Local];
  positions.get(0).set(first);
  forEachBits(positions, 0, 1, bits, () => emitPositions(positions, bits, first));
  return module;
});

/** Stores the place of each bit at parameter 2, which moves on; parameter 0 is where bit 0 stands. */
function emitPositions(f: FunctionBuilder, bits: Local, first: Local): void {
  f.block(() =>
    f.loop(() => {
      f.get(bits).op("i32.eqz").brIf(1);
      f.get(2).get(bits).op("i32.ctz").get(0).op("i32.add").get(first).op("i32.sub");
      f.op("i64.extend_i32_u").memory("i64.store");
      f.increment(2, 8);
      // Takes the lowest bit away.
      f.get(bits).get(bits).i32(1).op("i32.sub").op("i32.and").set(bits).br(0);
    }),
  );
}

/** See `IndexingBackend.countTrue`. */
export function countTrue(mask: View): number {
  const length = numel(mask.shape);
  if (length === 0) return 0;
  const address = addressOf(mask);
  kernels.functions.count(address, address + length);
  return parameterInts[0]!;
}

/** See `IndexingBackend.truePositions`. */
export function truePositions(output: View, mask: View): void {
  const length = numel(mask.shape);
  if (length === 0) return;
  const address = addressOf(mask);
  kernels.functions.positions(address, address + length, addressOf(output));
}
