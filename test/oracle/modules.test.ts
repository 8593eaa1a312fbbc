import { describe, expect, test } from "vitest";
import torch, { autograd, nn, Tensor } from "../../runtime/index.ts";
import { cotangent, decodeArgument, type EncodedArgument } from "./arguments.ts";
import { difference } from "./closeness.ts";
import { readOracle, type EncodedTensor } from "./data.ts";

interface ModuleRow {
  readonly module: string;
  readonly args: readonly unknown[];
  readonly kwargs: Readonly<Record<string, unknown>>;
  readonly training: boolean;
  /** A tensor, or which of those before it comes again. */
  readonly inputs: readonly (EncodedTensor | "same" | "second")[];
  readonly call: Readonly<Record<string, EncodedArgument>>;
  readonly printed: string;
  readonly parameters: Readonly<Record<string, EncodedTensor>>;
  readonly outputs: readonly EncodedTensor[];
  /** Of the inputs, and then of the parameters. */
  readonly gradients: readonly EncodedTensor[];
}

interface InitialRow {
  readonly function: string;
  readonly shape: readonly number[];
  readonly kwargs: Readonly<Record<string, number | string>>;
  readonly result: EncodedTensor;
}

interface ConstructorRow {
  readonly module: string;
  readonly required: readonly string[];
  /** All of them, in PyTorch's order. */
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly byNameOnly: readonly string[];
  readonly printed: string;
}

const { modules, initial, constructors } = readOracle<{
  modules: ModuleRow[];
  initial: InitialRow[];
  constructors: ConstructorRow[];
}>("modules.json");

const { layers } = readOracle<{ layers: ModuleRow[] }>("layers.json");

/** Any module, by the name that only the test run knows. */
interface AnyModule {
  new (...args: readonly unknown[]): nn.Module & ((...inputs: readonly unknown[]) => unknown);
}

const all = nn as unknown as Readonly<Record<string, AnyModule>>; // rows name modules

function make({ module, args, kwargs, training }: ModuleRow): InstanceType<AnyModule> {
  torch.manual_seed(3);
  return new all[module]!(...args, ...(Object.keys(kwargs).length > 0 ? [kwargs] : [])).train(training);
}

function inputsOf(row: ModuleRow): Tensor[] {
  const inputs: Tensor[] = [];
  for (const input of row.inputs)
    inputs.push(
      input === "same"
        ? inputs[0]!
        : input === "second"
          ? inputs[1]!
          : (decodeArgument(input) as Tensor).requires_grad_(), // the rows' inputs are tensors
    );
  return inputs;
}

function run(row: ModuleRow): { outputs: Tensor[]; gradients: (Tensor | null)[] } {
  const module = make(row);
  const inputs = inputsOf(row);
  const call = Object.fromEntries(
    Object.entries(row.call).map(([name, value]) => [name, decodeArgument(value)]),
  );
  // A leaf is not written in place: modules get the result of an operation.
  const given = new Map(inputs.map((input) => [input, input.mul(1)]));
  const result = module(
    ...inputs.map((input) => given.get(input)),
    ...(Object.keys(call).length > 0 ? [call] : []),
  );
  const several = typeof result === "object" && !(result instanceof Tensor);
  const outputs = (several ? [...(result as Iterable<unknown>)] : [result]).filter(
    (item): item is Tensor => item instanceof Tensor,
  );
  const leaves = [...new Set(inputs), ...module.parameters()];
  return {
    outputs,
    gradients: [...autograd.grad(outputs, leaves, { grad_outputs: outputs.map(cotangent) })],
  };
}

function differences(got: readonly (Tensor | null)[], expected: readonly EncodedTensor[]): string[] {
  if (got.length !== expected.length) return [`got ${got.length}, PyTorch ${expected.length}`];
  return got
    .map((tensor, index) => (tensor === null ? "missing" : difference(tensor, expected[index]!))) // of equal length
    .filter((wrong) => wrong !== null);
}

const titled = [...modules, ...layers].map((row, index) => ({
  row,
  title: `${index}: ${row.module}(${JSON.stringify(row.args)}, ${JSON.stringify(row.kwargs)}), called with ${Object.keys(row.call).join(", ") || "inputs only"}`,
}));

describe.each(titled)("$title", ({ row }) => {
  test("begins with PyTorch's parameters, under their names, and prints as PyTorch's", () => {
    const module = make(row);
    const parameters = [...module.named_parameters()];
    expect(parameters.map(([name]) => name)).toEqual(Object.keys(row.parameters));
    expect(
      differences(
        parameters.map(([, parameter]) => parameter),
        Object.values(row.parameters),
      ),
    ).toEqual([]);
    expect(String(module)).toBe(row.printed);
  });

  test("gives PyTorch's outputs and gradients", () => {
    const { outputs, gradients } = run(row);
    expect(differences(outputs, row.outputs)).toEqual([]);
    expect(differences(gradients, row.gradients)).toEqual([]);
  });
});

test.each(initial)("nn.init.$function $kwargs on $shape draws PyTorch's numbers", (row) => {
  torch.manual_seed(5);
  const functions = nn.init as unknown as Readonly<Record<string, (...args: readonly unknown[]) => Tensor>>; // rows name functions
  expect(difference(functions[row.function]!(torch.empty(row.shape), row.kwargs), row.result)).toBeNull();
});

describe.each(constructors)("nn.$module", ({ module, required, arguments: given, byNameOnly, printed }) => {
  const names = Object.keys(given);
  const made = (...args: readonly unknown[]): string => String(new all[module]!(...args));
  const pick = (wanted: readonly string[]): Readonly<Record<string, unknown>> =>
    Object.fromEntries(wanted.map((name) => [name, given[name]]));
  const positional = names.filter((name) => !byNameOnly.includes(name));

  test("takes its arguments by name: what it needs, and all", () => {
    expect(made(pick(required))).toBe(printed);
    expect(made(given)).toBe(printed);
  });

  test("takes any number of them by position, and the others by name", () => {
    for (let count = 0; count <= positional.length; count++) {
      const first = positional.slice(0, count).map((name) => given[name]);
      const others = names.slice(count);
      expect(made(...first, ...(others.length > 0 ? [pick(others)] : []))).toBe(printed);
    }
  });

  test("refuses names that it does not have, and arguments that come twice", () => {
    expect(() => made({ ...given, nonsense: 1 })).toThrow(
      expect.objectContaining({ name: "TypeError", message: expect.stringContaining("'nonsense'") }),
    );
    for (const name of positional.slice(0, 1))
      expect(() => made(given[name], given)).toThrow(`multiple values for argument '${name}'`);
  });
});
