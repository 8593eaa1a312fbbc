import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { areRight } from "../../../../../runtime/backends/cpu/convolution/check.ts";
import * as kernels from "../../../../../runtime/backends/cpu/convolution/index.ts";
import * as reference from "../../../../../runtime/backends/cpu/convolution/reference.ts";
import type { ConvolutionWindow, Triple } from "../../../../../runtime/backends/convolution.ts";
import type { View } from "../../../../../runtime/backends/backend.ts";
import { chooseTile } from "../../../../../runtime/backends/cpu/gemm/chosen.ts";
import { tileChoices, tileName } from "../../../../../runtime/backends/cpu/gemm/kernels.ts";
import { canAskForWide } from "../../../../../runtime/backends/cpu/wasm/wide.ts";
import { adopt, allocate } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import { allocateArray, float32, float64, type DType } from "../../../../../runtime/dtype.ts";
import { contiguousStrides, numel, type Shape } from "../../../../../runtime/shape.ts";

/** The sizes of one convolution. */
interface Case {
  readonly dtype: DType;
  readonly images: number;
  readonly groups: number;
  /** Of each group. */
  readonly inChannels: number;
  readonly outChannels: number;
  readonly input: Triple;
  readonly kernel: Triple;
  readonly stride: Triple;
  readonly padding: Triple;
  readonly dilation: Triple;
  readonly bias: boolean;
}

/** Numbers that lie neither at the start of their storage nor at its end. */
function random(shape: Shape, dtype: DType, seed: number): View {
  const [offset, count] = [3, numel(shape)];
  const data = allocateArray(dtype, offset + count + 2);
  for (let i = 0; i < data.length; i++) data[i] = Math.sin(i * 12.9898 + seed) as never; // a dtype of fractions
  return { storage: adopt(data, dtype, false), dtype, shape, strides: contiguousStrides(shape), offset };
}

const guard = 12345;

/** A result between guards. */
function result(shape: Shape, dtype: DType): View {
  const view = {
    storage: allocate(dtype, numel(shape) + 9),
    dtype,
    shape,
    strides: contiguousStrides(shape),
  };
  view.storage.data.fill(guard as never); // a dtype of fractions
  return { ...view, offset: 4 };
}

function outputSize(c: Case): Triple {
  const size = (dim: 0 | 1 | 2): number =>
    Math.floor(
      (c.input[dim] + 2 * c.padding[dim] - c.dilation[dim] * (c.kernel[dim] - 1) - 1) / c.stride[dim],
    ) + 1;
  return [size(0), size(1), size(2)];
}

/** The greatest difference, relative to the sums' sizes; infinite where a guard was overwritten. */
function difference(got: View, expected: View): number {
  const [a, b] = [got.storage.data, expected.storage.data];
  let greatest = 0;
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [Number(a[i]), Number(b[i])];
    const inside = i >= got.offset && i < got.offset + numel(got.shape);
    if (inside && Object.is(x, y)) continue;
    if (!inside && x === guard) continue;
    const error = inside ? Math.abs(x - y) / (1 + Math.abs(y)) : Infinity;
    greatest = Math.max(greatest, Number.isNaN(error) ? Infinity : error);
  }
  return greatest;
}

/** Runs all three maps with the kernels and with the plain loops. */
function differences(c: Case): readonly [forward: number, transposed: number, weight: number] {
  const { dtype, groups } = c;
  const window: ConvolutionWindow = { stride: c.stride, padding: c.padding, dilation: c.dilation, groups };
  const shapes = {
    input: [c.images, c.inChannels * groups, ...c.input],
    output: [c.images, c.outChannels * groups, ...outputSize(c)],
    weight: [c.outChannels * groups, c.inChannels, ...c.kernel],
  };
  const [input, output, weight] = [
    random(shapes.input, dtype, 1),
    random(shapes.output, dtype, 2),
    random(shapes.weight, dtype, 3),
  ];
  const outBias = c.bias ? random([c.outChannels * groups], dtype, 4) : null;
  const inBias = c.bias ? random([c.inChannels * groups], dtype, 5) : null;
  const compare = (shape: Shape, run: (implementation: typeof reference, into: View) => void): number => {
    const [got, expected] = [result(shape, dtype), result(shape, dtype)];
    run(kernels, got);
    run(reference, expected);
    return difference(got, expected);
  };
  return [
    compare(shapes.output, ({ convolution }, into) => convolution(into, input, weight, outBias, window)),
    compare(shapes.input, (from, into) => from.transposedConvolution(into, output, weight, inBias, window)),
    compare(shapes.weight, (from, into) => from.convolutionWeight(into, input, output, window)),
  ];
}

const plain: Case = {
  dtype: float32,
  images: 1,
  groups: 1,
  inChannels: 1,
  outChannels: 1,
  input: [1, 5, 5],
  kernel: [1, 3, 3],
  stride: [1, 1, 1],
  padding: [0, 0, 0],
  dilation: [1, 1, 1],
  bias: false,
};

/** What is wrong with the kernels' results, or `null`. */
function mistake(c: Case): string | null {
  const tolerance = c.dtype === float32 ? 2e-4 : 1e-12;
  const found = differences(c);
  if (found.every((value) => value <= tolerance)) return null;
  return `${JSON.stringify({ ...c, dtype: c.dtype.name })}: differs by ${found.join(", ")}`;
}

const smallTriple = (least: number, most: number): fc.Arbitrary<Triple> =>
  fc.tuple(
    fc.integer({ min: least, max: Math.min(most, 3) }),
    fc.integer({ min: least, max: most }),
    fc.integer({ min: least, max: most }),
  );

/** Convolutions of all kinds, small enough for the plain loops. */
const anyCase: fc.Arbitrary<Case> = fc
  .record({
    dtype: fc.constantFrom(float32, float64),
    images: fc.integer({ min: 1, max: 18 }),
    groups: fc.integer({ min: 1, max: 3 }),
    inChannels: fc.integer({ min: 1, max: 5 }),
    outChannels: fc.integer({ min: 1, max: 14 }),
    input: smallTriple(1, 9),
    kernel: smallTriple(1, 4),
    stride: smallTriple(1, 3),
    padding: smallTriple(0, 3),
    dilation: smallTriple(1, 3),
    bias: fc.boolean(),
  })
  .filter((c) => outputSize(c).every((size) => size > 0));

/** Every tile that this engine can have. */
const tiles = tileChoices
  .map((tile, index) => ({ name: tileName(tile), index, code: tile.code }))
  .filter(({ code }) => code !== "wide" || canAskForWide());

describe.each(tiles)("with $name tiles", ({ index }) => {
  test("the kernels agree with the plain loops for windows of every kind", () => {
    fc.assert(
      fc.property(anyCase, (c) => {
        chooseTile(index);
        expect(mistake(c)).toBeNull();
      }),
      { numRuns: 25 },
    );
  });

  test("every number of rows and positions is right, though tiles reach over their ends", () => {
    for (let outChannels = 1; outChannels <= 9; outChannels++)
      for (let width = 1; width <= 36; width++) {
        chooseTile(index);
        expect(mistake({ ...plain, outChannels, input: [1, 1, width], kernel: [1, 1, 1] })).toBeNull();
      }
  });

  test("the check of what the engine compiled finds nothing wrong", () => {
    expect(areRight("float32", index)).toBe(true);
    expect(areRight("float64", index)).toBe(true);
  });
});

describe("the kernels of convolutions agree with the plain loops", () => {
  test.each<[string, Partial<Case>]>([
    ["a kernel of one element", { kernel: [1, 1, 1], inChannels: 7, outChannels: 13, input: [1, 8, 9] }],
    ["many rows of results", { outChannels: 65, inChannels: 3, images: 2 }],
    ["a step larger than the kernel", { stride: [1, 3, 4], kernel: [1, 2, 2], input: [1, 11, 13] }],
    [
      "a kernel larger than the input, in its padding",
      { kernel: [1, 7, 7], padding: [0, 3, 3], input: [1, 2, 2] },
    ],
    ["padding beyond the kernel's reach", { kernel: [1, 2, 2], padding: [0, 4, 5], input: [1, 3, 3] }],
    ["a plane that is cut into blocks", { input: [1, 130, 130], inChannels: 9, outChannels: 1 }],
    [
      "rows that are cut into blocks",
      { input: [1, 2, 2500], kernel: [1, 2, 5], padding: [0, 1, 2], inChannels: 2 },
    ],
    ["more channels than fit into a block", { input: [1, 1, 2900], inChannels: 410, kernel: [1, 1, 1] }],
    [
      "volumes",
      {
        input: [5, 6, 7],
        kernel: [3, 2, 3],
        padding: [1, 0, 2],
        stride: [2, 1, 2],
        inChannels: 2,
        images: 2,
      },
    ],
    ["a channel for each group", { groups: 9, input: [1, 12, 12], padding: [0, 1, 1], images: 3 }],
  ])("for %s", (_, change) => {
    for (const dtype of [float32, float64])
      expect(mistake({ ...plain, bias: true, ...change, dtype })).toBeNull();
  });
});
