import { describe, expect, test } from "vitest";
import torch, { nn, type DTypeName, type Tensor } from "../../runtime/index.ts";
import { decodeArgument } from "./arguments.ts";
import { difference } from "./closeness.ts";
import { readOracle, type EncodedTensor } from "./data.ts";

interface LazyRow {
  readonly module: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>> & { readonly dtype?: DTypeName };
  readonly input: EncodedTensor;
  readonly before: string;
  readonly names: readonly string[];
  readonly after: string;
  readonly parameters: readonly EncodedTensor[];
  readonly output: EncodedTensor;
  /** The random number behind all of them. */
  readonly next: number;
}

const { rows } = readOracle<{ rows: LazyRow[] }>("lazy.json");

/** Any layer, by the name that only the test run knows. */
interface AnyLayer {
  new (...args: readonly unknown[]): nn.Module & ((input: unknown) => Tensor);
}

const all = nn as unknown as Readonly<Record<string, AnyLayer>>; // rows name modules

function make({ module, args, kwargs: { dtype, ...others } }: LazyRow): InstanceType<AnyLayer> {
  torch.manual_seed(3);
  return new all[module]!(...args, { ...others, ...(dtype === undefined ? {} : { dtype: torch[dtype] }) });
}

describe.each(
  rows.map((row) => ({
    row,
    title: `${row.module}(${JSON.stringify(row.args)}, ${JSON.stringify(row.kwargs)})`,
  })),
)("$title", ({ row }) => {
  test("prints as PyTorch's before its first call, and draws and computes as PyTorch's in it", () => {
    const layer = make(row);
    expect(String(layer)).toBe(row.before);
    expect(Object.keys(layer.state_dict())).toEqual(row.names);
    const output = layer(decodeArgument(row.input));
    expect(String(layer)).toBe(row.after);
    expect(difference(output, row.output)).toBeNull();
    const parameters = [...layer.parameters()];
    const wrong = row.parameters.filter(
      (expected, index) => difference(parameters[index]!, expected) !== null,
    );
    expect([parameters.length, wrong]).toEqual([row.parameters.length, []]);
    expect(torch.rand(1).item()).toBeCloseTo(row.next, 7);
  });

  test("takes the shapes of a state that is loaded, and draws nothing then", () => {
    const complete = make(row);
    const input = decodeArgument(row.input);
    const expected = complete.eval()(input);
    const loaded = make(row).eval();
    loaded.load_state_dict(complete.state_dict());
    torch.manual_seed(8);
    expect(torch.allclose(loaded(input), expected)).toBe(true);
    expect(String(loaded)).toBe(row.after);
    const next = torch.rand(1).item();
    torch.manual_seed(8);
    expect(torch.rand(1).item()).toBe(next);
  });
});
