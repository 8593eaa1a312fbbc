import { expect, test } from "vitest";
import torch, { autograd, nn } from "../../../runtime/index.ts";

const image = torch.sin(torch.arange(60).mul(1.7)).reshape(1, 5, 3, 4);

test("CrossMapLRN2d gives PyTorch's numbers, and the derivative of what it computed", () => {
  const layer = new nn.CrossMapLRN2d(3, 0.5, 0.75, 2);
  const every = layer(image).flatten().tolist() as number[];
  // Every seventh of PyTorch's, to six digits.
  const expected = [0, -0.346528, -0.542405, -0.504349, -0.242333, 0.100248, 0.401997, 0.529484, 0.438149];
  expected.forEach((value, index) => expect(every[7 * index]).toBeCloseTo(value, 5));
  const x = image.double().requires_grad_();
  expect(autograd.gradcheck(layer, [x])).toBe(true);
});

test("CrossMapLRN2d prints its numbers, and takes images in batches only", () => {
  expect(String(new nn.CrossMapLRN2d(3, 0.5, { k: 2 }))).toBe("CrossMapLRN2d(3, alpha=0.5, beta=0.75, k=2)");
  expect(() => new nn.CrossMapLRN2d(2)(torch.randn(2, 3))).toThrow(
    "CrossMapLRN2d: Expected input to be 4D, got 2D instead",
  );
});
