import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { histograms, nn, type Tensor } from "../../../runtime/index.ts";
import { spreadOf } from "../../../runtime/training/spread.ts";

function network(): nn.Sequential {
  torch.manual_seed(0);
  return new nn.Sequential(new nn.Linear(2, 8), new nn.ReLU(), new nn.Linear(8, 1));
}

function learn(model: nn.Sequential, scale = 1): void {
  model.zero_grad();
  model(torch.randn(16, 2)).pow(2).mean().mul(scale).backward();
}

describe("histograms", () => {
  test("keeps weights, gradients and outputs of each layer at each record", () => {
    const model = network();
    const seen = histograms(model, { bins: 10 });
    for (let step = 0; step < 3; step++) {
      learn(model);
      seen.record(step * 10);
    }
    expect(seen.layers.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "0 Linear",
      "1 ReLU",
      "2 Linear",
    ]);
    const [linear, relu] = seen.layers;
    expect(linear?.weights.map(({ step }) => step)).toEqual([0, 10, 20]);
    expect(linear?.weights[0]?.counts.reduce((sum, count) => sum + count)).toBe(16);
    expect(linear?.gradients).toHaveLength(3);
    expect(relu?.weights).toEqual([]);
    expect(relu?.activations[0]?.counts).toHaveLength(10);
    expect(relu?.activations[0]?.range[0]).toBe(0);
    expect(String(seen)).toMatch(
      /^Layer +Weights +Gradients +Outputs +of which 0\n─+\n0: Linear +\S+ ± \S+ +\S+ ± /,
    );
  });

  test("keeps no gradients and outputs that are not there, and hears nothing after it is closed", () => {
    const model = network();
    const seen = histograms(model).record();
    expect(seen.layers[0]).toMatchObject({ gradients: [], activations: [] });
    seen.close();
    learn(model);
    expect(seen.record().layers[0]?.activations).toEqual([]);
    expect(seen.layers[0]?.gradients).toHaveLength(1);
  });

  test("thins out many records, so that the memory is bounded", () => {
    const model = network();
    const seen = histograms(model);
    for (let step = 0; step < 600; step++) seen.record();
    const steps = seen.layers[0]?.weights.map(({ step }) => step) ?? [];
    expect(steps.length).toBeLessThanOrEqual(128);
    expect([steps[0], (steps.at(-1) ?? 0) > 580]).toEqual([0, true]);
  });

  test("warns of units that gave 0 for every example", () => {
    const model = network();
    torch.no_grad(() => [...model[0]!.parameters()].forEach((each) => each.fill_(-1)));
    const seen = histograms(model);
    model(torch.rand(16, 2));
    expect(seen.record().warnings).toEqual([
      "1 (ReLU): 8 of 8 units gave 0 for every example of the last batch (dead). Try a smaller learning rate, or LeakyReLU.",
    ]);
  });

  test("warns of gradients that vanish, explode, or are no numbers", () => {
    const model = new nn.Sequential(new nn.Linear(2, 2), new nn.Sigmoid(), new nn.Linear(2, 1));
    const seen = histograms(model);
    const warningsFor = (first: number, last: number): readonly string[] => {
      const [one, , other] = [...model.children()] as [nn.Linear, nn.Module, nn.Linear]; // as they were made above
      one.weight.grad = torch.full([2, 2], first, { dtype: torch.float32 });
      other.weight.grad = torch.full([1, 2], last, { dtype: torch.float32 });
      return seen.record().warnings;
    };
    expect(warningsFor(0.1, 0.2)).toEqual([]);
    expect(warningsFor(1e-6, 0.2)[0]).toMatch(
      /^0 \(Linear\): its gradient is 200,000 times smaller than that of 2 \(Linear\) \(vanishing\)/,
    );
    expect(warningsFor(0, 0.2)[0]).toContain("its gradient is 0, so it learns nothing");
    expect(warningsFor(5000, 1)[0]).toContain("its gradient is about 5,000 (exploding)");
    expect(seen.text).toContain("⚠ 0 (Linear)");
    torch.no_grad(() =>
      (model[0]!.parameters().next().value as Tensor).grad?.index_put_(
        [torch.tensor(0n)],
        torch.tensor(Number.NaN),
      ),
    );
    expect(seen.record().warnings[0]).toContain("NaN or infinite");
  });

  test("a spread counts every finite number once, between its smallest and its largest", () => {
    fc.assert(
      fc.property(fc.array(fc.float({ noDefaultInfinity: false }), { minLength: 1 }), (numbers) => {
        const spread = spreadOf([torch.tensor(numbers)], 0, 7);
        const finite = numbers.filter(Number.isFinite);
        expect(spread === null).toBe(finite.length === 0);
        if (spread === null) return;
        expect(spread.counts.reduce((sum, count) => sum + count)).toBe(finite.length);
        expect(spread.range).toEqual([Math.min(...finite) + 0, Math.max(...finite) + 0]);
        expect(spread.nonFinite).toBe(numbers.length - finite.length);
      }),
    );
  });

  test("says what is wrong with its arguments", () => {
    expect(() => histograms({} as never)).toThrow("histograms: expected a Module, got a Object.");
    expect(() => histograms(network(), { bins: 1 })).toThrow(
      "bins is 1, expected a whole number, 2 or more.",
    );
  });
});
