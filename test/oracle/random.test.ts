import { describe, expect, test } from "vitest";
import torch, { nn, type Tensor } from "../../runtime/index.ts";
import { decodeCall, describeCall, type EncodedCall } from "./arguments.ts";
import { difference } from "./closeness.ts";
import type { DTypeName } from "../../runtime/dtype.ts";
import { decodeValues, readOracle, type EncodedTensor } from "./data.ts";

interface RandomCall extends EncodedCall {
  readonly call: string;
  /** Of a method: what it is called on. */
  readonly self?: { readonly shape: readonly number[]; readonly dtype: DTypeName };
  readonly result: EncodedTensor;
}

interface RandomAnswers {
  readonly sequences: readonly {
    readonly seed: number;
    readonly calls: readonly RandomCall[];
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

/** Numbers that are made of uniform ones by basic arithmetic, or as PyTorch's vectorised code makes them: they agree to the last bit. */
const identical = new Set(["rand", "rand_like", "randn", "randn_like", "uniform_"]);

/** What is wrong with what was drawn; functions such as the logarithm may differ in the last digit. */
function differenceOfDrawn({ call, result }: RandomCall, drawn: Tensor): string | null {
  const wrong = difference(drawn, result);
  if (wrong !== null || !identical.has(call) || result.dtype !== "float32") return wrong;
  const got = [drawn.tolist()].flat(9);
  const position = got.findIndex((value, i) => value !== decodeValues(result.dtype, result.values)[i]);
  return position < 0
    ? null
    : `element ${position} is ${String(got[position])}, PyTorch ${result.values[position]}`;
}

describe("a seed gives the numbers that PyTorch draws from it", () => {
  test.each(sequences)("$seed", ({ seed, calls }) => {
    torch.manual_seed(seed);
    const wrong = calls.flatMap((row) => {
      const { args, keywords } = decodeCall(row);
      const owner = row.self ? torch.empty(row.self.shape, { dtype: torch[row.self.dtype] }) : torch;
      // Rows name functions and methods that only the test run can look up.
      const draw = (owner as unknown as Record<string, (...args: unknown[]) => Tensor>)[row.call];
      const found = draw ? differenceOfDrawn(row, draw.call(owner, ...args, keywords)) : "does not exist";
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
