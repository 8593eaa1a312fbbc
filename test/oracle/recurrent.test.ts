import { describe, expect, test } from "vitest";
import torch, { autograd, nn, type DTypeName, Tensor } from "../../runtime/index.ts";
import { cotangent, decodeArgument } from "./arguments.ts";
import { difference } from "./closeness.ts";
import { readOracle, type EncodedTensor } from "./data.ts";

interface NetworkRow {
  readonly module: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>> & { readonly dtype?: DTypeName };
  /** Of a packed input: how long its sequences are. */
  readonly lengths: readonly number[] | null;
  readonly input: EncodedTensor;
  readonly states: readonly EncodedTensor[] | null;
  readonly printed: string;
  readonly parameters: Readonly<Record<string, EncodedTensor>>;
  readonly outputs: readonly EncodedTensor[];
  /** Of the input, the states, and the parameters. */
  readonly gradients: readonly EncodedTensor[];
}

const { networks } = readOracle<{ networks: NetworkRow[] }>("recurrent.json");

/** Any network, by the name that only the test run knows. */
interface AnyNetwork {
  new (...args: readonly unknown[]): nn.Module & ((...inputs: readonly unknown[]) => unknown);
}

const all = nn as unknown as Readonly<Record<string, AnyNetwork>>; // rows name modules

function make({ module, args, kwargs: { dtype, ...others } }: NetworkRow): InstanceType<AnyNetwork> {
  torch.manual_seed(3);
  return new all[module]!(...args, { ...others, ...(dtype === undefined ? {} : { dtype: torch[dtype] }) });
}

/** All tensors of a result that carry gradients, in order. */
function flat(result: unknown): Tensor[] {
  if (result instanceof Tensor) return [result];
  if (result instanceof nn.utils.rnn.PackedSequence) return [result.data];
  return (result as readonly unknown[]).flatMap(flat); // networks give tensors and arrays of them
}

const leaf = (tensor: EncodedTensor): Tensor => (decodeArgument(tensor) as Tensor).requires_grad_(); // a row's tensor

function run(row: NetworkRow): { outputs: Tensor[]; gradients: readonly (Tensor | null)[] } {
  const network = make(row);
  const input = leaf(row.input);
  const states = (row.states ?? []).map(leaf);
  const source =
    row.lengths === null
      ? input
      : nn.utils.rnn.pack_padded_sequence(input, row.lengths, { enforce_sorted: false });
  torch.manual_seed(4);
  const hx = row.states === null ? null : states.length === 2 ? states : states[0];
  const outputs = flat(network(source, hx));
  const leaves = [input, ...states, ...network.parameters()];
  const gradients = autograd.grad(outputs, leaves, { grad_outputs: outputs.map(cotangent) });
  return { outputs, gradients };
}

function differences(got: readonly (Tensor | null)[], expected: readonly EncodedTensor[]): string[] {
  if (got.length !== expected.length) return [`got ${got.length}, PyTorch ${expected.length}`];
  return got
    .map((tensor, index) => (tensor === null ? "missing" : difference(tensor, expected[index]!))) // of equal length
    .filter((wrong) => wrong !== null);
}

const titled = networks.map((row, index) => ({
  row,
  title: `${index}: ${row.module}(${JSON.stringify(row.args)}, ${JSON.stringify(row.kwargs)})${row.lengths === null ? "" : ` of lengths ${row.lengths.join(", ")}`}`,
}));

describe.each(titled)("$title", ({ row }) => {
  test("begins with PyTorch's weights under their names, and prints as PyTorch's", () => {
    const network = make(row);
    const parameters = [...network.named_parameters()];
    expect(parameters.map(([name]) => name)).toEqual(Object.keys(row.parameters));
    const wrong = parameters.filter(([name, parameter]) => {
      const expected = row.parameters[name]!;
      // Of float64, only the distance of a bit or so is promised.
      if (parameter.dtype === torch.float64) return difference(parameter, expected) !== null;
      return !torch.equal(parameter, decodeArgument(expected) as Tensor); // a row's tensor
    });
    expect(wrong).toEqual([]);
    expect(String(network)).toBe(row.printed);
  });

  test("gives PyTorch's outputs and gradients", () => {
    const { outputs, gradients } = run(row);
    expect(differences(outputs, row.outputs)).toEqual([]);
    expect(differences(gradients, row.gradients)).toEqual([]);
  });
});
