import { describe, expect, test } from "vitest";
import torch, { nn, type Tensor } from "../../runtime/index.ts";
import { decodeCall, describeCall, type EncodedCall } from "./arguments.ts";
import { difference } from "./closeness.ts";
import { readOracle, type EncodedTensor } from "./data.ts";

interface RandomAnswers {
  readonly sequences: readonly {
    readonly seed: number;
    readonly calls: readonly (EncodedCall & { readonly call: string; readonly result: EncodedTensor })[];
  }[];
  readonly linear: readonly {
    readonly seed: number;
    readonly in_features: number;
    readonly out_features: number;
    readonly weight: EncodedTensor;
    readonly bias: EncodedTensor;
  }[];
}

const { sequences, linear } = readOracle<RandomAnswers>("random.json");

describe("a seed gives the numbers that PyTorch draws from it", () => {
  test.each(sequences)("$seed", ({ seed, calls }) => {
    torch.manual_seed(seed);
    const wrong = calls.flatMap((row) => {
      const { args, keywords } = decodeCall(row);
      // Rows name functions that only the test run can look up.
      const draw = (torch as unknown as Record<string, (...args: unknown[]) => Tensor>)[row.call];
      const found = draw ? difference(draw(...args, keywords), row.result) : "does not exist";
      return found === null ? [] : [`${describeCall(row.call, row)}: ${found}`];
    });
    expect(wrong).toEqual([]);
  });
});

test.each(linear)("nn.Linear($in_features, $out_features) starts with PyTorch's parameters", (row) => {
  torch.manual_seed(row.seed);
  const layer = new nn.Linear(row.in_features, row.out_features);
  expect(difference(layer.weight, row.weight)).toBeNull();
  expect(layer.bias && difference(layer.bias, row.bias)).toBeNull();
});
