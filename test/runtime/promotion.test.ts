/** Laws of promotion and broadcasting. PyTorch's own answers for every pair of dtypes are in test/oracle. */
import fc from "fast-check";
import { expect, test } from "vitest";
import torch from "../../runtime/index.ts";
import { dtypes } from "../../runtime/dtype.ts";
import { broadcastShapes } from "../../runtime/shape.ts";

const anyDtype = fc.constantFrom(...Object.values(dtypes));
const anyShape = fc.array(fc.constantFrom(1, 2, 3), { maxLength: 3 });

test("promotion does not depend on the order, and never loses a category", () => {
  fc.assert(
    fc.property(anyDtype, anyDtype, anyDtype, (a, b, c) => {
      expect(torch.promote_types(a, b)).toBe(torch.promote_types(b, a));
      expect(torch.promote_types(torch.promote_types(a, b), c)).toBe(
        torch.promote_types(a, torch.promote_types(b, c)),
      );
      expect(torch.can_cast(a, torch.promote_types(a, b))).toBe(true);
    }),
  );
});

/** The shape of a result, or that there is none. */
function attempt(left: number[], right: number[]): unknown {
  try {
    return broadcastShapes(left, right);
  } catch {
    return "does not broadcast";
  }
}

test("broadcasting does not depend on the order, and keeps a shape as it is with itself", () => {
  fc.assert(
    fc.property(anyShape, anyShape, (a, b) => {
      expect(attempt(a, b)).toEqual(attempt(b, a));
      expect(attempt(a, a)).toEqual(a);
    }),
  );
});

test("an operation on broadcast operands is the operation on expanded ones", () => {
  fc.assert(
    fc.property(anyShape, fc.nat(7), (shape, drop) => {
      const other = shape.map((size, dim) => (drop & (1 << dim) ? 1 : size));
      const [x, y] = [torch.rand(shape), torch.rand(other)];
      expect(x.mul(y).tolist()).toEqual(x.mul(y.expand(shape).clone()).tolist());
    }),
  );
});

test("a whole number is an int beside a tensor, and a number is the default dtype as data", () => {
  expect(torch.tensor([1n, 2n]).mul(2).dtype).toBe(torch.int64);
  expect(torch.tensor([1n, 2n]).mul(2.5).dtype).toBe(torch.float32);
  expect(torch.tensor([1, 2]).dtype).toBe(torch.float32);
  expect(torch.arange(5).dtype).toBe(torch.int64);
  expect(torch.tensor([true]).add(1).dtype).toBe(torch.int64);
});

test("a fraction keeps float64's digits beside a float64 tensor, and takes the default dtype where there is none", () => {
  const x = torch.tensor(1, { dtype: torch.float64 });
  expect([x.mul(0.1).item(), x.add(0.1).item(), x.sub(1, { alpha: 0.1 }).item()]).toEqual([0.1, 1.1, 0.9]);
  expect(torch.where(torch.tensor([true]), 0.1, 0.2).dtype).toBe(torch.float32);
  expect(torch.tensor([1n]).mul(0.5).dtype).toBe(torch.float32);
});

test("int64 is exact beyond 2^53", () => {
  const big = torch.tensor([2n ** 60n + 1n]);
  expect(big.add(1).item()).toBe(2n ** 60n + 2n);
  expect(big.sub(big).item()).toBe(0);
});
