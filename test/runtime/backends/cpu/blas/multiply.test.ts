import { afterEach, describe, expect, test } from "vitest";
import torch, { type Tensor } from "../../../../../runtime/index.ts";
import { blas } from "../../../../../runtime/backends/settings.ts";

afterEach(() => {
  blas.enabled = false;
});

/** What `compute` gives with the library and without it. */
function both(compute: () => Tensor): [Tensor, Tensor] {
  blas.enabled = true;
  const withLibrary = compute();
  blas.enabled = false;
  return [withLibrary, compute()];
}

function numbers(...shape: number[]): Tensor {
  return torch
    .arange(shape.reduce((x, y) => x * y, 1))
    .mul(0.37)
    .sin()
    .reshape(shape);
}

test("the library is off at first", () => {
  expect(blas.enabled).toBe(false);
});

// A machine without OpenBLAS, Accelerate or koffi has nothing to test here; the next describe says what it answers then.
describe.skipIf(!blas.is_available())("with a BLAS library in the system", () => {
  test("it is named, with its version", () => {
    expect(blas.library).toMatch(/blas|Accelerate/);
    expect(blas.version()).toMatch(/BLAS|Accelerate/i);
  });

  test.each([
    ["row-major", numbers(60, 50), numbers(50, 70)],
    ["a transposed left", numbers(50, 60).t(), numbers(50, 70)],
    ["a transposed right", numbers(60, 50), numbers(70, 50).t()],
    ["both transposed", numbers(50, 60).t(), numbers(70, 50).t()],
    [
      "parts of larger matrices",
      numbers(61, 55).narrow(1, 3, 50).narrow(0, 1, 60),
      numbers(50, 90).narrow(1, 7, 70),
    ],
    ["float64", numbers(60, 50).double(), numbers(50, 70).double()],
    ["a batch", numbers(3, 60, 50), numbers(3, 70, 50).transpose(1, 2)],
    ["a repeated row, which the library cannot read", numbers(1, 50).expand(60, 50), numbers(50, 70)],
    ["an inner size of 1", numbers(300, 1), numbers(1, 300)],
  ])("it gives the product of %s", (_, left, right) => {
    const [withLibrary, without] = both(() => left.matmul(right));
    expect(withLibrary.sub(without).abs().max().item()).toBeLessThan(1e-4);
  });

  test("it adds a bias and an earlier result", () => {
    for (const input of [numbers(70), numbers(60, 70)]) {
      const [withLibrary, without] = both(() => torch.addmm(input, numbers(60, 50), numbers(50, 70)));
      expect(withLibrary.sub(without).abs().max().item()).toBeLessThan(1e-4);
    }
  });
});
