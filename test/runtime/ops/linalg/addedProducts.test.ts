import { expect, test } from "vitest";
import torch, { type Tensor } from "../../../../runtime/index.ts";

/** The numbers of PyTorch 2.13 for the same calls. */
const expected = {
  bfloat16: {
    addmm: [2.90625, -2.40625, -0.8125, -0.49609375],
    baddbmm: [-0.1357421875, -1.859375, 0.470703125, -0.78515625, 2.15625, 0.796875, 3.84375, 0.58984375],
    addbmm: [3.234375, -2.546875, 2.765625, 0.71484375],
    addmv: [3.328125, 0.1796875],
    addr: [8.4375, 0.26171875, -1.640625, 0.390625],
  },
  float16: {
    addmm: [2.916015625, -2.3984375, -0.8134765625, -0.497314453125],
    baddbmm: [
      -0.13623046875, -1.85546875, 0.46435546875, -0.78515625, 2.16015625, 0.802734375, 3.857421875,
      0.59228515625,
    ],
    addbmm: [3.23828125, -2.5390625, 2.76171875, 0.71875],
    addmv: [3.3203125, 0.1832275390625],
    addr: [8.4453125, 0.26318359375, -1.6533203125, 0.389892578125],
  },
};

test.each(["bfloat16", "float16"] as const)("sums of %s are rounded where PyTorch rounds them", (name) => {
  torch.manual_seed(0);
  const draw = (...shape: number[]): Tensor => torch.randn(shape).to(torch[name]);
  const [input, mat1, mat2] = [draw(2, 2), draw(2, 3), draw(3, 2)];
  const [batches, batch1, batch2] = [draw(2, 2, 2), draw(2, 2, 3), draw(2, 3, 2)];
  const [rows, inner, columns] = [draw(2), draw(3), draw(2)];
  const factors = { beta: 0.7, alpha: 1.3 };
  const results = {
    addmm: torch.addmm(input, mat1, mat2, factors),
    baddbmm: torch.baddbmm(batches, batch1, batch2, factors),
    addbmm: torch.addbmm(input, batch1, batch2, factors),
    addmv: torch.addmv(rows, mat1, inner, factors),
    addr: torch.addr(input, rows, columns, factors),
  };
  const numbers = Object.entries(results).map(([key, sum]) => [key, sum.double().flatten().tolist()]);
  expect(Object.fromEntries(numbers)).toEqual(expected[name]);
});
