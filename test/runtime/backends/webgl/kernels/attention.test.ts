import { expect, test } from "vitest";
import { describeWebGL, viewOf } from "../operands.ts";
import { disagreement } from "./compare.ts";

describeWebGL("attention", () => {
  test.each([false, true])("of heads that lie across rows, and its gradients, with a mask: %s", (masked) => {
    const [n, h, l, s, e, v] = [2, 3, 4, 5, 6, 7];
    const forbidden = Array.from({ length: n * l * s }, (_, i) =>
      i % 4 === 1 || i < s ? Number.NEGATIVE_INFINITY : i / 50,
    );
    const found = disagreement(({ backend, filled, empty }) => {
      const whole = filled([n, l, h * e]);
      const query = viewOf(whole.storage, whole.dtype, [n, h, l, e], [l * h * e, e, h * e, 1]);
      const [key, value] = [filled([n, h, s, e]), filled([n, h, s, v])];
      const rows = filled([n, 1, l, s], forbidden);
      const mask = masked ? viewOf(rows.storage, rows.dtype, [n, h, l, s], [l * s, 0, s, 1]) : null;
      const operands = { query, key, value, scale: 0.4 };
      const [output, weights] = [empty([n, h, l, v]), empty([n, h, l, s])];
      backend.attention(output, weights, operands, mask);
      const gradients = { query: empty([n, h, l, e]), key: empty([n, h, s, e]), value: empty([n, h, s, v]) };
      backend.attentionBackward(gradients, filled([n, h, l, v]), weights, operands);
      return [output, weights, gradients.query, gradients.key, gradients.value];
    });
    expect(found).toBeNull();
  });
});
