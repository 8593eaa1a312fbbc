import { expect, test } from "vitest";
import torch, { nn } from "../../../runtime/index.ts";

function makeLayer(): nn.AdaptiveLogSoftmaxWithLoss {
  torch.manual_seed(1);
  return new nn.AdaptiveLogSoftmaxWithLoss(6, 12, [3, 7], { div_value: 2 });
}

test("the probabilities of all classes add up to 1, and each is what the loss of that class says", () => {
  const layer = makeLayer();
  const x = torch.randn(1, 6);
  const all = layer.log_prob(x);
  expect(all.exp().sum().item()).toBeCloseTo(1, 5);
  const each = Array.from({ length: 12 }, (_, label) =>
    layer(x, torch.tensor([BigInt(label)])).output.item(),
  );
  expect(torch.allclose(all.select(0, 0), torch.tensor(each), { atol: 1e-5 })).toBe(true);
});

test("predicts the most probable class where the head points at a cluster", () => {
  const layer = makeLayer();
  const x = torch.randn(20, 6).mul(4);
  const first = layer.head(x).argmax(1);
  const expected = layer.log_prob(x).argmax(1).where(first.ge(3), first);
  expect(layer.predict(x).tolist()).toEqual(expected.tolist());
  expect(first.ge(3).any().item()).toBe(true);
});

test("refuses cutoffs that do not rise, and targets that are no class or do not fit", () => {
  for (const cutoffs of [[3, 3], [0, 2], [2, 12], [2.5]])
    expect(() => new nn.AdaptiveLogSoftmaxWithLoss(6, 12, cutoffs)).toThrow(
      "cutoffs should be a sequence of unique, positive integers sorted in an increasing order",
    );
  expect(() => new nn.AdaptiveLogSoftmaxWithLoss(6, 12, [])).toThrow("length larger than 0");
  const layer = makeLayer();
  const x = torch.randn(2, 6);
  expect(() => layer(x, torch.tensor([0n, 12n]))).toThrow(
    "Target values should be in [0, 11], but values in range [0, 12] were found",
  );
  expect(() => layer(x, torch.tensor([0n]))).toThrow("same size in the batch dimension");
  expect(() => layer(x, torch.tensor(0n))).toThrow("0D target tensor expects 1D input tensors");
  expect(() => layer(x, torch.tensor([[0n], [1n]]))).toThrow("multi-target not supported");
});

test("its result has names, is taken apart, and prints as a named tuple", () => {
  const result = makeLayer()(torch.zeros(2, 6), torch.tensor([0n, 1n]));
  const [output, loss] = result;
  expect(output === result.output && loss === result.loss).toBe(true);
  expect(String(result)).toMatch(
    /^_ASMoutput\(output=tensor\(\[-1\.6094, -1\.6094\], grad_fn=<.*>\), loss=tensor\(1\.6094, /,
  );
});
