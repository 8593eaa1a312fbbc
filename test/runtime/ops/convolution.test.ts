import { expect, test } from "vitest";
import torch, { autograd, F } from "../../../runtime/index.ts";

test.each([
  ["a convolution", F.conv2d, [0, 2, 4, 4]],
  ["a transposed convolution", F.conv_transpose2d, [0, 2, 3, 3]],
] as const)(
  "%s of no images has a weight gradient of zero, and leaves everything else as it was",
  (_, conv, shape) => {
    const weight = torch.ones(2, 2, 3, 3).requires_grad_();
    const [gradient] = autograd.grad([conv(torch.zeros(shape), weight).sum()], [weight]);
    expect(gradient!.eq(0).all().item()).toBe(true);
    expect(
      conv(torch.ones(1, 2, 4, 4), weight)
        .sum()
        .item(),
    ).toBeGreaterThan(0);
  },
);
