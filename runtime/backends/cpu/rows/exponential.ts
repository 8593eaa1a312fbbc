/** Exponentials and logarithms in row kernels. */
import { LaneEmitter } from "../pointwise/emission.ts";
import type { Lane } from "../pointwise/lanes.ts";
import { expOfNonPositive } from "../pointwise/math/exponential.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";

const argument: Lane = { type: "f32", operation: { kind: "input", index: 0 }, args: [] };

/**
 * Prepares exponentials of numbers that are not above 0. The answer replaces the vector in `x` by its exponential, to about one unit in the last place; NaN stays NaN.
 */
export function exponential(f: FunctionBuilder): (x: Local) => void {
  let current: Local = 0;
  // Exponentials need no function of their own, which would belong to the module.
  const emitter = new LaneEmitter(new ModuleBuilder(), f, [expOfNonPositive(argument)], {
    input: () => ({ level: 2, load: () => f.get(current) }),
    parameter: () => f.op("unreachable"),
  });
  emitter.hoist(0);
  return (x) => {
    current = x;
    emitter.begin();
    emitter.push(emitter.roots[0]!, 0);
    f.set(x);
  };
}

const mantissaBits = 52n;

/** Pushes the natural logarithm of the f64 at the top of the stack, a normal positive number or NaN, to about one unit in the last place of float32. */
export function logarithm(f: FunctionBuilder): void {
  const x = f.local("f64");
  const bits = f.local("i64");
  const s = f.local("f64");
  const square = f.local("f64");
  const sum = f.local("f64");
  f.tee(x).op("i64.reinterpret_f64").set(bits);
  // x = m · 2ᵉ with m in [1, 2); log m = 2 artanh s with s = (m − 1) / (m + 1), which is at most 1/3.
  f.get(bits)
    .i64((1n << mantissaBits) - 1n)
    .op("i64.and")
    .i64(1023n << mantissaBits)
    .op("i64.or");
  f.op("f64.reinterpret_i64").set(s);
  f.get(s).f64(1).op("f64.sub").get(s).f64(1).op("f64.add").op("f64.div").tee(s);
  f.get(s).op("f64.mul").set(square);
  f.f64(0).set(sum);
  for (let power = 21; power >= 1; power -= 2)
    f.get(sum)
      .get(square)
      .op("f64.mul")
      .f64(2 / power)
      .op("f64.add")
      .set(sum);
  f.get(sum).get(s).op("f64.mul");
  f.get(bits).i64(mantissaBits).op("i64.shr_s").i64(1023n).op("i64.sub").op("f64.convert_i64_s");
  f.f64(Math.LN2).op("f64.mul").op("f64.add");
  // What is no number stays none: x − x adds nothing to the others.
  f.get(x).get(x).op("f64.sub").op("f64.add");
}
