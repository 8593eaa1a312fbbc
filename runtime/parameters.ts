/**
 * The parameters of an operator: what each accepts, what it becomes, and what its error says. The order of a declaration's keys is PyTorch's
 * positional order; every parameter can also be given by name in one trailing plain object.
 */
import { allocateArray, DType, float64, scalarDtype } from "./dtype.ts";
import { MemoryFormat } from "./memoryFormat.ts";
import { fromArrayOnCpu } from "./settle.ts";
import { Tensor } from "./tensor.ts";
import type { Scalar } from "./types.ts";

/** One parameter. `convert` answers `undefined` for what it does not accept. */
export interface Parameter<T> {
  /** What is accepted, for error messages: `"a Tensor"`. */
  readonly expects: string;
  /** The value when the caller gives none; a parameter without it is required. */
  readonly fallback?: T;
  /** Only by name, as behind the `*` of a PyTorch signature. */
  readonly keywordOnly?: true;
  /** Takes all remaining positional numbers, as `view(2, 3)` does. */
  readonly variadic?: true;
  /** Holds one tensor or a list of tensors that gradients flow to. */
  readonly holds?: "tensor" | "tensors";
  readonly convert: (value: unknown) => T | undefined;
}

/** A parameter whose tensors gradients flow to. */
export interface TensorParameter<T> extends Parameter<T> {
  readonly holds: "tensor" | "tensors";
}

/** Parameters by name, in positional order. */
// oxlint-disable-next-line typescript/no-explicit-any -- a table of parameters of any types; `ArgumentsOf` recovers each
export type Parameters = Readonly<Record<string, Parameter<any>>>;

/** The values that an operator's implementation receives. */
export type ArgumentsOf<P extends Parameters> = {
  readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never;
};

/** A parameter for each name of an interface, in which those with a fallback are optional. */
export type ParametersOf<Named> = {
  readonly [K in keyof Named]-?: Parameter<NonNullable<Named[K]> | Extract<Named[K], null>>;
};

/** The names of the parameters that hold tensors. */
export type TensorNames<P extends Parameters> = {
  [K in keyof P]: P[K] extends { readonly holds: string } ? K : never;
}[keyof P] &
  string;

const isNumber = (value: unknown): value is number => typeof value === "number";

/** Whether `value` is a JavaScript number, bigint or boolean. */
function isScalar(value: unknown): value is Scalar {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
}

/** Operands made of numbers, which programs repeat: nothing writes into them or shows them to anybody. */
const numberTensors = new Map<Scalar, Tensor>();
const numberTensorLimit = 512;

/** A plain number as a 0-d operand that weighs less in promotion. Fractions are held in float64, whatever the default dtype, so that none is lost. */
export function numberTensor(value: Scalar): Tensor {
  // A map takes −0 for 0, which no operand may.
  if (Object.is(value, -0)) return makeNumberTensor(value);
  let tensor = numberTensors.get(value);
  if (tensor === undefined) {
    if (numberTensors.size >= numberTensorLimit) numberTensors.clear();
    numberTensors.set(value, (tensor = makeNumberTensor(value)));
  }
  return tensor;
}

function makeNumberTensor(value: Scalar): Tensor {
  const dtype = scalarDtype(value).is_floating_point ? float64 : scalarDtype(value);
  const data = allocateArray(dtype, 1);
  data[0] = (dtype.name === "int64" ? BigInt(value) : Number(value)) as never; // the array's element type follows from the dtype
  const tensor = fromArrayOnCpu(data, dtype, []);
  tensor.isNumber = true;
  return tensor;
}

/** A tensor. */
export const tensor: TensorParameter<Tensor> = {
  expects: "a Tensor",
  holds: "tensor",
  convert: (value) => (value instanceof Tensor ? value : undefined),
};

/** A tensor, or `null` for none. */
export const optionalTensor: TensorParameter<Tensor | null> = {
  expects: "a Tensor or null",
  holds: "tensor",
  fallback: null,
  convert: (value) => (value === null || value instanceof Tensor ? value : undefined),
};

/** A tensor or a number. */
export const operand: TensorParameter<Tensor> = {
  expects: "a Tensor or a number",
  holds: "tensor",
  convert: (value) => (value instanceof Tensor ? value : isScalar(value) ? numberTensor(value) : undefined),
};

/** A tensor, a number, or `null` for none. */
export const optionalOperand: TensorParameter<Tensor | null> = {
  ...operand,
  expects: "a Tensor, a number or null",
  fallback: null,
  convert: (value) => (value === null ? null : operand.convert(value)),
};

/** A list of tensors. */
export const tensors: TensorParameter<readonly Tensor[]> = {
  expects: "an array of Tensors",
  holds: "tensors",
  convert: (value) =>
    Array.isArray(value) && value.every((item) => item instanceof Tensor) ? value : undefined,
};

/** A number that is not a tensor. */
export function scalar(fallback?: Scalar): Parameter<Scalar> {
  return withFallback(
    { expects: "a number", convert: (value) => (isScalar(value) ? value : undefined) },
    fallback,
  );
}

/** A number. */
export function number(fallback?: number): Parameter<number> {
  return withFallback(
    { expects: "a number", convert: (value) => (isNumber(value) ? value : undefined) },
    fallback,
  );
}

/** A number, or `null`. */
export const optionalNumber: Parameter<number | null> = {
  expects: "a number or null",
  fallback: null,
  convert: (value) => (value === null || isNumber(value) ? value : undefined),
};

/** A whole number. */
export function integer(fallback?: number): Parameter<number> {
  return withFallback({ expects: "a whole number", convert: toInteger }, fallback);
}

/** A whole number, or `null`. */
export const optionalInteger: Parameter<number | null> = {
  expects: "a whole number or null",
  fallback: null,
  convert: (value) => (value === null ? null : toInteger(value)),
};

/** `true` or `false`. */
export function flag(fallback: boolean): Parameter<boolean> {
  return {
    expects: "true or false",
    fallback,
    convert: (value) => (typeof value === "boolean" ? value : undefined),
  };
}

/** `true`, `false`, or `null` to leave it open. */
export const optionalFlag: Parameter<boolean | null> = {
  expects: "true, false or null",
  fallback: null,
  convert: (value) => (value === null || typeof value === "boolean" ? value : undefined),
};

/** One dimension, several, or `null` for all. */
export const dims: Parameter<number | readonly number[] | null> = {
  expects: "a dimension, an array of dimensions, or null",
  fallback: null,
  convert: (value) =>
    value === null || (Array.isArray(value) && value.every(Number.isInteger))
      ? (value as null)
      : toInteger(value),
};

/** One dimension, or several. */
export const requiredDims: Parameter<number | readonly number[]> = {
  expects: "a dimension or an array of dimensions",
  convert: (value) =>
    Array.isArray(value) && value.every(Number.isInteger) ? (value as number[]) : toInteger(value),
};

/** Sizes, or dimensions in an order: one array, or separate numbers. */
export const sizes: Parameter<readonly number[]> = {
  expects: "whole numbers, or one array of them",
  variadic: true,
  convert: (value) =>
    Array.isArray(value) && value.every(Number.isInteger) ? (value as number[]) : undefined,
};

/** A dtype, or `null` to leave it to the operator. */
export const dtype: Parameter<DType | null> = {
  expects: "a torch.dtype such as torch.float32",
  fallback: null,
  keywordOnly: true,
  convert: (value) => (value === null || value instanceof DType ? value : undefined),
};

/** In which order the result lies in memory. */
export function memoryFormat(fallback: MemoryFormat): Parameter<MemoryFormat> {
  return {
    expects: "a torch.memory_format such as torch.contiguous_format",
    fallback,
    keywordOnly: true,
    // PyTorch takes None for the default.
    convert: (value) => (value === null ? fallback : value instanceof MemoryFormat ? value : undefined),
  };
}

/** One of a few words. */
export function choice<const Words extends readonly string[]>(
  words: Words,
  fallback: Words[number],
): Parameter<Words[number]> {
  return {
    expects: words.map((word) => `"${word}"`).join(" or "),
    fallback,
    convert: (value) => words.find((word) => word === value),
  };
}

/** The same parameter, but only by name. */
export function keywordOnly<T>(parameter: Parameter<T>): Parameter<T> {
  return { ...parameter, keywordOnly: true };
}

/** The same parameter, but without a value when the caller gives none. */
export function required<P extends Parameter<unknown>>(parameter: P): Omit<P, "fallback"> {
  const copy = { ...parameter };
  Reflect.deleteProperty(copy, "fallback");
  return copy;
}

function toInteger(value: unknown): number | undefined {
  return isNumber(value) && Number.isInteger(value) ? value : undefined;
}

function withFallback<T>(parameter: Parameter<T>, fallback: T | undefined): Parameter<T> {
  return fallback === undefined ? parameter : { ...parameter, fallback };
}
