/** The laws of derivatives. What PyTorch answers to whole programs is in test/oracle/programs/autograd. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { type Tensor } from "../../../runtime/index.ts";

const { grad, hessian, jacfwd, jacrev, jvp, vjp } = torch.func;
const triple = fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: 3, maxLength: 3 });

function double(values: readonly number[]): Tensor {
  return torch.tensor([...values], { dtype: torch.float64 });
}

/** Three numbers from three, each of all. */
function mixed(x: Tensor): Tensor {
  return x.sin().mul(x.sum()).add(x.roll(1).mul(x)).add(x.exp());
}

function pull(x: Tensor, v: Tensor): Tensor {
  const [, pullback] = vjp(mixed, x) as [Tensor, (cotangent: Tensor) => [Tensor]];
  return pullback(v)[0];
}

function largest(x: Tensor): number {
  return Number(x.abs().max().item());
}

const product = (y: Tensor): Tensor => mixed(y).prod();
const total = (y: Tensor): Tensor => mixed(y).sum();
const choose = (y: Tensor): Tensor => (Number(y.item()) > 0 ? y : y.mul(10));

describe("transforms of functions", () => {
  test("a vector-Jacobian product is linear in the vector", () => {
    fc.assert(
      fc.property(triple, triple, triple, (at, first, second) => {
        const [x, v, w] = [double(at), double(first), double(second)];
        const together = pull(x, v.mul(3).add(w));
        expect(largest(together.sub(pull(x, v).mul(3).add(pull(x, w))))).toBeLessThan(1e-9);
      }),
      { numRuns: 20 },
    );
  });

  test("products from the left and from the right are of one Jacobian", () => {
    fc.assert(
      fc.property(triple, triple, triple, (at, first, second) => {
        const [x, v, w] = [double(at), double(first), double(second)];
        const [, pushed] = jvp(mixed, [x], [v]) as [Tensor, Tensor];
        expect(Number(w.dot(pushed).sub(pull(x, w).dot(v)).item())).toBeCloseTo(0, 8);
      }),
      { numRuns: 20 },
    );
  });

  test("a Jacobian is the same row by row and column by column", () => {
    const x = double([0.5, -1, 2]);
    expect(largest((jacrev(mixed)(x) as Tensor).sub(jacfwd(mixed)(x) as Tensor))).toBeLessThan(1e-12);
  });

  test("a Hessian is symmetric, and the same however it is put together", () => {
    const x = double([0.5, -1, 2]);
    const result = hessian(product)(x) as Tensor;
    expect(largest(result.sub(result.t()))).toBeLessThan(1e-9);
    expect(largest(result.sub(jacrev(jacfwd(product))(x) as Tensor))).toBeLessThan(1e-9);
  });

  test("an example among many has the gradient that it has alone", () => {
    const x = double([0.5, -1, 2]);
    const many = torch.stack([x, x.mul(2)]);
    const together = torch.vmap(grad(total))(many) as Tensor;
    expect(largest(together.select(0, 1).sub(grad(total)(x.mul(2)) as Tensor))).toBeLessThan(1e-12);
  });

  test("what is computed for nobody outside leaves no history", () => {
    const x = torch.ones(3);
    const result = grad(grad((y: Tensor) => y.pow(3).sum().mul(0.5)) as (y: Tensor) => Tensor);
    expect(() => result(x)).toThrow("Expected f(*args) to return a scalar Tensor");
    expect((grad((y: Tensor) => y.pow(3).sum())(x) as Tensor).grad_fn).toBeNull();
    expect((jacrev((y: Tensor) => y.mul(y))(x) as Tensor).requires_grad).toBe(false);
  });
});

describe("vmap", () => {
  test("works with what depends on the data, which PyTorch refuses", () => {
    const x = torch.tensor([1, -2, 3]);
    expect((torch.vmap(choose)(x) as Tensor).tolist()).toEqual([1, -20, 3]);
  });

  test("gives results of the right shape for no examples", () => {
    const result = torch.vmap((y: Tensor) => y.mul(2))(torch.zeros(0, 3)) as Tensor;
    expect(result.shape).toEqual([0, 3]);
  });

  test("refuses to share a result that differs between examples", () => {
    expect(() => torch.vmap((y: Tensor) => y, { out_dims: null })(torch.tensor([1, 2]))).toThrow(
      "the result differs between the examples",
    );
  });
});
