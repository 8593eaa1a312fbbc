/** Files as PyTorch and Python's safetensors write and read them. */
import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import torch, { Device, nn, safetensors, Tensor } from "../../runtime/index.ts";
import { decodeNumber, decodeValues, readOracle, type EncodedTensor } from "./data.ts";

interface EncodedFile {
  readonly about: string;
  /** The bytes, deflated, in base 64. */
  readonly file: string;
}

interface EncodedView {
  readonly tensor: EncodedTensor;
  readonly strides: readonly number[];
  readonly offset: number;
  readonly requires_grad: boolean;
  readonly parameter: boolean;
}

/** A value as the generator describes it. */
type EncodedValue =
  | number
  | string
  | boolean
  | null
  | EncodedView
  | { readonly dict: readonly (readonly [EncodedValue, EncodedValue])[] }
  | { readonly list: readonly EncodedValue[] }
  | { readonly set: readonly EncodedValue[] }
  | { readonly bytes: readonly number[] }
  | { readonly text: string }
  | { readonly bigint: string }
  | { readonly number: string };

interface Answers {
  readonly same: readonly (EncodedFile & { readonly value: EncodedValue })[];
  readonly others: readonly (EncodedFile & { readonly value: EncodedValue })[];
  readonly refused: readonly EncodedFile[];
  readonly safetensors: readonly (EncodedFile & {
    readonly value: EncodedValue;
    readonly metadata: Readonly<Record<string, string>> | null;
  })[];
}

const answers = readOracle<Answers>("saved-files.json");

function bytesOf({ file }: EncodedFile): Uint8Array {
  return new Uint8Array(inflateSync(Buffer.from(file, "base64")));
}

/** A value in a form in which tensors can be compared too. */
function seen(value: unknown): unknown {
  if (value instanceof Tensor) {
    const { dtype, shape, requires_grad } = value;
    const values = value.flatten().tolist();
    const layout = { shape, strides: value.stride(), offset: value.storage_offset() };
    return { dtype: dtype.name, ...layout, values, requires_grad, parameter: value instanceof nn.Parameter };
  }
  if (value instanceof Device) return `device ${value.toString()}`;
  if (value instanceof torch.dtype) return value.toString();
  if (Array.isArray(value)) return value.map(seen);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [key, seen(item)]));
  const isRecord =
    typeof value === "object" && value !== null && !(value instanceof Set || value instanceof Uint8Array);
  return isRecord ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, seen(item)])) : value;
}

/** Elements as `tolist` gives them. */
function listed({ dtype, values }: EncodedTensor): unknown[] {
  if (dtype === "bool") return values.map(Boolean);
  return decodeValues(dtype, values).map((value) =>
    Number.isSafeInteger(Number(value)) ? Number(value) : value,
  );
}

/** What the generator describes, in the same form. A dict whose keys are text is an object, any other a `Map`. */
function described(expected: EncodedValue): unknown {
  if (typeof expected !== "object" || expected === null) return expected;
  if ("tensor" in expected) {
    const { tensor, strides, offset, requires_grad, parameter } = expected;
    const { dtype, shape } = tensor;
    return { dtype, shape, strides, offset, values: listed(tensor), requires_grad, parameter };
  }
  if ("dict" in expected) {
    const entries = expected.dict.map(([key, item]) => [described(key), described(item)] as const);
    return entries.every(([key]) => typeof key === "string") ? Object.fromEntries(entries) : new Map(entries);
  }
  if ("list" in expected) return expected.list.map(described);
  if ("set" in expected) return new Set(expected.set);
  if ("bytes" in expected) return Uint8Array.from(expected.bytes);
  if ("bigint" in expected) return BigInt(expected.bigint);
  if ("number" in expected) return decodeNumber(expected.number);
  return expected.text.startsWith("torch.") ? expected.text : `device ${expected.text}`;
}

test.each([...answers.same, ...answers.others])("what PyTorch saves is loaded: $about", (row) => {
  expect(seen(torch.load(bytesOf(row), { map_location: "cpu" }))).toEqual(described(row.value));
});

/** Without the number that PyTorch gives to a file, which says nothing of what is in it. */
function withoutId(bytes: Uint8Array): string {
  const text = Buffer.from(bytes).toString("latin1");
  return text.slice(0, text.indexOf(".data/serialization_id"));
}

test.each(answers.same)("a value is saved as PyTorch saves it, byte for byte: $about", (row) => {
  const bytes = bytesOf(row);
  const saved = torch.save(torch.load(bytes));
  expect(withoutId(saved)).toBe(withoutId(bytes));
  expect(saved.length).toBe(bytes.length);
});

const refusals: Readonly<Record<string, RegExp>> = {
  "a module": /Unsupported global: GLOBAL torch\.nn\.modules\.linear\.Linear.*model\.state_dict\(\)/,
  "a module of one's own":
    /Unsupported global: GLOBAL generators\.saved_files\.Net was not an allowed global/,
  "complex numbers": /complex numbers.*torch\.view_as_real/,
  "a complex number": /complex number.*two numbers/,
  "a quantised tensor": /quantised.*x\.dequantize\(\)/,
  "a sparse tensor": /sparse tensor.*x\.to_dense\(\)/,
  "a tensor without elements": /tensor without elements/,
  "unsigned numbers": /unsigned whole numbers.*x\.to\(torch\.int64\)/,
  "floats of 8 bits": /of 4 or 8 bits.*x\.to\(torch\.float32\)/,
  "a number of NumPy's": /GLOBAL numpy\S+ was not an allowed global.*float\(x\)/,
  "a defaultdict": /GLOBAL collections\.defaultdict was not an allowed global/,
  "a negated view": /resolve_neg\(\)/,
  code: /GLOBAL posix\.system was not an allowed global/,
  "a program": /TorchScript.*model\.state_dict\(\)/,
  "a pickle alone": /Invalid magic number/,
};

test.each(answers.refused)("what no program here can hold is refused with advice: $about", (row) => {
  expect(() => torch.load(bytesOf(row), { map_location: "cpu" })).toThrow(refusals[row.about]!);
});

test.each(answers.safetensors)("Python's safetensors are read, and written byte for byte: $about", (row) => {
  const bytes = bytesOf(row);
  const tensors = safetensors.load(bytes);
  expect(seen(tensors)).toEqual(described(row.value));
  expect(safetensors.save(tensors, row.metadata)).toEqual(bytes);
});
