import fc from "fast-check";
import { expect, test } from "vitest";
import type { ConvolutionWindow } from "../../../../../runtime/backends/convolution.ts";
import { describeWebGL } from "../operands.ts";
import { disagreement } from "./compare.ts";

interface Case {
  readonly images: number;
  readonly channels: number;
  readonly outputs: number;
  readonly coarse: readonly [number, number, number];
  readonly kernel: readonly [number, number, number];
  readonly window: ConvolutionWindow;
}

/** All three roles of one convolution. */
function roles({ images, channels, outputs, coarse, kernel, window }: Case): unknown {
  const { groups, stride, padding, dilation } = window;
  const fine = coarse.map((size, dim) =>
    Math.max((size - 1) * stride[dim]! + (kernel[dim]! - 1) * dilation[dim]! + 1 - 2 * padding[dim]!, 1),
  );
  const input = [images, channels * groups, ...fine];
  const output = [images, outputs * groups, ...coarse];
  const weight = [outputs * groups, channels, ...kernel];
  return disagreement(({ backend, filled, empty }) => {
    const [result, back, gradient] = [empty(output), empty(input), empty(weight)];
    const kernels = filled(weight);
    backend.convolution(result, filled(input), kernels, filled([outputs * groups]), window);
    backend.transposedConvolution(back, filled(output), kernels, null, window);
    backend.convolutionWeight(gradient, filled(input), filled(output), window);
    return [result, back, gradient];
  }, 1e-3);
}

const plain: ConvolutionWindow = { stride: [1, 1, 1], padding: [0, 0, 0], dilation: [1, 1, 1], groups: 1 };
const triple = (min: number, max: number): fc.Arbitrary<[number, number, number]> =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max }), fc.integer({ min, max }));

describeWebGL("convolutions", () => {
  test("an image with one channel, as the first layer of LeNet has it", () => {
    const sizes = {
      images: 4,
      channels: 1,
      outputs: 6,
      coarse: [1, 24, 24],
      kernel: [1, 5, 5],
      window: plain,
    } as const;
    expect(roles(sizes)).toBeNull();
  });

  test("3 × 3 with padding, as most networks have it", () => {
    const window = { ...plain, padding: [0, 1, 1] } as const;
    const sizes = {
      images: 2,
      channels: 5,
      outputs: 7,
      coarse: [1, 9, 9],
      kernel: [1, 3, 3],
      window,
    } as const;
    expect(roles(sizes)).toBeNull();
  });

  test("any window, in one to three dimensions, with groups", () => {
    const sizes = fc.record({
      images: fc.integer({ min: 1, max: 3 }),
      channels: fc.integer({ min: 1, max: 3 }),
      outputs: fc.integer({ min: 1, max: 3 }),
      coarse: triple(1, 4),
      kernel: triple(1, 3),
      window: fc.record({
        stride: triple(1, 3),
        padding: triple(0, 1),
        dilation: triple(1, 2),
        groups: fc.integer({ min: 1, max: 2 }),
      }),
    });
    fc.assert(
      fc.property(sizes, (chosen) => {
        expect(roles(chosen)).toBeNull();
      }),
      { numRuns: 25 },
    );
  });
});
