/** How many units in the last place the kernels' functions are off, over all magnitudes; with and without an instruction that multiplies and adds at once. */
import { describe, expect, test } from "vitest";
import { allocate } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import { assemble } from "../../../../../runtime/backends/cpu/pointwise/loops.ts";
import { lower } from "../../../../../runtime/backends/cpu/pointwise/lowering.ts";
import * as functions from "../../../../../runtime/backends/cpu/reference/functions.ts";
import { hasRelaxedSimd } from "../../../../../runtime/backends/cpu/wasm/features.ts";
import { KernelModule } from "../../../../../runtime/backends/cpu/wasm/kernelModule.ts";
import { float32, float64, type DType } from "../../../../../runtime/dtype.ts";
import { E, input, type Expression } from "../../../../../runtime/expression.ts";

/** Each function with what it must give. JavaScript computes in float64, several units more exactly than float32 shows. */
const unary = {
  exp: Math.exp,
  exp2: functions.exp2,
  expm1: Math.expm1,
  log: Math.log,
  log1p: Math.log1p,
  log2: Math.log2,
  log10: Math.log10,
  sqrt: Math.sqrt,
  sin: Math.sin,
  cos: Math.cos,
  tanh: Math.tanh,
  sigmoid: functions.sigmoid,
  erf: functions.erf,
  erfc: functions.erfc,
  normalCdf: functions.normalCdf,
  gelu: functions.gelu,
} as const satisfies Partial<Record<keyof typeof E, (x: number) => number>>;

const inFloat64 = ["exp", "exp2", "expm1", "log", "log1p", "log2", "log10", "tanh", "sigmoid"] as const;

const special = [
  NaN,
  Infinity,
  -Infinity,
  0,
  -0,
  1,
  -1,
  0.5,
  -0.5,
  2,
  -2,
  3,
  -3,
  2 ** -149,
  -(2 ** -149),
  2 ** -126,
  3.4e38,
  -3.4e38,
];

/** A generator of numbers in [0, 1) that repeats on every run. */
function uniform(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

/** Numbers of all magnitudes that float32 has, and more of those where functions bend and saturate. */
function arguments32(): Float32Array {
  const next = uniform(7);
  const everywhere = Array.from({ length: 60_000 }, (_, i) => {
    const magnitude = 2 ** ((i % 277) - 149) * (1 + next());
    return i % 2 === 0 ? magnitude : -magnitude;
  });
  const near = [1, 4, 12, 110].flatMap((limit) =>
    Array.from({ length: 30_000 }, () => limit * (2 * next() - 1)),
  );
  return Float32Array.from([...special, ...everywhere, ...near]);
}

type FloatArray = Float32Array | Float64Array;

/** Runs the kernel of an expression. */
function evaluate(
  expression: Expression,
  dtype: DType,
  inputs: readonly FloatArray[],
  relaxed: boolean,
): FloatArray {
  const facts = { dtype: dtype.name, mode: "contiguous" } as const;
  const { module } = assemble({
    roots: lower(
      [expression],
      dtype,
      inputs.map(() => facts),
      [facts],
    ),
    outputs: [facts],
    inputs: inputs.map(() => facts),
    parameterCount: 0,
    outerRank: 0,
    relaxed,
  });
  const { length } = inputs[0]!;
  const target = allocate(dtype, length);
  const sources = inputs.map((values) => {
    const storage = allocate(dtype, length);
    (storage.data as FloatArray).set(values);
    return storage;
  });
  const addresses = [target, ...sources].map((storage) => storage.makeResident());
  new KernelModule<"run">(() => module).functions.run(0, length, ...addresses);
  return target.data.slice() as FloatArray; // a copy of the same kind
}

/** The distance between neighbouring numbers at x, in a format with so many digits and so small an exponent. */
function unitAt(x: number, digits: number, smallest: number): number {
  const magnitude = Math.abs(x);
  let exponent = Math.floor(Math.log2(magnitude));
  if (2 ** exponent > magnitude) exponent--;
  return 2 ** (Math.max(exponent, smallest) - digits + 1);
}

/** How far `got` is from the exact value, in units of the last place; infinite where one is NaN, infinite or of the other sign and the other is not. */
function distance(got: number, exact: number, dtype: DType): number {
  const [digits, smallest] = dtype === float32 ? [24, -126] : [53, -1022];
  const expected = dtype === float32 ? Math.fround(exact) : exact;
  if (Object.is(got, expected)) return 0;
  if (Number.isNaN(got) || Number.isNaN(expected)) return Infinity;
  if (Object.is(got, -expected)) return Infinity;
  const largest = dtype === float32 ? 3.402_823_466_385_288_6e38 : Number.MAX_VALUE;
  // Beyond the largest number, infinity counts as its neighbour.
  if (!Number.isFinite(got) || !Number.isFinite(expected))
    return Math.abs(Number.isFinite(got) ? got : exact) >= largest * (1 - 2 ** -22) ? 1 : Infinity;
  return Math.abs(got - exact) / unitAt(exact, digits, smallest);
}

interface Worst {
  readonly distance: number;
  readonly at: string;
}

function worst(results: FloatArray, exact: (i: number) => number, describeAt: (i: number) => string): Worst {
  const dtype = results instanceof Float32Array ? float32 : float64;
  let found: Worst = { distance: 0, at: "" };
  results.forEach((got, i) => {
    const own = distance(got, exact(i), dtype);
    if (own > found.distance) found = { distance: own, at: `${describeAt(i)} gives ${got}` };
  });
  return found;
}

/** What is too far off, or `null`. */
function beyond(found: Worst, limit: number): string | null {
  return found.distance <= limit ? null : `${found.at}, which is ${found.distance} units off`;
}

const variants = hasRelaxedSimd() ? [false, true] : [false];
const all = arguments32();

/** Maxima rounded up to quarters, without the instruction, so that they are the same on every processor. */
const table: string[] = [];

describe.each(variants)(
  "float32 functions are right to two units, with relaxed instructions: %s",
  (relaxed) => {
    test.each(Object.entries(unary))("%s", (name, exact) => {
      // The names are those of expressions.
      const expression = E[name as keyof typeof unary](input(0));
      const found = worst(
        evaluate(expression, float32, [all], relaxed),
        (i) => exact(all[i]!),
        (i) => `${name}(${all[i]!})`,
      );
      if (!relaxed) table.push(`${name} ${(Math.ceil(found.distance * 4) / 4).toFixed(2)}`);
      expect(beyond(found, 2)).toBeNull();
    });

    test("pow", () => {
      const next = uniform(11);
      const pairs = special.flatMap((base) => special.map((exponent) => [base, exponent] as const));
      const powers = Array.from({ length: 100_000 }, (_, i): readonly [number, number] => {
        const base = 2 ** ((i % 277) - 149) * (1 + next());
        if (i % 3 === 0) return [i % 2 === 0 ? base : -base, Math.round(6 * (2 * next() - 1))];
        return i % 3 === 1 ? [base, 3 * (2 * next() - 1)] : [0.5 + next(), 300 * (2 * next() - 1)];
      });
      const bases = Float32Array.from([...pairs, ...powers], ([base]) => base);
      const exponents = Float32Array.from([...pairs, ...powers], ([, exponent]) => exponent);
      const found = worst(
        evaluate(E.pow(input(0), input(1)), float32, [bases, exponents], relaxed),
        (i) => functions.power(bases[i]!, exponents[i]!),
        (i) => `pow(${bases[i]!}, ${exponents[i]!})`,
      );
      if (!relaxed) table.push(`pow ${(Math.ceil(found.distance * 4) / 4).toFixed(2)}`);
      expect(beyond(found, 2)).toBeNull();
    });
  },
);

test("the table of float32's largest errors, in units of the last place, is up to date", async () => {
  await expect(`${table.join("\n")}\n`).toMatchFileSnapshot("accuracy.txt");
});

describe.each(variants)("float64 functions are within four units of JavaScript's, relaxed: %s", (relaxed) => {
  const wide = Float64Array.from([...all, ...Array.from({ length: 4000 }, (_, i) => (i - 2000) * 0.375)]);
  test.each(inFloat64)("%s", (name) => {
    const found = worst(
      evaluate(E[name](input(0)), float64, [wide], relaxed),
      (i) => unary[name](wide[i]!),
      (i) => `${name}(${wide[i]!})`,
    );
    expect(beyond(found, 4)).toBeNull();
  });
});
