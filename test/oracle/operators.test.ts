import { describe, expect, test } from "vitest";
import torch, { Tensor } from "../../runtime/index.ts";
import {
  decodeCall,
  describeCall,
  tensorsThatRequireGrad,
  type Call,
  type EncodedCall,
} from "./arguments.ts";
import { difference, differenceOfValues } from "./closeness.ts";
import { oracleFiles, readOracle, type EncodedNumber, type EncodedTensor } from "./data.ts";
import { differences } from "./differences.ts";

type EncodedGradients = readonly (readonly EncodedNumber[] | null)[];

interface SampleRow extends EncodedCall {
  readonly result: EncodedTensor | readonly EncodedTensor[];
  readonly gradients?: EncodedGradients;
  readonly second?: EncodedGradients;
}

interface ErrorRow extends EncodedCall {
  readonly error: string;
  readonly message: string;
}

interface OperatorAnswers {
  /** The name in PyTorch, `nn.functional.` included. */
  readonly operator: string;
  readonly forms: { readonly function: boolean; readonly method: boolean };
  readonly samples: readonly SampleRow[];
  readonly errors: readonly ErrorRow[];
}

/** Calls an operator, in one of its forms. */
type Form = (call: Call) => unknown;

type Callable = (...args: unknown[]) => unknown;

/** Python's `x[…]` is the method `index` here. */
function methodName(operator: string): string {
  return operator === "__getitem__" ? "index" : operator;
}

function keywordsOf(call: Call): unknown[] {
  return Object.keys(call.keywords).length > 0 ? [call.keywords] : [];
}

function functionForm(operator: string): Form {
  const home: unknown = operator.startsWith("nn.functional.") ? torch.nn.functional : torch;
  const name = operator.replace("nn.functional.", "");
  return (call) => {
    // Rows name functions that only the test run can look up.
    const found = (home as Record<string, Callable | undefined>)[name];
    if (found === undefined) throw new Error(`torch.${operator} does not exist`);
    return found(...call.args, ...keywordsOf(call));
  };
}

function methodForm(operator: string): Form {
  const name = methodName(operator);
  return (call) => {
    const receiver = call.args[call.receiver];
    const rest = call.args.filter((_, index) => index !== call.receiver);
    const args = operator === "__getitem__" ? rest.flat() : rest;
    // Rows name methods that only the test run can look up.
    const found = (receiver as Record<string, Callable | undefined>)[name];
    if (found === undefined) throw new Error(`Tensor.${name} does not exist`);
    return found.call(receiver, ...args, ...keywordsOf(call));
  };
}

function formsOf({ operator, forms }: OperatorAnswers): (readonly [string, Form])[] {
  const all: (readonly [string, Form])[] = [];
  if (forms.function) all.push([`torch.${operator}`, functionForm(operator)]);
  if (forms.method) all.push([`Tensor.${methodName(operator)}`, methodForm(operator)]);
  return all;
}

/** Several results come as an array; one comes alone. */
function resultsOf(value: unknown): Tensor[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.map((item) => {
    if (item instanceof Tensor) return item;
    throw new Error(`expected a Tensor, got ${String(item)}`);
  });
}

function differenceOfResults(got: Tensor[], expected: SampleRow["result"]): string | null {
  const rows: readonly EncodedTensor[] = "dtype" in expected ? [expected] : expected;
  if (got.length !== rows.length) return `got ${got.length} results, PyTorch ${rows.length}`;
  return (
    got
      .map((tensor, index) => difference(tensor, rows[index] ?? { dtype: "", shape: [], values: [] }))
      .find(Boolean) ?? null
  );
}

/** The twin of `cotangent` in `generators/operators.py`. */
function cotangent({ shape, dtype }: Tensor, turn: number): Tensor {
  const count = shape.reduce((product: number, size: number) => product * size, 1);
  const values = Array.from({ length: count }, (_, index) => (((index * 5 + turn) % 7) + 1) / 4);
  return torch.tensor(values, { dtype }).reshape(shape);
}

function gradients(outputs: Tensor[], inputs: Tensor[], createGraph: boolean): (Tensor | null)[] {
  const grad_outputs = outputs.map(cotangent);
  return [
    ...torch.autograd.grad(outputs, inputs, { grad_outputs, create_graph: createGraph, allow_unused: true }),
  ];
}

function differenceOfGradients(got: (Tensor | null)[], expected: EncodedGradients): string | null {
  const found = expected.map((values, index) => {
    const tensor = got[index] ?? null;
    // PyTorch leaves out a gradient that is zero everywhere or writes it down, as it was easier.
    if (values === null)
      return tensor === null
        ? null
        : differenceOfValues(tensor, tensor.tolist() === 0 ? [0] : Array<number>(tensor.numel()).fill(0));
    if (tensor === null)
      return values.every((value) => value === 0)
        ? null
        : `got no gradient, PyTorch ${values.slice(0, 6).join(" ")}`;
    return differenceOfValues(tensor, values);
  });
  const first = found.findIndex(Boolean);
  return first < 0 ? null : `input ${first}: ${found[first]}`;
}

function differenceOfDerivatives(form: Form, row: SampleRow): string | null {
  const call = decodeCall(row);
  const inputs = tensorsThatRequireGrad(call);
  const outputs = resultsOf(form(call)).filter((output) => output.requires_grad);
  const first = gradients(outputs, inputs, true);
  const wrong = differenceOfGradients(first, row.gradients ?? []);
  if (wrong !== null || row.second === undefined) return wrong && `gradient of ${wrong}`;
  const onward = first.filter((grad): grad is Tensor => grad !== null && grad.requires_grad);
  const second = differenceOfGradients(gradients(onward, inputs, false), row.second);
  return second && `second derivative of ${second}`;
}

function differenceOfError(form: Form, row: ErrorRow): string | null {
  try {
    form(decodeCall(row));
  } catch (error) {
    const name = error instanceof Error ? error.name : String(error);
    return name === row.error
      ? null
      : `got ${String(error).slice(0, 160)}; PyTorch raises ${row.error}: ${row.message}`;
  }
  return `got a result; PyTorch raises ${row.error}: ${row.message}`;
}

/** Runs a check on each row; an error of the check is a failure of its row. Differences that are on purpose are left out. */
function failures<Row extends EncodedCall>(
  name: string,
  rows: readonly Row[],
  check: (row: Row) => string | null,
): string[] {
  return rows.flatMap((row) => {
    const call = describeCall(name, row);
    if (differences.some((known) => known.calls.test(call))) return [];
    try {
      const wrong = check(row);
      return wrong === null ? [] : [`${call}: ${wrong}`];
    } catch (error) {
      return [`${call}: ${String(error).slice(0, 240)}`];
    }
  });
}

const answers = oracleFiles("operators").map((file) => readOracle<OperatorAnswers>(`operators/${file}`));

describe.each(answers)("$operator agrees with PyTorch", (operator) => {
  const { samples, errors } = operator;
  const differentiable = samples.filter((row) => row.gradients !== undefined);
  describe.each(formsOf(operator))("called as %s", (name, form) => {
    test("in value, dtype and shape", () => {
      const wrong = failures(name, samples, (row) =>
        differenceOfResults(resultsOf(form(decodeCall(row))), row.result),
      );
      expect(wrong).toEqual([]);
    });

    test.skipIf(differentiable.length === 0)("in its first and second derivatives", () => {
      expect(failures(name, differentiable, (row) => differenceOfDerivatives(form, row))).toEqual([]);
    });

    test.skipIf(errors.length === 0)("in what it refuses", () => {
      expect(failures(name, errors, (row) => differenceOfError(form, row))).toEqual([]);
    });
  });
});
