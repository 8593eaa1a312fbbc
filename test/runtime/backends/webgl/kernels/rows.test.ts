import { expect, test } from "vitest";
import { int64 } from "../../../../../runtime/dtype.ts";
import { both, describeWebGL, operand, result } from "../operands.ts";
import { disagreement } from "./compare.ts";

const shapes: readonly { readonly shape: readonly number[] }[] = [
  { shape: [4, 7] },
  { shape: [1, 1] },
  { shape: [3, 700] },
  { shape: [2, 3, 5] },
  { shape: [300, 10] },
];

describeWebGL("rows", () => {
  test.each(shapes)("softmax, its logarithm and their gradients of $shape", ({ shape }) => {
    for (const logarithm of [false, true]) {
      const found = disagreement(({ backend, filled, empty }) => {
        const [result, back] = [empty(shape), empty(shape)];
        backend.softmax(result, filled(shape), logarithm);
        backend.softmaxBackward(back, filled(shape), result, logarithm);
        return [result, back];
      });
      expect(found).toBeNull();
    }
  });

  test("softmax and logSumExp of rows with infinities", () => {
    const { POSITIVE_INFINITY: inf, NaN: nan } = Number;
    const values = [-inf, 0, 1, -inf, -inf, -inf, inf, 0, 1, nan, 0, 1, 1e4, -1e4, 0];
    const found = disagreement(({ backend, filled, empty }) => {
      const [result, sums] = [empty([5, 3]), empty([5])];
      backend.softmax(result, filled([5, 3], values), false);
      backend.logSumExp(sums, filled([5, 3], values));
      return [result, sums];
    });
    expect(found).toBeNull();
  });

  test.each(shapes)("normalisation and its gradients of $shape", ({ shape }) => {
    const [n, rows] = [shape.at(-1)!, shape.slice(0, -1)];
    for (const affine of [false, true]) {
      const found = disagreement(({ backend, filled, empty }) => {
        const [input, grad] = [filled(shape), filled(shape)];
        const [weight, bias] = affine ? [filled([n]), filled([n])] : [null, null];
        const [output, means, scales] = [empty(shape), empty(rows), empty(rows)];
        backend.normalize(output, means, scales, input, weight, bias, 1e-5);
        const [back, gradient] = [empty(shape), empty([n])];
        backend.normalizeBackward(back, grad, input, means, scales, weight);
        backend.normalizeWeightGradient(gradient, grad, input, means, scales);
        const [mean, variance, products] = [empty(rows), empty(rows), empty(rows)];
        backend.moments(mean, variance, input);
        backend.rowProducts(products, input, grad);
        return [output, means, scales, ...(n === 1 ? [] : [back]), gradient, mean, variance, products];
      }, 1e-3);
      expect(found).toBeNull();
    }
  });

  test("losses of labels and their gradient, with weights, ignored ones, and none", () => {
    const classes = [2, 0, 4, 1, 2, 2, 3];
    for (const weighted of [false, true])
      for (const mean of [false, true])
        for (const ignored of [-100, 2]) {
          const found = disagreement(({ backend, filled, empty }) => {
            const labels = {
              labels: filled([7], classes, int64),
              weight: weighted ? filled([5], [1, 2, 0.5, 3, 0.25]) : null,
              ignored,
            };
            const [losses, total, weights, back] = [empty([7]), empty([]), empty([]), empty([7, 5])];
            expect(backend.pickLabels(losses, { total, weights, mean }, filled([7, 5]), labels)).toBe(-1);
            backend.spreadLabels(back, filled([]), mean ? weights : null, labels);
            return [losses, total, weights, back];
          });
          expect(found).toBeNull();
        }
  });

  test("a label that is no class is found", () => {
    const [, device] = both;
    const labels = { labels: operand(device, [1, 2, 5, 5], [4], int64), weight: null, ignored: -100 };
    const sums = { total: result(device, []), weights: result(device, []), mean: false };
    expect(
      device.pickLabels(null, sums, operand(device, [1, 2, 3, 4], [4, 1]), { ...labels, ignored: 1 }),
    ).toBe(1);
  });
});
