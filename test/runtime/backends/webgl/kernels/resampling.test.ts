import { expect, test } from "vitest";
import { describeWebGL } from "../operands.ts";
import { disagreement } from "./compare.ts";

describeWebGL("resampling", () => {
  test.each([false, true])("a sparse map along a dimension, of copies: %s", (copies) => {
    const map = {
      inputSize: 5,
      outputSize: 4,
      begins: Int32Array.of(0, 1, 2, 3, 4).map((begin) => (copies ? begin : 2 * begin)),
      sources: Int32Array.from(copies ? [4, 0, 2, 2] : [0, 1, 1, 4, 2, 3, 0, 4]),
      weights: Float64Array.from(copies ? [1, 1, 1, 1] : [0.5, 0.25, 1, -1, 2, 0.1, 0.3, 0.7]),
      copies,
    };
    const found = disagreement(({ backend, filled, empty }) => {
      const output = empty([3, 4, 2]);
      backend.mapAxis(output, filled([3, 5, 2]), map);
      return [output];
    });
    expect(found).toBeNull();
  });

  test.each([
    { stride: [1, 1], padding: [0, 0], dilation: [1, 1], count: [5, 4] },
    { stride: [2, 1], padding: [1, 1], dilation: [1, 2], count: [3, 4] },
  ] as const)("blocks of images and back, with $stride, $padding and $dilation", (sizes) => {
    const window = { kernel: [2, 3], ...sizes } as const;
    const [rows, columns] = window.count;
    const found = disagreement(({ backend, filled, empty }) => {
      const [blocks, images] = [empty([2, 6, rows * columns]), empty([2, 6, 6])];
      backend.unfoldBlocks(blocks, filled([2, 6, 6]), window);
      backend.foldBlocks(images, filled([2, 6, rows * columns]), window);
      return [blocks, images];
    });
    expect(found).toBeNull();
  });
});
