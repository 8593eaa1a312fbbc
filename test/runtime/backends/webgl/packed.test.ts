import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { View } from "../../../../runtime/backends/backend.ts";
import { copy } from "../../../../runtime/backends/webgl/copying.ts";
import { counts, graphics } from "../../../../runtime/backends/webgl/graphics.ts";
import { WebGLStorage } from "../../../../runtime/backends/webgl/storage.ts";
import { Texture } from "../../../../runtime/backends/webgl/textures.ts";
import { Value } from "../../../../runtime/backends/webgl/values.ts";
import { float32 } from "../../../../runtime/dtype.ts";
import { E, input } from "../../../../runtime/expression.ts";
import { numel } from "../../../../runtime/shape.ts";
import { both, describeWebGL, numbersOf, operand, result, viewOf } from "./operands.ts";

const [cpu, webgl] = both;

/** An operand whose texture has blocks of 2 × 2, as matrix programs give it. */
function packedOperand(numbers: readonly number[], shape: readonly number[]): View {
  const { backend } = graphics();
  const plain = backend.makeTensorInfo([...shape], "float32", Float32Array.from(numbers));
  const { dataId } = backend.packTensor(plain);
  backend.disposeData(plain.dataId);
  const value = Value.ofTexture(new Texture(graphics(), dataId), float32, numbers.length);
  return viewOf(new WebGLStorage(float32, numbers.length, value), float32, shape);
}

function textureOf({ storage }: View): Texture | null {
  return (storage as WebGLStorage).value.texture;
}

const shapes = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 1, max: 7 }),
  fc.integer({ min: 1, max: 7 }),
);
const count = (shape: readonly number[]): number[] =>
  Array.from({ length: numel(shape) }, (_, i) => (i % 17) - 5.5);

describeWebGL("packed textures", () => {
  test("are computed with as they are, with a row, a number of their own and plain numbers beside them", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const columns = shape[2];
        const expression = E.mul(E.add(E.exp(E.mul(input(0), 0.1)), input(1)), E.sub(input(2), input(3)));
        const outputs = both.map((backend, i) => {
          const matrix = i === 0 ? operand(backend, count(shape), shape) : packedOperand(count(shape), shape);
          const row = operand(backend, count([columns]), [columns]);
          const single = operand(backend, [2.5], [1, 1]);
          const output = result(backend, shape);
          backend.pointwise(expression, float32, output, [matrix, row, matrix, single]);
          return output;
        });
        const [expected, actual] = outputs.map(numbersOf);
        actual!.forEach((value, i) => expect(value).toBeCloseTo(expected![i]!, 3));
        // Matrices of one row or column are no different from rows and numbers.
        const isPacked = textureOf(outputs[1]!)?.packing !== null;
        expect(isPacked || numel(shape) === columns || columns === 1).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  test("have zeros where their blocks go beyond their matrices", () => {
    const x = packedOperand([1, 2, 3], [1, 3]);
    const output = result(webgl, [1, 3]);
    webgl.pointwise(E.exp(input(0)), float32, output, [x]);
    numbersOf(output);
    const { backend } = graphics();
    const texels = backend.gpgpu.downloadMatrixFromPackedTexture(textureOf(output)!.handle, 1, 2);
    const [a, b, c] = [1, 2, 3].map((n) => expect.closeTo(Math.exp(n), 4));
    expect(Array.from(texels)).toEqual([a, b, 0, 0, c, 0, 0, 0]);
  });

  test("are read in any order, beside textures that are not packed", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const [batch, rows, columns] = shape;
        const turned = [batch, columns, rows];
        const strides = [rows * columns, 1, columns];
        const [expected, actual] = [
          operand(cpu, count(shape), shape),
          packedOperand(count(shape), shape),
        ].map((matrix, i) => {
          const other = operand(both[i]!, count(turned), turned);
          const output = result(both[i]!, turned);
          const transposed = { ...matrix, shape: turned, strides };
          both[i]!.pointwise(E.sub(input(0), E.mul(3, input(1))), float32, output, [transposed, other]);
          return numbersOf(output);
        });
        expect(actual).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  test("are written in part", () => {
    const x = packedOperand([1, 2, 3, 4, 5, 6], [2, 3]);
    const column = { ...x, shape: [2], strides: [3], offset: 1 };
    webgl.pointwise(E.mul(input(0), 10), float32, column, [column]);
    expect(numbersOf(x)).toEqual([1, 20, 3, 4, 50, 6]);
  });

  test("are shared by a copy", () => {
    const x = packedOperand([1, 2, 3, 4], [2, 2]);
    const y = result(webgl, [2, 2]);
    const before = counts.passes;
    copy(y, x);
    expect(counts.passes).toBe(before);
    expect(textureOf(y)).toBe(textureOf(x));
  });
});
