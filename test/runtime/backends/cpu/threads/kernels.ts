/** Small kernels to give threads. */
import { KernelModule } from "../../../../../runtime/backends/cpu/wasm/kernelModule.ts";
import { ModuleBuilder, scratchGlobal } from "../../../../../runtime/backends/cpu/wasm/assembler.ts";

function build(): ModuleBuilder {
  const module = new ModuleBuilder();
  module.function("nothing", ["i32", "i32"]);

  // count(begin, end, address): adds one to each 32-bit number.
  const count = module.function("count", ["i32", "i32", "i32"]);
  count.get(2).get(0).i32(2).op("i32.shl").op("i32.add").set(2);
  count.whileBelow(0, 1, () => {
    count.get(2).get(2).memory("i32.load").i32(1).op("i32.add").memory("i32.store");
    count.increment(2, 4).increment(0, 1);
  });

  // countSlowly(begin, end, address, rounds): the same, after turning round in a loop for each.
  const countSlowly = module.function("countSlowly", ["i32", "i32", "i32", "i32"]);
  const rounds = countSlowly.local("i32");
  countSlowly.get(2).get(0).i32(2).op("i32.shl").op("i32.add").set(2);
  countSlowly.whileBelow(0, 1, () => {
    countSlowly
      .get(3)
      .set(rounds)
      .repeat(rounds, () => {});
    countSlowly.get(2).get(2).memory("i32.load").i32(1).op("i32.add").memory("i32.store");
    countSlowly.increment(2, 4).increment(0, 1);
  });

  // whoSlowly(begin, end, address, rounds): writes the address of the running thread's scratch memory.
  const who = module.function("whoSlowly", ["i32", "i32", "i32", "i32"]);
  const turns = who.local("i32");
  who.get(2).get(0).i32(2).op("i32.shl").op("i32.add").set(2);
  who.whileBelow(0, 1, () => {
    who
      .get(3)
      .set(turns)
      .repeat(turns, () => {});
    who.get(2).global(scratchGlobal).memory("i32.store");
    who.increment(2, 4).increment(0, 1);
  });

  const trap = module.function("trap", ["i32", "i32"]);
  trap.op("unreachable");
  return module;
}

/** `count` adds one to each of the 32-bit numbers at an address; `countSlowly` takes its time over each. */
export const kernels: KernelModule<"nothing" | "count" | "countSlowly" | "trap" | "whoSlowly"> =
  new KernelModule(build);
