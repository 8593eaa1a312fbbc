import { ValueError } from "./errors/valueError.ts";
import { inspectAs } from "./inspect.ts";

/** Name of a dtype, as PyTorch spells it after `torch.`. */
export type DTypeName = "float32" | "float64" | "int32" | "int64" | "uint8" | "bool";

/** The array that holds the elements of a storage. */
export type TypedArray = Float32Array | Float64Array | Int32Array | BigInt64Array | Uint8Array;

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
}

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
  /** @internal */
  readonly category: Category;
  /** @internal */
  readonly rank: number;
  /** PyTorch's name of a tensor type, as it stands in its error messages: `Float`, `Long`. @internal */
  readonly typeName: string;
  /** A small number that tells dtypes apart, for keys of caches. @internal */
  readonly code: number;

  constructor(facts: DTypeFacts<Name>) {
    this.name = facts.name;
    this.itemsize = facts.itemsize;
    this.category = facts.category;
    this.rank = facts.rank;
    this.typeName = facts.typeName;
    this.code = ["bool", "uint8", "int32", "int64", "float32", "float64"].indexOf(facts.name);
    this.is_floating_point = facts.category === "floating";
    this.is_signed = facts.name !== "uint8" && facts.name !== "bool";
    Object.freeze(this);
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
  rank: 1,
  typeName: "Int",
});
/** Whole numbers of 64 bits: indices and class labels. */
export const int64: DType<"int64"> = new DType({
  name: "int64",
  itemsize: 8,
  category: "integral",
  rank: 2,
  typeName: "Long",
});
/** IEEE 754 single precision, about 7 decimal digits: the default. */
export const float32: DType<"float32"> = new DType({
  name: "float32",
  itemsize: 4,
  category: "floating",
  rank: 0,
  typeName: "Float",
});
/** IEEE 754 double precision, about 16 decimal digits. */
export const float64: DType<"float64"> = new DType({
  name: "float64",
  itemsize: 8,
  category: "floating",
  rank: 1,
  typeName: "Double",
});

/** Every dtype by its name. */
export const dtypes: { readonly [Name in DTypeName]: DType<Name> } = {
  bool,
  uint8,
  int32,
  int64,
  float32,
  float64,
};

const arrays = {
  bool: Uint8Array,
  uint8: Uint8Array,
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

let defaultDtype: DType = float32;

/** The dtype that floating-point data gets when none is named. Source: `torch.get_default_dtype`. */
export function get_default_dtype(): DType {
  return defaultDtype;
}

/**
 * Changes the dtype that floating-point data gets. Source: `torch.set_default_dtype`.
 *
 * @throws ValueError when `dtype` is not a floating-point dtype.
 */
export function set_default_dtype(dtype: DType): void {
  if (!(dtype instanceof DType) || !dtype.is_floating_point)
    throw new ValueError(
      `set_default_dtype: only floating-point types are supported as the default type, got ${String(dtype)}. Choose torch.float32 or torch.float64.`,
    );
  defaultDtype = dtype;
}

const categories: readonly Category[] = ["bool", "integral", "floating"];

/** The smallest dtype that both can be converted to. Source: `torch.promote_types`. */
export function promote_types(left: DType, right: DType): DType {
  if (left === right) return left;
  const difference = categories.indexOf(left.category) - categories.indexOf(right.category);
  if (difference !== 0) return difference > 0 ? left : right;
  if (left.name === "uint8" || right.name === "uint8") return left.name === "uint8" ? right : left;
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
  if (typeof value === "bigint" || Number.isInteger(value)) return int64;
  return defaultDtype;
}
