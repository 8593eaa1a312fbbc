import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Backend, View } from "../../../../runtime/backends/backend.ts";
import { E, input } from "../../../../runtime/expression.ts";
import { float32 } from "../../../../runtime/dtype.ts";
import { contiguousStrides, numel } from "../../../../runtime/shape.ts";
import { both, describeWebGL, numbersOf, operand, result } from "./operands.ts";

/** A view of part of a larger row-major array, with its dimensions in some order; sizes that are 1 may be repeated. */
interface Region {
  readonly storage: readonly number[];
  readonly sizes: readonly number[];
  readonly starts: readonly number[];
  readonly steps: readonly number[];
  readonly order: readonly number[];
}

const regions: fc.Arbitrary<Region> = fc.integer({ min: 0, max: 6 }).chain((rank) => {
  const list = (min: number, max: number): fc.Arbitrary<number[]> =>
    fc.array(fc.integer({ min, max }), { minLength: rank, maxLength: rank });
  return fc
    .record({ sizes: list(0, 4), starts: list(0, 2), steps: list(1, 3), ends: list(0, 2), keys: list(0, 99) })
    .map(({ sizes, starts, steps, ends, keys }) => ({
      storage: sizes.map((size, dim) => starts[dim]! + Math.max(size - 1, 0) * steps[dim]! + 1 + ends[dim]!),
      sizes,
      starts,
      steps,
      order: [...sizes.keys()].toSorted((a, b) => keys[a]! - keys[b]!),
    }));
});

/** The region as a view of a storage that holds `0, 1, 2, …`, or what `from` gives. */
function take(
  backend: Backend,
  { storage, sizes, starts, steps, order }: Region,
  from = (i: number): number => i,
): View {
  const whole = operand(
    backend,
    Array.from({ length: numel(storage) }, (_, i) => from(i)),
    storage,
  );
  const strides = contiguousStrides(storage);
  return {
    ...whole,
    shape: order.map((dim) => sizes[dim]!),
    strides: order.map((dim) => strides[dim]! * steps[dim]!),
    offset: starts.reduce((sum, start, dim) => sum + start * strides[dim]!, 0),
  };
}

const count = (sizes: readonly number[]): number[] => Array.from({ length: numel(sizes) }, (_, i) => i);

describeWebGL("views", () => {
  test("are read wherever their elements are, from rank 0 to 6 and without elements", () => {
    fc.assert(
      fc.property(regions, (region) => {
        const [expected, actual] = both.map((backend) => {
          const view = take(backend, region);
          const output = result(backend, view.shape);
          backend.pointwise(E.add(input(0), 0.5), float32, output, [view]);
          return numbersOf(output);
        });
        expect(actual).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("are written, and what lies between their elements stays", () => {
    fc.assert(
      fc.property(regions, (region) => {
        const [expected, actual] = both.map((backend) => {
          const target = take(backend, region, (i) => -i);
          const source = operand(
            backend,
            Array.from({ length: numel(target.shape) }, (_, i) => 100 + i),
            target.shape,
          );
          backend.pointwise(E.mul(input(0), 3), float32, target, [source]);
          backend.pointwise(E.add(input(0), input(1)), float32, target, [target, source]);
          return numbersOf(target);
        });
        expect(actual).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("are repeated along dimensions that are broadcast", () => {
    const shapes = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.boolean(), fc.boolean()), {
      maxLength: 5,
    });
    fc.assert(
      fc.property(shapes, (dims) => {
        const shape = dims.map(([size]) => size);
        const [left, right] = [1, 2].map((side) => dims.map((dim) => (dim[side] === true ? 1 : dim[0])));
        const [expected, actual] = both.map((backend) => {
          const output = result(backend, shape);
          const operands = [operand(backend, count(left!), left!), operand(backend, count(right!), right!)];
          backend.pointwise(E.sub(input(0), E.mul(10, input(1))), float32, output, operands);
          return numbersOf(output);
        });
        expect(actual).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  test("of one element that is repeated are copied as often as it is", () => {
    const [expected, actual] = both.map((backend) => {
      const one = { ...operand(backend, [7], []), shape: [2, 3], strides: [0, 0] };
      const output = result(backend, [2, 3]);
      backend.copy(output, one);
      return numbersOf(output);
    });
    expect(actual).toEqual(expected);
  });
});
