/** Every function of expressions against the processor's, on numbers of all kinds. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { hasFormula } from "../../../../runtime/backends/webgl/glsl/emission.ts";
import { listFallbacks, resetFallbacks } from "../../../../runtime/backends/webgl/fallback.ts";
import { bool, float32 } from "../../../../runtime/dtype.ts";
import { call, E, input, type Expression, type ScalarFunction } from "../../../../runtime/expression.ts";
import { scalarFunctions } from "../../../../runtime/backends/cpu/reference/special/index.ts";
import { both, describeWebGL, numbersOf, operand, result } from "./operands.ts";

const special = [0, -0, 1, -1, 0.5, -0.5, 2, -2, 3, -7.3, 2.1, 5.5, 2.5, 88, -88, 100, -100];
const extreme = [Infinity, -Infinity, NaN, 1e-8, -1e-8, 1e5, 12_345.678, 3e8, 1e20, 1e30];
const numbers = [...special, ...extreme];

/** Every pair of the numbers above, and others of every size. */
const pairs: readonly (readonly [number, number])[] = [
  ...numbers.flatMap((x) => numbers.map((y) => [x, y] as const)),
  ...Array.from({ length: 3000 }, (_, i) => {
    const [u, v] = [Math.sin(i * 12.9898) * 43_758.5453, Math.sin(i * 78.233) * 12_543.123];
    const spread = (t: number): number => (t - Math.floor(t) - 0.5) * 10 ** (i % 4);
    return [spread(u), spread(v)] as const;
  }),
];

function compute(
  expression: Expression,
  dtype = float32 as typeof float32 | typeof bool,
): readonly number[][] {
  return both.map((backend) => {
    const operands = [0, 1].map((side) =>
      operand(
        backend,
        pairs.map((pair) => pair[side]!),
        [pairs.length],
      ),
    );
    const output = result(backend, [pairs.length], dtype);
    backend.pointwise(expression, float32, output, operands);
    return numbersOf(output);
  });
}

/** Whether a number is near enough: of the same kind, and within so many digits; differences that float32's smallest normal numbers make do not count. */
function agrees(actual: number, expected: number, tolerance: number): boolean {
  if (Object.is(actual, expected) || actual === expected) return true;
  return Math.abs(actual - expected) <= tolerance * Math.max(Math.abs(expected), 1e-6);
}

/** What formulas lose, as a share of the result, where it is more than usual: near zeros of the function, or for large exponents. */
const tolerances: Readonly<Record<string, number>> = { lgamma: 1e-3, digamma: 1e-3 };

const unaryNames = Object.keys(E).filter((name) => hasFormula(name, 1));
const binaryNames = Object.keys(E).filter((name) => hasFormula(name, 2));
const callNames = (Object.keys(scalarFunctions) as ScalarFunction[]).filter((name) => hasFormula(name, 0));
type OfOne = (x: Expression) => Expression;
type OfTwo = (x: Expression, y: Expression) => Expression;
const table = E as unknown as Readonly<Record<string, OfOne & OfTwo>>; // by names that were looked up

const expressions: readonly (readonly [string, Expression])[] = [
  ...unaryNames.map((name) => [name, table[name]!(input(0))] as const),
  ...binaryNames.map((name) => [name, table[name]!(input(0), input(1))] as const),
  ...callNames.map(
    (name) =>
      [
        name,
        call(name, ...(scalarFunctions[name].length === 1 ? [input(0)] : [input(0), input(1)])),
      ] as const,
  ),
];

describeWebGL("functions", () => {
  test.each(expressions)("%s gives the processor's numbers, special ones included", (name, expression) => {
    resetFallbacks();
    const [expected, actual] = compute(expression);
    const wrong = pairs.filter((_, i) => !agrees(actual![i]!, expected![i]!, tolerances[name] ?? 2e-5));
    expect(wrong).toEqual([]);
    expect(listFallbacks()).toEqual([]);
  });

  test.each(["eq", "ne", "lt", "le", "gt", "ge", "and", "or", "xor"])(
    "%s gives the processor's truth values",
    (name) => {
      const [expected, actual] = compute(table[name]!(input(0), input(1)), bool);
      expect(actual).toEqual(expected);
    },
  );

  test("zero times what is not finite is not zero", () => {
    const [expected, actual] = compute(E.mul(input(0), 0));
    expect(actual!.map((number) => number + 0)).toEqual(expected!.map((number) => number + 0));
  });

  test("sines and cosines of large angles have all of their digits", () => {
    const angles = Array.from({ length: 4000 }, (_, i) =>
      Math.fround(1.37 ** (i / 20) * (i % 2 === 0 ? 1 : -1)),
    );
    for (const name of ["sin", "cos", "tan"]) {
      const [expected, actual] = both.map((backend) => {
        const output = result(backend, [angles.length]);
        backend.pointwise(table[name]!(input(0)), float32, output, [
          operand(backend, angles, [angles.length]),
        ]);
        return numbersOf(output);
      });
      const wrong = angles.filter(
        (_, i) => Math.abs(actual![i]! - expected![i]!) > 2e-6 * (1 + expected![i]! ** 2),
      );
      expect(wrong).toEqual([]);
    }
  });

  const trees = fc.letrec<{ tree: Expression }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.constantFrom(input(0), input(1)),
      fc.constantFrom(0, 1, -1.5, 3, 1e-3).map((value): Expression => ({ kind: "constant", value })),
      fc
        .tuple(fc.constantFrom("tanh", "sigmoid", "abs", "neg", "floor", "erf", "sin", "sign"), tie("tree"))
        .map(([name, x]) => table[name]!(x)),
      fc
        .tuple(fc.constantFrom("add", "sub", "maximum", "minimum", "atan2"), tie("tree"), tie("tree"))
        .map(([name, x, y]) => table[name]!(x, y)),
      fc
        .tuple(fc.constantFrom("lt", "ge", "eq", "and"), tie("tree"), tie("tree"), tie("tree"))
        .map(([name, x, y, z]) => E.select(table[name]!(x, y), z, E.mul(y, 0.5))),
    ),
  })).tree;

  test("in any combination give what the processor gives", () => {
    const few = [-3, -1, -0.5, 0, 0.25, 1, 2, 7];
    const sides = [few.flatMap((x) => few.map(() => x)), few.flatMap(() => few)];
    fc.assert(
      fc.property(trees, (expression) => {
        const [expected, actual] = both.map((backend) => {
          const output = result(backend, [64]);
          const operands = sides.map((side) => operand(backend, side, [64]));
          backend.pointwise(expression, float32, output, operands);
          return numbersOf(output);
        });
        // Comparisons and whole parts may fall to either side of a rounding: few elements may differ.
        const wrong = expected!.filter(
          (value, i) => !agrees(actual![i]!, value, 1e-4) && Math.abs(actual![i]! - value) > 1e-5,
        );
        expect(wrong.length).toBeLessThanOrEqual(8);
      }),
      { numRuns: 40 },
    );
  });
});
