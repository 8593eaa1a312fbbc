import fc from "fast-check";
import { expect, test } from "vitest";
import { counts } from "../../../../../runtime/backends/webgl/graphics.ts";
import { describeWebGL, viewOf } from "../operands.ts";
import { disagreement, type Maker } from "./compare.ts";
import type { View } from "../../../../../runtime/backends/backend.ts";

function swap(list: readonly number[]): number[] {
  return [...list.slice(0, -2), list.at(-1)!, list.at(-2)!];
}

/** The last two dimensions the other way round. */
function transposed({ storage, dtype, shape, strides, offset }: View): View {
  return viewOf(storage, dtype, swap(shape), swap(strides), offset);
}

function product(n: number, k: number, m: number, batch: readonly number[] = []): (maker: Maker) => View[] {
  return ({ backend, filled, empty }) => {
    const output = empty([...batch, n, m]);
    backend.matmul(output, filled([...batch, n, k]), filled([...batch, k, m]));
    return [output];
  };
}

describeWebGL("matmul", () => {
  test.each([
    [1, 1, 1],
    [2, 2, 2],
    [3, 5, 7],
    [4, 4, 4],
    [17, 33, 9],
    [1, 300, 5],
    [6, 4096, 5],
    [64, 70, 65],
  ])("%d × %d times %d × the same", (n, k, m) => expect(disagreement(product(n, k, m))).toBeNull());

  test("any sizes and batches", () => {
    const size = fc.integer({ min: 1, max: 12 });
    const batch = fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 2 });
    fc.assert(
      fc.property(size, size, size, batch, (n, k, m, b) => {
        expect(disagreement(product(n, k, m, b))).toBeNull();
      }),
      { numRuns: 25 },
    );
  });

  test("whole texels are read where they are, whichever way the right operand lies", () => {
    const size = fc.constantFrom(4, 8, 12, 20);
    const offset = fc.constantFrom(0, 4, 5);
    fc.assert(
      fc.property(size, size, size, fc.boolean(), offset, (n, k, m, isTransposed, first) => {
        const passes: number[] = [];
        const found = disagreement(({ backend, filled, empty }) => {
          const [output, left] = [empty([2, n, m]), filled([2, n, k])];
          const { storage, dtype } = filled([first + 2 * k * m]);
          const strides = isTransposed ? [k * m, 1, k] : [k * m, m, 1];
          const before = counts.passes;
          backend.matmul(output, left, viewOf(storage, dtype, [2, k, m], strides, first));
          passes.push(counts.passes - before);
          return [output];
        });
        expect(found).toBeNull();
        expect(passes[1]).toBe(first % 4 === 0 ? 1 : 2);
      }),
      { numRuns: 15 },
    );
  });

  test("sums of many products go on over the rows of a texture", () => {
    // 300 elements take 75 texels; textures are a power of two wide.
    expect(disagreement(product(16, 300, 8))).toBeNull();
    expect(disagreement(product(40, 300, 100))).toBeNull();
  });

  test("transposed operands, and one that all products share", () => {
    expect(
      disagreement(({ backend, filled, empty }) => {
        const output = empty([3, 4, 5]);
        const shared = filled([7, 4]);
        const left = viewOf(shared.storage, shared.dtype, [3, 4, 7], [0, 1, 4]);
        backend.matmul(output, left, transposed(filled([3, 5, 7])));
        return [output];
      }),
    ).toBeNull();
  });

  test("bias, relu and what was there", () => {
    for (const relu of [false, true])
      for (const accumulate of [false, true])
        expect(
          disagreement(({ backend, filled, empty }) => {
            const output = accumulate ? filled([5, 7]) : empty([5, 7]);
            backend.matmul(output, filled([5, 3]), filled([3, 7]), { bias: filled([7]), relu, accumulate });
            return [output];
          }),
        ).toBeNull();
  });

  test("a product of products takes the first one as it lies", () => {
    expect(
      disagreement(({ backend, filled, empty }) => {
        const [first, second] = [empty([9, 6]), empty([9, 5])];
        backend.matmul(first, filled([9, 4]), filled([4, 6]));
        backend.matmul(second, first, filled([6, 5]));
        return [first, second];
      }),
    ).toBeNull();
  });

  test("into a part of a storage", () => {
    expect(
      disagreement(({ backend, filled }) => {
        const whole = filled([8, 10]);
        const part = viewOf(whole.storage, whole.dtype, [3, 4], [10, 1], 23);
        backend.matmul(part, filled([3, 6]), filled([6, 4]));
        return [whole];
      }),
    ).toBeNull();
  });

  test("another shape compiles nothing", () => {
    expect(disagreement(product(20, 30, 40))).toBeNull();
    const before = counts.compiles;
    expect(disagreement(product(31, 22, 53))).toBeNull();
    expect(counts.compiles).toBe(before);
  });

  test("an operand of two products is packed for the second and kept, until it is written", () => {
    const passes: number[] = [];
    const found = disagreement(({ backend, filled, empty }) => {
      const [left, right, fresh] = [filled([6, 9]), filled([9, 5]), filled([2, 5])];
      const outputs = Array.from({ length: 4 }, () => empty([6, 5]));
      outputs.forEach((output, i) => {
        const before = counts.passes;
        if (i === 3) backend.copy(viewOf(right.storage, right.dtype, [2, 5], [5, 1], 10), fresh);
        backend.matmul(output, left, right);
        passes.push(counts.passes - before);
      });
      return outputs;
    });
    expect(found).toBeNull();
    // Of the processor, which takes none, and then of the device: two operands packed twice, none, and the one of which each element of texels was written in a pass of its own.
    expect(passes).toEqual([0, 0, 0, 0, 3, 3, 1, 6]);
  });
});
