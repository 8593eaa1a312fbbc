/** Compares calls of operators with what PyTorch answers. */
import type { DTypeName } from "../../runtime/dtype.ts";
import torch, { autograd, F, Tensor } from "../../runtime/index.ts";
import {
  cotangent,
  decodeCall,
  describeCall,
  tensorsThatRequireGrad,
  type Call,
  type EncodedCall,
  type MemoryLayout,
  type Place,
  onCpu,
} from "./arguments.ts";
import { difference, differenceOfValues } from "./closeness.ts";
import type { EncodedNumber, EncodedTensor } from "./data.ts";
import { differences as onEveryDevice, type Difference } from "./differences.ts";

type EncodedGradients = readonly (readonly EncodedNumber[] | null)[];

/** A result, as the generator writes it: a tensor, several, or plain values, which are compared as JSON. */
type EncodedResult = EncodedTensor | { readonly plain: unknown } | readonly EncodedResult[];

export interface SampleRow extends EncodedCall {
  readonly result: EncodedResult;
  readonly gradients?: EncodedGradients;
  readonly second?: EncodedGradients;
  /** Random numbers are drawn after `manual_seed` of this. */
  readonly seed?: number;
  /** The values are arbitrary: only dtype and shape are compared. */
  readonly arbitrary?: true;
}

export interface ErrorRow extends EncodedCall {
  readonly error: string;
  readonly message: string;
}

export interface OperatorAnswers {
  /** The name in PyTorch, `nn.functional.` included. */
  readonly operator: string;
  /** How Python calls it: `torch.relu`, `torch.nn.functional.relu`, `Tensor.relu`. */
  readonly forms: readonly string[];
  readonly samples: readonly SampleRow[];
  readonly errors: readonly ErrorRow[];
}

/** Calls an operator, in one of its forms. */
export type Form = (call: Call) => unknown;

type Callable = (...args: unknown[]) => unknown;

function keywordsOf(call: Call): unknown[] {
  return Object.keys(call.keywords).length > 0 ? [call.keywords] : [];
}

function lookUp(owner: unknown, name: string): Callable {
  // Rows name functions and methods that only the test run can look up.
  const found = (owner as Record<string, Callable | undefined>)[name];
  if (found === undefined) throw new Error(`${name} does not exist`);
  return found;
}

/** Methods that are properties in PyTorch and here. */
const properties: ReadonlySet<string> = new Set(["H", "T", "mH", "mT"]);

function callMethod(name: string, call: Call): unknown {
  const receiver = call.args[call.receiver];
  if (properties.has(name)) return lookUp(receiver, name);
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
export function formNamed(path: string): Form {
  const name = path.slice(path.lastIndexOf(".") + 1);
  if (path.startsWith("Tensor.") && /[a-z0-9]_$/.test(path)) return (call) => callInPlace(name, call);
  if (path.startsWith("Tensor.")) return (call) => callMethod(name, call);
  const home: unknown = path.startsWith("torch.nn.functional.")
    ? F
    : path.startsWith("torch.linalg.")
      ? torch.linalg
      : torch;
  return (call) => lookUp(home, name)(...call.args, ...keywordsOf(call));
}

/** The tensors of a result; plain values have none. */
function tensorsOf(value: unknown): Tensor[] {
  if (value instanceof Tensor) return [value];
  return Array.isArray(value) ? value.flatMap(tensorsOf) : [];
}

function isList(result: EncodedResult): result is readonly EncodedResult[] {
  return Array.isArray(result);
}

/** Plain values as JSON can hold them. */
function toJson(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? Number(item) : item));
}

function differenceOfResult(
  got: unknown,
  expected: EncodedResult,
  arbitrary: boolean,
  place: Place,
): string | null {
  if (isList(expected)) {
    const list: readonly unknown[] = Array.isArray(got) ? got : [got];
    if (list.length !== expected.length) return `got ${list.length} results, PyTorch ${expected.length}`;
    return (
      list.map((item, index) => differenceOfResult(item, expected[index]!, arbitrary, place)).find(Boolean) ??
      null
    );
  }
  if ("plain" in expected)
    return toJson(got) === toJson(expected.plain)
      ? null
      : `got ${toJson(got)}, PyTorch ${toJson(expected.plain)}`;
  if (!(got instanceof Tensor)) return `expected a Tensor, got ${String(got)}`;
  if (got.device.type !== torch.device(place.device).type) return `the result is on ${String(got.device)}`;
  const dtype = place.dtypeOf(expected.dtype as DTypeName); // the generator writes only dtypes that exist here
  return difference(got, { ...expected, dtype, ...(arbitrary && { values: null }) }, place.tolerance);
}

function gradients(outputs: Tensor[], inputs: Tensor[], createGraph: boolean): (Tensor | null)[] {
  const grad_outputs = outputs.map(cotangent);
  return [...autograd.grad(outputs, inputs, { grad_outputs, create_graph: createGraph, allow_unused: true })];
}

function differenceOfGradients(
  got: (Tensor | null)[],
  expected: EncodedGradients,
  { tolerance }: Place,
): string | null {
  const found = expected.map((values, index) => {
    const tensor = got[index] ?? null;
    // PyTorch leaves out a gradient that is zero everywhere or writes it down, as it was easier.
    if (values === null)
      return tensor === null
        ? null
        : differenceOfValues(
            tensor,
            tensor.tolist<unknown>() === 0 ? [0] : Array<number>(tensor.numel()).fill(0),
            tolerance,
          );
    if (tensor === null)
      return values.every((value) => value === 0)
        ? null
        : `got no gradient, PyTorch ${values.slice(0, 6).join(" ")}`;
    return differenceOfValues(tensor, values, tolerance);
  });
  const first = found.findIndex(Boolean);
  return first < 0 ? null : `input ${first}: ${found[first]}`;
}

function differenceOfDerivatives(
  outputs: Tensor[],
  inputs: Tensor[],
  row: SampleRow,
  place: Place,
): string | null {
  const first = gradients(outputs, inputs, true);
  const wrong = differenceOfGradients(first, row.gradients ?? [], place);
  if (wrong !== null || row.second === undefined) return wrong && `gradient of ${wrong}`;
  const onward = first.filter((grad): grad is Tensor => grad !== null && grad.requires_grad);
  const second = differenceOfGradients(gradients(onward, inputs, false), row.second, place);
  return second && `second derivative of ${second}`;
}

/** What is wrong with the result of a row, or else with its first or second derivatives, where PyTorch has some. */
export function differenceOfAnswers(
  form: Form,
  row: SampleRow,
  layout: MemoryLayout,
  place: Place = onCpu,
): string | null {
  const call = decodeCall(row, layout, place);
  // The form may write into its arguments.
  const inputs = row.gradients === undefined ? [] : tensorsThatRequireGrad(call);
  if (row.seed !== undefined) torch.manual_seed(row.seed);
  const result = form(call);
  const wrong = differenceOfResult(result, row.result, row.arbitrary ?? false, place);
  if (wrong !== null || row.gradients === undefined) return wrong;
  const outputs = tensorsOf(result).filter((output) => output.requires_grad);
  return differenceOfDerivatives(outputs, inputs, row, place);
}

/** What is wrong with a call that must fail. */
export function differenceOfError(form: Form, row: ErrorRow): string | null {
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
export function failures<Row extends EncodedCall>(
  name: string,
  rows: readonly Row[],
  check: (row: Row) => string | null,
  /** Calls that differ on purpose. */
  differences: readonly Difference[] = onEveryDevice,
): string[] {
  return rows.flatMap((row) => {
    const wrong = outcome(row, check);
    const call = describeCall(name, row);
    if (!differences.some((known) => known.calls.test(call)))
      return wrong === null ? [] : [`${call}: ${wrong}`];
    return wrong === null ? [`${call}: agrees with PyTorch now; take it out of differences.ts`] : [];
  });
}
