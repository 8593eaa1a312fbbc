import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import torch, { confusionMatrix } from "../../../runtime/index.ts";

const labels = ["setosa", "versicolor", "virginica"];

describe("confusionMatrix", () => {
  test("counts which class was taken for which, with the rates of each", () => {
    const matrix = confusionMatrix([0, 1, 2, 2, 1], [0, 1, 1, 2, 1], { labels });
    expect(matrix.counts).toEqual([
      [1, 0, 0],
      [0, 2, 0],
      [0, 1, 1],
    ]);
    expect(String(matrix).split("\n")).toEqual([
      "true \\ predicted  setosa  versicolor  virginica   recall  precision     F1",
      "──────────────────────────────────────────────────────────────────────────",
      "setosa                 1           0          0  100.0 %    100.0 %  1.000",
      "versicolor             0           2          0  100.0 %     66.7 %  0.800",
      "virginica              0           1          1   50.0 %    100.0 %  0.667",
      "",
      "4 of 5 right: accuracy 80.0 %",
      "Most often mistaken: virginica for versicolor (1)",
    ]);
  });

  test("takes tensors of any whole dtype, booleans, and scores, of which the largest counts", () => {
    const counts = [
      [1, 0],
      [1, 1],
    ];
    const truth = torch.tensor([0n, 1n, 1n]);
    expect(confusionMatrix(truth, torch.tensor([0n, 0n, 1n])).counts).toEqual(counts);
    expect(confusionMatrix(truth.to(torch.uint8), [false, false, true]).counts).toEqual(counts);
    expect(
      confusionMatrix(
        truth,
        torch.tensor(
          [
            [2, 1],
            [0, -1],
            [0, 3],
          ],
          { requires_grad: true },
        ),
      ).counts,
    ).toEqual(counts);
    expect(confusionMatrix(Int32Array.of(0, 1, 1), [0, 0, 1]).accuracy).toBeCloseTo(2 / 3);
  });

  test("has a class for each score, and no rates where there is nothing to divide by", () => {
    const [first, , third] = confusionMatrix(
      [0, 0],
      torch.tensor([
        [1, 0, 0],
        [0, 1, 0],
      ]),
    ).classes;
    expect(first).toMatchObject({ precision: 1, recall: 0.5, support: 2, predicted: 1 });
    expect(third).toEqual({
      label: "2",
      support: 0,
      predicted: 0,
      precision: Number.NaN,
      recall: Number.NaN,
      f1: Number.NaN,
    });
    expect(confusionMatrix([], []).text).toContain("0 of 0 right");
  });

  test("shows the rates alone where there are many classes", () => {
    const text = String(confusionMatrix([0, 19], [0, 3]));
    expect(text).toContain("class  examples");
    expect(text).toContain("Most often mistaken: 19 for 3 (1)");
  });

  test("rows add up to the examples of a class, columns to its predictions, and the diagonal to the accuracy", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(4), fc.nat(4))), (pairs) => {
        const [truth, taken] = [pairs.map(([each]) => each), pairs.map(([, each]) => each)];
        const { counts, classes, correct, total } = confusionMatrix(truth, taken, {
          labels: [...labels, "x", "y"],
        });
        expect(classes.map(({ support }) => support)).toEqual(
          counts.map((_, i) => truth.filter((each) => each === i).length),
        );
        expect(classes.map(({ predicted }) => predicted)).toEqual(
          counts.map((_, i) => taken.filter((each) => each === i).length),
        );
        expect([correct, total]).toEqual([pairs.filter(([a, b]) => a === b).length, pairs.length]);
      }),
    );
  });

  test("says what is wrong with its arguments", () => {
    expect(() => confusionMatrix([0], [0, 1])).toThrow("there are 1 targets and 2 predictions");
    expect(() => confusionMatrix([0, 3], [0, 1], { labels })).toThrow(
      "targets[1] is class 3, but there are 3 labels, for 0 to 2.",
    );
    expect(() => confusionMatrix([0], [-1], { labels })).toThrow("predictions[0] is class -1");
    expect(() => confusionMatrix([0.5], [1])).toThrow("targets[0] is 0.5, expected a whole number.");
    expect(() => confusionMatrix(torch.zeros(2, 2, 2), [1])).toThrow(
      "targets has shape [2, 2, 2], expected one dimension",
    );
    expect(() => confusionMatrix([5000], [1])).toThrow("a table of so many classes is of no use");
    expect(() => confusionMatrix(3 as never, [1])).toThrow(
      "targets is 3 (number), expected a tensor or an array",
    );
  });
});
