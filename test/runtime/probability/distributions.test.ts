/** Numbers are PyTorch's, after the same seed. */
import { describe, expect, test } from "vitest";
import torch, { type Tensor } from "../../../runtime/index.ts";

const { Bernoulli, Categorical, Normal, Uniform, kl_divergence } = torch.distributions;

function listed(tensor: Tensor): number[] {
  return tensor
    .flatten()
    .tolist<number[]>()
    .map((value) => Math.round(value * 1e4) / 1e4);
}

const normals = (): torch.distributions.Normal => new Normal(torch.tensor([0.5, -1]), torch.tensor([1, 2]));
const weighted = (): torch.distributions.Categorical =>
  new Categorical(
    torch.tensor([
      [1, 2, 3],
      [3, 0, 1],
    ]),
  );

describe("Normal", () => {
  test("draws PyTorch's numbers, in the shape of the draws before that of the batch", () => {
    torch.manual_seed(0);
    expect(listed(normals().sample())).toEqual([2.041, -1.5869]);
    const several = normals().sample([2]);
    expect(several.shape).toEqual([2, 2]);
    expect(listed(several)).toEqual([-1.6788, 0.1369, -0.5845, -3.7972]);
  });

  test("has densities, distribution functions and entropies", () => {
    const at = torch.tensor([
      [0, 1],
      [2, 3],
    ]);
    expect(listed(normals().log_prob(at))).toEqual([-1.0439, -2.1121, -2.0439, -3.6121]);
    expect(listed(normals().cdf(0.3))).toEqual([0.4207, 0.7422]);
    expect(listed(normals().icdf(0.3))).toEqual([-0.0244, -2.0488]);
    expect(listed(normals().entropy())).toEqual([1.4189, 2.1121]);
    expect(listed(normals().perplexity())).toEqual([4.1327, 8.2655]);
  });

  test("rsample lets gradients through to the parameters, and sample does not", () => {
    const loc = torch.zeros(3, { requires_grad: true });
    const normal = new Normal({ loc, scale: 2 });
    expect(normal.sample().requires_grad).toBe(false);
    normal.rsample([5]).sum().backward();
    expect(listed(loc.grad)).toEqual([5, 5, 5]);
  });

  test("prints its parameters, and refuses what they cannot be", () => {
    expect(String(new Normal(0, 1))).toBe("Normal(loc: 0.0, scale: 1.0)");
    expect(String(normals())).toBe("Normal(loc: torch.Size([2]), scale: torch.Size([2]))");
    expect(() => new Normal(0, -1)).toThrow("Expected parameter scale");
    expect(() => new Normal(torch.tensor([NaN]), 1)).toThrow("to satisfy the constraint Real()");
    expect(new Normal(0, -1, false).scale.item()).toBe(-1);
  });
});

describe("Categorical", () => {
  test("draws PyTorch's classes", () => {
    torch.manual_seed(3);
    const drawn = weighted().sample([4]);
    torch.manual_seed(3);
    expect(drawn.dtype).toBe(torch.int64);
    expect(drawn.shape).toEqual([4, 2]);
    expect(listed(drawn)).toEqual(listed(weighted().probs.multinomial(4, true).t()));
  });

  test("divides weights by their sum, and has their logarithms", () => {
    expect(listed(weighted().probs)).toEqual([0.1667, 0.3333, 0.5, 0.75, 0, 0.25]);
    expect(listed(weighted().log_prob(torch.tensor([1n, 0n])))).toEqual([-1.0986, -0.2877]);
    expect(listed(weighted().log_prob(0))).toEqual([-1.7918, -0.2877]);
    expect(listed(weighted().entropy())).toEqual([1.0114, 0.5623]);
    expect(listed(weighted().mode)).toEqual([2, 0]);
  });

  test("teaches a policy: gradients flow through log_prob", () => {
    const logits = torch.zeros(2, { requires_grad: true });
    new Categorical({ logits }).log_prob(1).backward();
    expect(listed(logits.grad)).toEqual([-0.5, 0.5]);
  });

  test("refuses NaN, both kinds of parameters, and neither", () => {
    expect(() => new Categorical(torch.tensor([NaN, 1]))).toThrow("Simplex()");
    expect(() => new Categorical(torch.ones(2), torch.ones(2))).toThrow("but not both");
    expect(() => new Categorical()).toThrow("but not both");
    expect(() => new Categorical(torch.tensor(1))).toThrow("must be at least one-dimensional");
    expect(() => weighted().rsample()).toThrow("no rsample");
  });
});

describe("Bernoulli and Uniform", () => {
  test("have PyTorch's densities, moments and entropies", () => {
    const odds = new Bernoulli({ logits: torch.tensor([0.3, -2]) });
    expect(listed(odds.probs)).toEqual([0.5744, 0.1192]);
    expect(listed(odds.log_prob(torch.tensor([1, 0])))).toEqual([-0.5544, -0.1269]);
    expect(listed(odds.entropy())).toEqual([0.682, 0.3653]);
    expect(listed(new Bernoulli(torch.tensor([0.2, 0.9])).logits)).toEqual([-1.3863, 2.1972]);
    expect(listed(new Bernoulli(torch.tensor([0, 1])).sample([2]))).toEqual([0, 1, 0, 1]);
    const uniform = new Uniform(torch.tensor([0, 1]), torch.tensor([3, 4]));
    expect(listed(uniform.log_prob(torch.tensor([1, 5])))).toEqual([-1.0986, -Infinity]);
    expect(listed(uniform.variance)).toEqual([0.75, 0.75]);
    expect(() => new Uniform(1, 1)).toThrow("low >= high");
  });
});

describe("kl_divergence", () => {
  test("is PyTorch's for two of one kind", () => {
    const other = new Categorical({
      logits: torch.tensor([
        [0.1, 0.2, 0.3],
        [1, 2, -1],
      ]),
    });
    expect(listed(kl_divergence(normals(), new Normal(0, 1)))).toEqual([0.125, 1.3069]);
    expect(listed(kl_divergence(weighted(), other))).toEqual([0.0572, 1.2867]);
    expect(listed(kl_divergence(other, weighted()))).toEqual([0.0628, Infinity]);
    const odds = new Bernoulli({ logits: torch.tensor([0.3, -2]) });
    expect(listed(kl_divergence(new Bernoulli(torch.tensor([0.2, 0.9])), odds))).toEqual([0.294, 1.6018]);
    expect(listed(kl_divergence(new Uniform(0, 2), new Uniform(0, 6)))).toEqual([1.0986]);
    expect(listed(kl_divergence(new Uniform(0, 4), new Uniform(0, 2)))).toEqual([Infinity]);
    expect(() => kl_divergence(odds, other)).toThrow("No KL(p || q)");
  });
});
