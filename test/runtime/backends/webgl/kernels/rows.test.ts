import { expect, test } from "vitest";
import { describeWebGL } from "../operands.ts";
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
});
