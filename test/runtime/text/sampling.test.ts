import fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { F, nn, text, type Tensor } from "../../../runtime/index.ts";

const scores = fc
  .array(fc.float({ min: -8, max: 8, noNaN: true }), { minLength: 1, maxLength: 12 })
  .map((values) => torch.tensor(values));

/** How often each token comes in many draws. */
function frequencies(logits: Tensor, options: text.SamplingOptions, draws = 2000): number[] {
  torch.manual_seed(0);
  const drawn = text.sample(logits.expand(draws, -1), options);
  return torch.bincount(drawn, { minlength: logits.length }).div(draws).tolist() as number[];
}

/** The largest difference of two lists. */
function deviation(drawn: readonly number[], expected: readonly number[]): number {
  return Math.max(...expected.map((share, i) => Math.abs(drawn[i]! - share)));
}

/** A model that says that the next id is one more. */
function counting(ids: Tensor): Tensor {
  return F.one_hot(ids.add(1).remainder(5), 5).float().mul(50);
}

describe("sample", () => {
  test("draws what PyTorch's multinomial draws", () => {
    const logits = torch.randn(5, 9);
    torch.manual_seed(3);
    const ours = text.sample(logits, { temperature: 0.7 });
    torch.manual_seed(3);
    const theirs = F.softmax(logits.div(0.7), -1).multinomial(1);
    expect(ours.tolist()).toEqual(theirs.squeeze(1).tolist());
  });

  test("gives one token for each row of scores", () => {
    for (const shape of [[7], [3, 7], [2, 3, 7]]) {
      const drawn = text.sample(torch.randn(shape));
      expect([drawn.shape, drawn.dtype]).toEqual([shape.slice(0, -1), torch.int64]);
    }
  });

  test("takes the first of the likeliest where one is left", () => {
    fc.assert(
      fc.property(scores, (logits) => {
        const [likeliest] = logits.sort({ descending: true, stable: true }).indices.tolist() as number[];
        expect(text.sample(logits, { top_k: 1 }).item()).toBe(likeliest);
        expect(text.sample(logits, { top_p: 1e-6 }).item()).toBe(likeliest);
        expect(text.sample(logits, { temperature: 0 }).item()).toBe(logits.argmax(-1).item());
      }),
    );
  });

  test("comes to the likeliest as the temperature goes to zero, without overflow", () => {
    fc.assert(
      fc.property(scores, fc.constantFrom(1e-6, 1e-20, 1e-300), (logits, temperature) => {
        const drawn = Number(text.sample(logits, { temperature }).item());
        // Of equal scores, any may come.
        expect(logits.tolist()).toSatisfy((values: number[]) => values[drawn]! >= Math.max(...values) - 1e-4);
      }),
    );
  });

  test("never draws beyond the k likeliest, and draws all of them", () => {
    const logits = torch.tensor([0, 3, 1, 2.5, -1]);
    const often = frequencies(logits, { top_k: 3 });
    expect(often.map((share) => share > 0)).toEqual([false, true, true, true, false]);
    expect(frequencies(logits, { top_k: 99 })).toEqual(frequencies(logits, {}));
  });

  test("leaves the fewest tokens that have the probability together", () => {
    const logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log();
    const left = (top_p: number): number =>
      frequencies(logits, { top_p }).filter((share) => share > 0).length;
    expect([0.3, 0.49, 0.6, 0.79, 0.9, 0.97, 1].map(left)).toEqual([1, 1, 2, 2, 3, 4, 4]);
  });

  test("draws tokens as often as they are likely, also when some are left out", () => {
    const logits = torch.tensor([0.5, 0.3, 0.15, 0.05]).log();
    expect(deviation(frequencies(logits, {}), [0.5, 0.3, 0.15, 0.05])).toBeLessThan(0.04);
    expect(deviation(frequencies(logits, { top_k: 2 }), [0.625, 0.375, 0, 0])).toBeLessThan(0.04);
    expect(
      deviation(frequencies(logits, { temperature: 0.5 }), [0.6849, 0.2466, 0.0616, 0.0068]),
    ).toBeLessThan(0.04);
  });

  test("draws from a generator of the caller, and leaves the default one alone", () => {
    const before = torch.get_rng_state().tolist();
    const draws = [1, 1].map((seed) => {
      const generator = new torch.Generator().manual_seed(seed);
      return text.sample(torch.zeros(64, 10), { generator }).tolist();
    });
    expect(draws[0]).toEqual(draws[1]);
    expect(torch.get_rng_state().tolist()).toEqual(before);
  });

  test("takes scores of 16 bits, and scores that want gradients", () => {
    const logits = torch.tensor([0, 9, 0], { dtype: torch.float16, requires_grad: true });
    expect(text.sample(logits, { temperature: 0.01 }).item()).toBe(1);
    expect(text.sample(logits, { top_k: 2 }).requires_grad).toBe(false);
  });

  test("refuses settings that make no sense", () => {
    const logits = torch.zeros(3);
    expect(() => text.sample(logits, { temperature: -1 })).toThrow("temperature must be 0 or more, got -1");
    expect(() => text.sample(logits, { temperature: NaN })).toThrow("temperature must be 0 or more");
    expect(() => text.sample(logits, { top_k: 0 })).toThrow("top_k must be a whole number of at least 1");
    expect(() => text.sample(logits, { top_p: 0 })).toThrow("top_p must be above 0 and at most 1, got 0");
    expect(() => text.sample(logits, { top_p: 90 })).toThrow("top_p must be above 0 and at most 1, got 90");
    expect(() => text.sample(torch.tensor(1))).toThrow("expected a score for each token");
  });
});

describe("generate", () => {
  test("appends what the model says to the ids", () => {
    const ids = torch.tensor([1n, 2n]);
    expect(text.generate(counting, ids, 4).tolist()).toEqual([1, 2, 3, 4, 0, 1]);
    const rows = torch.tensor([[1n], [3n]]);
    const options = { max_new_tokens: 2, temperature: 0 };
    expect(text.generate(counting, rows, options).tolist()).toEqual([
      [1, 2, 3],
      [3, 4, 0],
    ]);
    expect(text.generate(counting, ids, 0).tolist()).toEqual([1, 2]);
  });

  test("shows the model no more than its context", () => {
    const lengths: number[] = [];
    const model = (ids: Tensor): Tensor => {
      lengths.push(ids.shape[1]!);
      return counting(ids);
    };
    text.generate(model, torch.tensor([0n]), 5, { context: 3 });
    expect(lengths).toEqual([1, 2, 3, 3, 3]);
  });

  test("takes a module, and records nothing for gradients", () => {
    const model = new nn.Sequential(new nn.Embedding(5, 5) as never, new nn.Linear(5, 5));
    expect(text.generate(model, torch.tensor([0n]), 3).shape).toEqual([4]);
  });

  test("refuses a model without scores, and nothing to go on from", () => {
    const ids = torch.tensor([0n]);
    expect(() => text.generate((seen) => seen, ids, 1)).toThrow(
      "the model must give scores of shape [N, T, C]",
    );
    expect(() => text.generate(counting, torch.zeros(0, { dtype: torch.int64 }), 1)).toThrow("at least one");
    expect(() => text.generate(counting, ids, -1)).toThrow("max_new_tokens must be a whole number");
    expect(() => text.generate(counting, ids, 1, { context: 0 })).toThrow(
      "context must be a whole number of at least 1",
    );
  });
});
