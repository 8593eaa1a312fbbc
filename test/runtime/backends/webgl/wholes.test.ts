/** Whole numbers lie in textures as float32: what they cannot hold must not get there. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { listFallbacks, resetFallbacks } from "../../../../runtime/backends/webgl/fallback.ts";
import { bool, float32, int32, int64, uint8, type DType } from "../../../../runtime/dtype.ts";
import { call, E, input, type Expression } from "../../../../runtime/expression.ts";
import torch from "../../../../runtime/index.ts";
import { both, describeWebGL, numbersOf, operand, result } from "./operands.ts";

const dtypes = [int32, int64, uint8, bool];

function limited(dtype: DType, numbers: readonly number[]): number[] {
  if (dtype === bool) return numbers.map((number) => Number(number !== 0));
  return dtype === uint8 ? numbers.map((number) => Math.abs(number) % 256) : [...numbers];
}

/** The same computation on both backends; the second operand is of another dtype, which is converted as it is read. */
function compute(
  expression: Expression,
  [dtype, other, output]: readonly [DType, DType, DType],
  numbers: readonly number[],
): number[][] {
  return both.map((backend) => {
    const length = numbers.length;
    const turned = [...numbers.slice(1), numbers[0] ?? 0];
    const operands = [
      operand(backend, limited(dtype, numbers), [length], dtype),
      operand(backend, limited(other, turned), [length], other),
    ];
    const target = result(backend, [length], output);
    backend.pointwise(expression, dtype, target, operands);
    // A second stage reads what the first gave.
    const last = result(backend, [length], output);
    backend.pointwise(E.maximum(input(0), input(1)), output, last, [target, operands[0]!]);
    return numbersOf(last);
  });
}

const sizes = fc.constantFrom(3, 200, 5000, 2 ** 20, 2 ** 26);
const lists = sizes.chain((size) =>
  fc.array(fc.integer({ min: -size, max: size }), { minLength: 1, maxLength: 20 }),
);
const expressions: readonly Expression[] = [
  E.add(input(0), E.mul(input(1), 3)),
  E.sub(E.mul(input(0), input(1)), 7),
  E.select(E.lt(input(0), input(1)), E.abs(input(0)), input(1)),
  E.minimum(input(0), E.add(input(1), 1)),
];

const quotients: readonly Expression[] = [
  E.floorDivide(input(0), input(1)),
  E.div(input(0), input(1)),
  call("remainder", input(0), input(1)),
  call("fmod", input(0), input(1)),
  E.bitAnd(input(0), input(1)),
  E.bitOr(input(0), input(1)),
  E.bitXor(input(0), input(1)),
];

describeWebGL("whole numbers", () => {
  test("are divided, and combined bit by bit, as on the processor and without it", () => {
    const number = fc
      .constantFrom(7, 300, 2 ** 12, 2 ** 23)
      .chain((size) => fc.integer({ min: -size, max: size }));
    const pairs = fc.array(fc.tuple(number, number), { minLength: 1, maxLength: 12 });
    resetFallbacks();
    fc.assert(
      fc.property(pairs, fc.constantFrom(int32, int64), (list, dtype) => {
        for (const expression of quotients) {
          const [expected, actual] = both.map((backend) => {
            const [xs, ys] = [list.map(([x]) => x), list.map(([, y]) => (y === 0 ? 1 : y))];
            const operands = [xs, ys].map((numbers) => operand(backend, numbers, [list.length], dtype));
            const target = result(backend, [list.length], dtype);
            backend.pointwise(expression, dtype, target, operands);
            return numbersOf(target).map((value) => value + 0);
          });
          expect(actual).toEqual(expected);
        }
      }),
      { numRuns: 25 },
    );
    expect(listFallbacks()).toEqual([]);
  });

  test("are added on the device where no sum can leave what it holds, and on the processor otherwise", () => {
    const [small, large] = [torch.arange(1000).to("webgl"), torch.arange(100_000).to("webgl")];
    resetFallbacks();
    expect(small.remainder(10).eq(3).sum().item()).toBe(100);
    expect(small.sum().item()).toBe(499_500);
    expect(small.reshape(10, 100).int().sum(1).add(1).tolist()).toEqual(
      Array.from({ length: 10 }, (_, i) => 4951 + 10_000 * i),
    );
    expect(listFallbacks()).toEqual([]);
    expect(large.sum().item()).toBe(4_999_950_000);
    expect(listFallbacks()).toHaveLength(1);
  });

  test("are computed as on the processor, however large they are", () => {
    const three = fc.tuple(fc.constantFrom(...dtypes.slice(0, 3)), fc.constantFrom(...dtypes));
    fc.assert(
      fc.property(lists, three, fc.constantFrom(...expressions), (numbers, [dtype, other], expression) => {
        const [expected, actual] = compute(expression, [dtype, other, dtype], numbers);
        expect(actual).toEqual(expected);
      }),
      { numRuns: 80 },
    );
  });

  test("that stand alone are converted to another dtype as on the processor", () => {
    const [expected, actual] = compute(E.maximum(input(0), input(1)), [uint8, int32, uint8], [-1]);
    expect(expected).toEqual([255]);
    expect(actual).toEqual(expected);
  });

  test("are compared, and combined with truth values, as on the processor", () => {
    const tests = [E.lt(input(0), input(1)), E.eq(input(0), 3), E.and(input(0), E.ne(input(1), 0))];
    fc.assert(
      fc.property(
        lists,
        fc.constantFrom(...dtypes),
        fc.constantFrom(...tests),
        (numbers, dtype, expression) => {
          const [expected, actual] = compute(expression, [dtype, int32, bool], numbers);
          expect(actual).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
  });

  test("stay on the device while all results are known to be within 2^24", () => {
    resetFallbacks();
    const x = torch.arange(1000).to("webgl");
    const y = x.mul(x).add(7).sub(x);
    expect(y.index(999).item()).toBe(999 * 999 + 7 - 999);
    expect(listFallbacks()).toEqual([]);
    expect(y.mul(y).index(999).item()).toBe((999 * 999 + 7 - 999) ** 2);
    expect(listFallbacks().length).toBeGreaterThan(0);
  });

  test("beside numbers with fractions become what they become on the processor", () => {
    const x = torch.arange(-12, 13);
    const { hardtanh } = torch.nn.functional;
    expect(hardtanh(x.to("webgl"), -0.5, 2.5).tolist()).toEqual(hardtanh(x, -0.5, 2.5).tolist());
  });

  test("that float32 lacks stay on the processor, exactly", () => {
    const x = torch.tensor([2n ** 53n + 1n, 2n ** 24n + 1n, -3n]).to("webgl");
    expect(x.clone().tolist()).toEqual([2n ** 53n + 1n, 2 ** 24 + 1, -3]);
    expect(x.eq(torch.tensor([2n ** 53n, 2n ** 24n, -3n]).to("webgl")).tolist()).toEqual([
      false,
      false,
      true,
    ]);
    expect(x.to(torch.int32).tolist()).toEqual([1, 2 ** 24 + 1, -3]);
  });

  test("are made of fractions, and lose what is behind the point", () => {
    const numbers = [1.9, -1.9, 300.5, -1e10, 3e9, NaN, Infinity, -0.5, 255, 256, -2147483648];
    for (const dtype of [int32, uint8, int64, bool]) {
      const [expected, actual] = both.map((backend) => {
        const output = result(backend, [numbers.length], dtype);
        backend.copy(output, operand(backend, numbers, [numbers.length], float32));
        return numbersOf(output);
      });
      expect(actual).toEqual(expected);
    }
  });

  test("become other whole numbers as on the processor", () => {
    const numbers = [0, 1, -1, -8, 255, 256, 257, -300, 2 ** 24, -(2 ** 31), 2 ** 31, 2 ** 33, -(2 ** 40)];
    for (const from of [int32, int64])
      for (const to of dtypes) {
        const [expected, actual] = both.map((backend) => {
          const output = result(backend, [numbers.length], to);
          backend.copy(output, operand(backend, numbers, [numbers.length], from));
          return numbersOf(output);
        });
        expect(actual).toEqual(expected);
      }
  });
});
