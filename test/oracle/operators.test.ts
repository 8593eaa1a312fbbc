import { describe, expect, test } from "vitest";
import torch, { autograd, F, Tensor } from "../../runtime/index.ts";
import * as functionOperators from "../../runtime/ops/functions.ts";
import * as methodOperators from "../../runtime/ops/methods.ts";
import {
  cotangent,
  decodeCall,
  describeCall,
  tensorsThatRequireGrad,
  type Call,
  type EncodedCall,
  type MemoryLayout,
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
  /** How Python calls it: `torch.relu`, `torch.nn.functional.relu`, `Tensor.relu`. */
  readonly forms: readonly string[];
  readonly samples: readonly SampleRow[];
  readonly errors: readonly ErrorRow[];
}

/** Calls an operator, in one of its forms. */
type Form = (call: Call) => unknown;

type Callable = (...args: unknown[]) => unknown;

function keywordsOf(call: Call): unknown[] {
  return Object.keys(call.keywords).length > 0 ? [call.keywords] : [];
}

function lookUp(owner: unknown, name: string): Callable {
  // Rows name functions and methods that only the test run can look up.
  const found = (owner as Record<string, Callable | undefined>)[name];
  if (found === undefined) throw new Error("does not exist");
  return found;
}

function callMethod(name: string, call: Call): unknown {
  const receiver = call.args[call.receiver];
  const rest = call.args.filter((_, index) => index !== call.receiver);
  // Python's `x[…]` is the method `index` here, and takes the items one by one.
  const [method, args] = name === "__getitem__" ? ["index", rest.flat()] : [name, rest];
  return lookUp(receiver, method).call(receiver, ...args, ...keywordsOf(call));
}

/** The form that writes into its receiver, on a copy: it has the values and the derivatives of the others. */
function callInPlace(name: string, call: Call): unknown {
  const args = call.args.map((value, index) =>
    // A method is called on a tensor.
    index === call.receiver ? (value as Tensor).clone() : value,
  );
  return callMethod(name, { ...call, args });
}

/** How to call a form by its name in Python, such as `torch.nn.functional.relu` or `Tensor.relu`. */
function formNamed(path: string): Form {
  const name = path.slice(path.lastIndexOf(".") + 1);
  if (path.startsWith("Tensor.") && /[a-z0-9]_$/.test(path)) return (call) => callInPlace(name, call);
  if (path.startsWith("Tensor.")) return (call) => callMethod(name, call);
  const home: unknown = path.startsWith("torch.nn.functional.") ? F : torch;
  return (call) => lookUp(home, name)(...call.args, ...keywordsOf(call));
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

function gradients(outputs: Tensor[], inputs: Tensor[], createGraph: boolean): (Tensor | null)[] {
  const grad_outputs = outputs.map(cotangent);
  return [...autograd.grad(outputs, inputs, { grad_outputs, create_graph: createGraph, allow_unused: true })];
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

function differenceOfDerivatives(form: Form, row: SampleRow, layout: MemoryLayout): string | null {
  const call = decodeCall(row, layout);
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

/** What is wrong with one row; an error of the check is a failure of the row. */
function outcome<Row extends EncodedCall>(row: Row, check: (row: Row) => string | null): string | null {
  try {
    return check(row);
  } catch (error) {
    return String(error).slice(0, 240);
  }
}

/** The rows that fail a check. One that differs on purpose must go on to differ. */
function failures<Row extends EncodedCall>(
  name: string,
  rows: readonly Row[],
  check: (row: Row) => string | null,
): string[] {
  return rows.flatMap((row) => {
    const call = describeCall(name, row);
    const wrong = outcome(row, check);
    if (!differences.some((known) => known.calls.test(call)))
      return wrong === null ? [] : [`${call}: ${wrong}`];
    return wrong === null ? [`${call}: agrees with PyTorch now; take it out of differences.ts`] : [];
  });
}

const answers = oracleFiles("operators").map((file) => readOracle<OperatorAnswers>(`operators/${file}`));

/** Operators of the table that PyTorch was not asked about, and why. */
const withoutSamples: Readonly<Record<string, string>> = {
  copy: "PyTorch has it in place only: copy_",
  cpu: "it moves between devices; without a second one it returns its input",
  detach:
    "it has no derivative on purpose; the program 'detach shares memory and forgets history' is its test",
  to: "OpInfo's samples are about devices and memory formats; the program 'conversions' is its test",
  type_as: "OpInfo has no samples; it is `to` with the dtype of another tensor",
};

test("every operator of the table has PyTorch's answers, or a reason why not", () => {
  const asked = new Set(answers.map(({ operator }) => operator.replace("nn.functional.", "")));
  const table = [...Object.values(functionOperators), ...Object.values(methodOperators)];
  const names = table.map(({ operatorName }) => operatorName);
  expect(names.filter((name) => !asked.has(name)).toSorted()).toEqual(Object.keys(withoutSamples).toSorted());
});

const layouts: readonly MemoryLayout[] = ["contiguous", "strided"];

/** One line for each way of calling each operator. */
const forms = answers.flatMap(({ forms, samples, errors }) =>
  forms.map((name) => {
    const differentiable = samples.filter((row) => row.gradients !== undefined);
    return { name, form: formNamed(name), samples, differentiable, errors };
  }),
);

describe.each(forms)("$name agrees with PyTorch", ({ name, form, samples }) => {
  test.each(layouts)("in value, dtype and shape, on %s tensors", (layout) => {
    const check = (row: SampleRow): string | null =>
      differenceOfResults(resultsOf(form(decodeCall(row, layout))), row.result);
    expect(failures(name, samples, check)).toEqual([]);
  });
});

describe.each(forms.filter(({ differentiable }) => differentiable.length > 0))(
  "$name has PyTorch's first and second derivatives",
  ({ name, form, differentiable }) => {
    test.each(layouts)("on %s tensors", (layout) => {
      const check = (row: SampleRow): string | null => differenceOfDerivatives(form, row, layout);
      expect(failures(name, differentiable, check)).toEqual([]);
    });
  },
);

test.each(forms.filter(({ errors }) => errors.length > 0))(
  "$name refuses what PyTorch refuses",
  ({ name, form, errors }) => {
    expect(failures(name, errors, (row) => differenceOfError(form, row))).toEqual([]);
  },
);

/** Rows whose result fits into the tensor that the method is called on: the others have no in-place form. */
function fitsReceiver({ args, receiver = 0, result }: SampleRow): boolean {
  const into = args[receiver];
  if (typeof into !== "object" || into === null || !("shape" in into) || !("dtype" in result)) return false;
  return into.dtype === result.dtype && into.shape.join() === result.shape.join();
}

const inPlace = answers
  .map(({ operator, samples }) => ({ name: `${operator}_`, samples: samples.filter(fitsReceiver) }))
  .filter(({ name, samples }) => name in Tensor.prototype && samples.length > 0);

describe.each(inPlace)("Tensor.$name agrees with PyTorch's $name", ({ name, samples }) => {
  const form = formNamed(`Tensor.${name}`);

  test.each(layouts)("in value, on %s tensors", (layout) => {
    const check = (row: SampleRow): string | null =>
      differenceOfResults(resultsOf(form(decodeCall(row, layout))), row.result);
    expect(failures(name, samples, check)).toEqual([]);
  });

  test("in its first and second derivatives", () => {
    const differentiable = samples.filter((row) => row.gradients !== undefined);
    expect(failures(name, differentiable, (row) => differenceOfDerivatives(form, row, "contiguous"))).toEqual(
      [],
    );
  });
});
