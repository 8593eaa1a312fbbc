/** Functions of single numbers against values with more digits than a double has, computed by mpmath 1.3. */
import { expect, test } from "vitest";
import { nextAfter, nextAfterSingle } from "../../../../../../runtime/backends/cpu/reference/special/bits.ts";
import { scalarFunctions } from "../../../../../../runtime/backends/cpu/reference/special/index.ts";
import { wholeFunctions } from "../../../../../../runtime/backends/cpu/reference/special/wholeNumbers.ts";
import type { ScalarFunction } from "../../../../../../runtime/expression.ts";

const values: Partial<
  Record<ScalarFunction, readonly (readonly [args: readonly number[], value: number])[]>
> = {
  lgamma: [
    [[1e-9], 20.723265836369],
    [[0.3], 1.0957979948181],
    [[1.001], -0.00057639359828331],
    [[1.9999], -4.2275208772153e-5],
    [[2.5], 0.28468287047292],
    [[7.3], 7.1478925230222],
    [[50.5], 146.51925549072],
    [[1000000], 12815504.569148],
    [[-0.5], 1.2655121234846],
    [[-3.7], -1.3797399049658],
  ],
  digamma: [
    [[0.001], -1000.5755719318],
    [[0.4], -2.5613845445851],
    [[1.5], 0.036489973978577],
    [[9.9], 2.2411803166064],
    [[30], 3.3844381326855],
    [[-2.3], 3.3173231575618],
  ],
  polygamma: [
    [[1, 0.2], 26.267377205424],
    [[1, 3.5], 0.33035775610023],
    [[1, -1.3], 14.536876244137],
    [[2, 0.7], -6.4349928741909],
    [[4, 12.5], -0.00028769142258539],
  ],
  zeta: [
    [[1.5, 0.3], 8.2377616714597],
    [[2, 1], 1.6449340668482],
    [[3.7, 25], 6.5703261544751e-5],
  ],
  igamma: [
    [[0.3, 0.01], 0.27924099635901],
    [[0.5, 2], 0.95449973610364],
    [[3, 2.5], 0.45618688411667],
    [[30, 25.3], 0.19883952054181],
    [[200, 210], 0.76396967450115],
    [[10000, 9900], 0.15865119219356],
  ],
  igammac: [
    [[0.3, 0.01], 0.72075900364099],
    [[0.5, 2], 0.045500263896358],
    [[3, 2.5], 0.54381311588333],
    [[30, 25.3], 0.80116047945819],
    [[200, 210], 0.23603032549885],
    [[10000, 9900], 0.84134880780644],
  ],
  i0: [
    [[0.1], 1.0025015629341],
    [[3.3], 6.242630465183],
    [[19.9], 39513376.520067],
    [[20.1], 48017874.107137],
    [[80.5], 4.0681460218469e33],
  ],
  i1: [
    [[-0.1], -0.050062526047093],
    [[-3.3], -5.1809588553559],
    [[-19.9], -38507423.874862],
    [[-20.1], -46807739.53303],
    [[-80.5], -4.0427985678883e33],
  ],
  i0e: [
    [[3.3], 0.23024798447143],
    [[19.9], 0.09000858886439],
    [[700.5], 0.015075910433923],
  ],
  i1e: [
    [[3.3], 0.19109017276103],
    [[19.9], 0.087717102131706],
    [[700.5], 0.015065145766869],
  ],
  erfinv: [
    [[1e-8], 8.8622692545276e-9],
    [[0.3], 0.27246271472675],
    [[0.5], 0.47693627620447],
    [[0.9], 1.1630871536767],
    [[0.999999], 3.4589107372755],
    [[-0.7], -0.73286907795922],
  ],
  normalQuantile: [
    [[1e-200], -30.20559417958],
    [[1e-12], -7.0344838253011],
    [[0.01], -2.3263478740408],
    [[0.3], -0.52440051270804],
    [[0.8], 0.84162123357291],
  ],
  erfcx: [
    [[-2.5], 1035.8148429726],
    [[0], 1.0],
    [[0.7], 0.52593033734944],
    [[5.5], 0.1009622183995],
    [[28.1], 0.020065231377197],
    [[100000], 5.6418958351955e-6],
  ],
  logNormalCdf: [
    [[-30.5], -469.46273732291],
    [[-1.2], -2.1622175060437],
    [[3.1], -0.00096807164340155],
  ],
};

test.each(Object.entries(values))("%s has at least twelve digits", (name, rows) => {
  const compute = scalarFunctions[name as ScalarFunction]; // the table has these names only
  const wrong = rows.filter(
    ([args, value]) => !(Math.abs(compute(...args) - value) <= 1e-12 * Math.abs(value)),
  );
  expect(
    wrong.map(([args, value]) => `${name}(${args.join(", ")}) = ${compute(...args)}, not ${value}`),
  ).toEqual([]);
});

test("a mantissa and an exponent make their number again, also where it is very small or large", () => {
  const { mantissa, exponent } = scalarFunctions;
  for (const x of [1, -0.75, 3e-310, 5e-324, Number.MAX_VALUE, -1e300]) {
    expect(Math.abs(mantissa(x))).toBeGreaterThanOrEqual(0.5);
    expect(Math.abs(mantissa(x))).toBeLessThan(1);
    const half = Math.trunc(exponent(x) / 2);
    expect(mantissa(x) * 2 ** half * 2 ** (exponent(x) - half)).toBe(x);
  }
  expect([0, Infinity, NaN].map((x) => mantissa(x))).toEqual([0, Infinity, NaN]);
});

test("the next number lies one step away in the direction that was asked for", () => {
  expect(nextAfter(1, 2)).toBe(1 + Number.EPSILON);
  expect(nextAfter(-1, 0)).toBe(-1 + Number.EPSILON / 2);
  expect(nextAfter(0, -1)).toBe(-Number.MIN_VALUE);
  expect(nextAfter(Number.MAX_VALUE, Infinity)).toBe(Infinity);
  expect(nextAfterSingle(1, 2)).toBe(1 + 2 ** -23);
  expect(nextAfterSingle(0, 1)).toBe(2 ** -149);
  expect(nextAfter(NaN, 1)).toBeNaN();
});

test("whole numbers of 64 bits keep all of them", () => {
  const big = 2n ** 62n;
  expect(wholeFunctions.gcd!(big, -6n)).toBe(2n);
  expect(wholeFunctions.lcm!(-big, 3n)).toBe(3n * big);
  expect(wholeFunctions.remainder!(-7n, 4n)).toBe(1n);
  expect(wholeFunctions.fmod!(-7n, 4n)).toBe(-3n);
  expect(wholeFunctions.shiftRight!(-1n, 200n)).toBe(-1n);
});
