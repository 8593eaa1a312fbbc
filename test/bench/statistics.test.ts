import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { geometricMean, median, quantile, spread, timing } from "../../bench/statistics.ts";

const positive = fc.double({ min: 1e-3, max: 1e6, noNaN: true });

describe("quantile", () => {
  test("interpolates between neighbours, as numpy does", () => {
    // numpy.quantile([4, 1, 3, 2], [0, .25, .5, .75, 1])
    const values = [4, 1, 3, 2];
    expect([0, 0.25, 0.5, 0.75, 1].map((at) => quantile(values, at))).toEqual([1, 1.75, 2.5, 3.25, 4]);
  });

  test("sorts numbers as numbers", () => {
    expect(median([10, 9, 100])).toBe(10);
  });

  test("of nothing is an error", () => {
    expect(() => median([])).toThrow("expected at least one value, got none");
  });
});

describe("spread", () => {
  test("is the distance between the quartiles over the median", () => {
    expect(spread([1, 2, 3, 4, 5])).toBe((4 - 2) / 3);
  });

  test("of equal values is nothing", () => {
    expect(spread([7, 7, 7])).toBe(0);
  });
});

describe("geometricMean", () => {
  test("lets twice as fast and twice as slow cancel out", () => {
    expect(geometricMean([0.5, 2])).toBeCloseTo(1, 12);
    expect(geometricMean([1, 10, 100])).toBeCloseTo(10, 12);
  });

  test("grows with a factor that all values have", () => {
    fc.assert(
      fc.property(fc.array(positive, { minLength: 1, maxLength: 20 }), positive, (values, factor) => {
        const scaled = geometricMean(values.map((value) => value * factor));
        expect(scaled / (geometricMean(values) * factor)).toBeCloseTo(1, 9);
      }),
    );
  });

  test("refuses what has no logarithm", () => {
    expect(() => geometricMean([])).toThrow("got none");
    expect(() => geometricMean([1, 0])).toThrow("expected positive values, got 0 among 2");
    expect(() => geometricMean([1, Number.NaN])).toThrow("got NaN");
  });
});

test("a timing has the middle and the fastest of its rounds", () => {
  expect(timing([30, 10, 20])).toEqual({ median: 20, best: 10, spread: 0.5, rounds: 3 });
});
