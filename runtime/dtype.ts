import { bitCodecs, type BitCodec } from "./halves.ts";
import { inspectAs } from "./inspect.ts";

/** Name of a dtype, as PyTorch spells it after `torch.`. */
export type DTypeName =
  "float32" | "float64" | "float16" | "bfloat16" | "int8" | "int16" | "int32" | "int64" | "uint8" | "bool";

/** The dtypes that kernels know beyond reading and writing; the others are computed in `DType.wider`. */
export type WideName = Exclude<DTypeName, "float16" | "bfloat16" | "int8" | "int16">;

/** The array that holds the elements of a storage; floating-point numbers of 16 bits lie in a `Uint16Array`, as bits. */
export type TypedArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array;

/** One element, as JavaScript holds it while computing: `int64` as a bigint, `bool` as 0 or 1. */
export type Element = number | bigint;

/** PyTorch's categories of numbers, in the order of promotion. */
type Category = "bool" | "integral" | "floating";

interface DTypeFacts<Name extends DTypeName> {
  readonly name: Name;
  readonly itemsize: number;
  readonly category: Category;
  /** Position within the category: the promotion of two dtypes of one category is the later one. */
  readonly rank: number;
  /** What PyTorch calls the type in error messages. */
  readonly typeName: string;
  /** What kernels compute in that do not know this dtype. */
  readonly wider?: DType;
}

/** The dtypes in the order of their codes. */
const names: readonly DTypeName[] = [
  "bool",
  "uint8",
  "int32",
  "int64",
  "float32",
  "float64",
  "int8",
  "int16",
  "float16",
  "bfloat16",
];

/**
 * The type of a tensor's elements, as `torch.float32` and its like.
 *
 * Source: `torch.dtype`.
 */
export class DType<Name extends DTypeName = DTypeName> {
  readonly name: Name;
  /** Bytes per element. */
  readonly itemsize: number;
  readonly is_floating_point: boolean;
  /** False for `uint8` and `bool`. */
  readonly is_signed: boolean;
  /** False: there are no complex dtypes here. */
  readonly is_complex: boolean = false;
  /** @internal */
  readonly category: Category;
  /** @internal */
  readonly rank: number;
  /** PyTorch's name of a tensor type, as it stands in its error messages: `Float`, `Long`. @internal */
  readonly typeName: string;
  /** A number below 10 that tells dtypes apart, for keys of caches. @internal */
  readonly code: number;
  /** The dtype that stands in for a narrow one in kernels that do not know it: its numbers are all there, and results are rounded or wrapped once. @internal */
  readonly wider: DType | null;
  /** How numbers are read from an array of bits and written to it; `null` where arrays hold the numbers themselves. @internal */
  readonly bits: BitCodec | null;

  constructor(facts: DTypeFacts<Name>) {
    this.name = facts.name;
    this.itemsize = facts.itemsize;
    this.category = facts.category;
    this.rank = facts.rank;
    this.typeName = facts.typeName;
    this.code = names.indexOf(facts.name);
    this.wider = facts.wider ?? null;
    this.bits = facts.name in bitCodecs ? bitCodecs[facts.name as keyof typeof bitCodecs] : null; // `in` has looked
    this.is_floating_point = facts.category === "floating";
    this.is_signed = facts.name !== "uint8" && facts.name !== "bool";
    Object.freeze(this);
  }

  /** The dtype of the real parts: the dtype itself, as none is complex. Source: `torch.dtype.to_real`. */
  to_real(): this {
    return this;
  }

  toString(): string {
    return `torch.${this.name}`;
  }
}

inspectAs(DType, (dtype) => dtype.toString());

/** 1 byte per element, `true` or `false`. */
export const bool: DType<"bool"> = new DType({
  name: "bool",
  itemsize: 1,
  category: "bool",
  rank: 0,
  typeName: "Bool",
});
/** Whole numbers from 0 to 255. */
export const uint8: DType<"uint8"> = new DType({
  name: "uint8",
  itemsize: 1,
  category: "integral",
  rank: 0,
  typeName: "Byte",
});
/** Whole numbers of 32 bits. */
export const int32: DType<"int32"> = new DType({
  name: "int32",
  itemsize: 4,
  category: "integral",
  rank: 3,
  typeName: "Int",
});
/** Whole numbers from −128 to 127. */
export const int8: DType<"int8"> = new DType({
  name: "int8",
  itemsize: 1,
  category: "integral",
  rank: 1,
  typeName: "Char",
  wider: int32,
});
/** Whole numbers from −32768 to 32767. */
export const int16: DType<"int16"> = new DType({
  name: "int16",
  itemsize: 2,
  category: "integral",
  rank: 2,
  typeName: "Short",
  wider: int32,
});
/** Whole numbers of 64 bits: indices and class labels. */
export const int64: DType<"int64"> = new DType({
  name: "int64",
  itemsize: 8,
  category: "integral",
  rank: 4,
  typeName: "Long",
});
/** IEEE 754 single precision, about 7 decimal digits: the default. */
export const float32: DType<"float32"> = new DType({
  name: "float32",
  itemsize: 4,
  category: "floating",
  rank: 2,
  typeName: "Float",
});
/** IEEE 754 half precision: about 3 decimal digits, up to 65504. */
export const float16: DType<"float16"> = new DType({
  name: "float16",
  itemsize: 2,
  category: "floating",
  rank: 0,
  typeName: "Half",
  wider: float32,
});
/** The upper half of a float32: its range, with 2 to 3 decimal digits. */
export const bfloat16: DType<"bfloat16"> = new DType({
  name: "bfloat16",
  itemsize: 2,
  category: "floating",
  rank: 1,
  typeName: "BFloat16",
  wider: float32,
});
/** IEEE 754 double precision, about 16 decimal digits. */
export const float64: DType<"float64"> = new DType({
  name: "float64",
  itemsize: 8,
  category: "floating",
  rank: 3,
  typeName: "Double",
});

/** Every dtype by its name. */
export const dtypes: { readonly [Name in DTypeName]: DType<Name> } = {
  bool,
  uint8,
  int8,
  int16,
  int32,
  int64,
  float16,
  bfloat16,
  float32,
  float64,
};

const arrays = {
  bool: Uint8Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  float32: Float32Array,
  float64: Float64Array,
} as const satisfies Record<DTypeName, unknown>;

/** A zeroed array of `length` elements. */
export function allocateArray(dtype: DType, length: number): TypedArray {
  return new arrays[dtype.name](length);
}

/** The elements that lie in `buffer` from byte `offset` on, which must be a multiple of the element's size. */
export function arrayOver(dtype: DType, buffer: ArrayBufferLike, offset: number, length: number): TypedArray {
  // TypeScript picks the overload for ordinary buffers; every typed array takes a shared one as well.
  return new arrays[dtype.name](buffer as ArrayBuffer, offset, length);
}

/** Element `index` of an array of `dtype`. */
export function readElement(dtype: DType, data: TypedArray, index: number): Element {
  const element = data[index]!;
  // Bits are numbers.
  return dtype.bits === null ? element : dtype.bits.decode(element as number);
}

/** Writes an element, which must be a bigint for int64 and a number for every other dtype. */
export function writeElement(dtype: DType, data: TypedArray, index: number, value: Element): void {
  // The array's element type follows from the dtype.
  data[index] = (dtype.bits === null ? value : dtype.bits.encode(value as number)) as never;
}

let defaultDtype: DType = float32;

/** The dtype that floating-point data gets when none is named. Source: `torch.get_default_dtype`. */
export function get_default_dtype(): DType {
  return defaultDtype;
}

/**
 * Changes the dtype that floating-point data gets. Source: `torch.set_default_dtype`.
 *
 * @throws TypeError when `dtype` is not a floating-point dtype.
 */
export function set_default_dtype(dtype: DType): void {
  if (!(dtype instanceof DType) || !dtype.is_floating_point)
    throw new TypeError(
      `only floating-point types are supported as the default type, got ${String(dtype)}. Choose torch.float32 or torch.float64.`,
    );
  defaultDtype = dtype;
}

const categories: readonly Category[] = ["bool", "integral", "floating"];

/** The smallest dtype that both can be converted to. Source: `torch.promote_types`. */
export function promote_types(left: DType, right: DType): DType {
  if (left === right) return left;
  const difference = categories.indexOf(left.category) - categories.indexOf(right.category);
  if (difference !== 0) return difference > 0 ? left : right;
  // Neither of the two holds the other's numbers.
  if (left.rank + right.rank === 1) return left.category === "floating" ? float32 : int16;
  return left.rank > right.rank ? left : right;
}

/** Whether PyTorch lets a result of dtype `from` be written into a tensor of dtype `to`. Source: `torch.can_cast`. */
export function can_cast(from: DType, to: DType): boolean {
  return categories.indexOf(from.category) <= categories.indexOf(to.category);
}

/** How much an operand weighs in promotion: a tensor with dimensions, a tensor without, or a JavaScript number. */
export interface PromotionOperand {
  readonly dtype: DType;
  readonly kind: "dimensioned" | "zeroDimensional" | "number";
}

/**
 * The dtype of an operation's result: dimensioned tensors decide; a 0-d tensor, and after it a plain number, only when it is of a higher
 * category. Source: PyTorch, "Type promotion" in the documentation of `torch.result_type`, and `c10::ResultTypeState`.
 */
export function promote(operands: readonly PromotionOperand[]): DType {
  let result: DType | undefined;
  for (const kind of ["dimensioned", "zeroDimensional", "number"] as const) {
    const group = operands.filter((operand) => operand.kind === kind).map((operand) => operand.dtype);
    if (group.length === 0) continue;
    const own = group.reduce(promote_types);
    result =
      result === undefined || categories.indexOf(own.category) > categories.indexOf(result.category)
        ? own
        : result;
  }
  return result ?? defaultDtype;
}

/** The dtype of a plain number among operands: a whole number counts as an int, as in Python (`2`, not `2.5`). */
export function scalarDtype(value: number | bigint | boolean): DType {
  if (typeof value === "boolean") return bool;
  // A number that is too large for int64 cannot have been meant as an int, although it is whole.
  if (typeof value === "bigint" || (Number.isInteger(value) && Math.abs(value) < 2 ** 63)) return int64;
  return defaultDtype;
}
