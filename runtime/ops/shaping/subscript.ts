/** Python's `x[…]`: basic indexing with numbers, slices, `null` and `"..."`, and advanced indexing with tensors, in one call or one string. */
import { bool, int64, uint8 } from "../../dtype.ts";
import { IndexError } from "../../errors/indexError.ts";
import { ValueError } from "../../errors/valueError.ts";
import { describe } from "../../binding.ts";
import { numel, type Shape } from "../../shape.ts";
import { normalizeIndex, Tensor } from "../../tensor.ts";
import { applyInPlace } from "../../autograd/inplace.ts";
import { numberTensor } from "../../parameters.ts";
import type { Scalar } from "../../types.ts";
import type { Indices } from "./advanced.ts";
import { add } from "../elementwise/arithmetic.ts";
import { copy, to } from "./conversion.ts";
import { advancedIndex, index_put } from "./indexing.ts";
import { given } from "../samples.ts";
import { select, slice_dim } from "./slicing.ts";
import { reshape, sameView, unsqueeze } from "./view.ts";

/** Python's `start:end:step`, made by `torch.slice`. */
export class Slice {
  readonly start: number | null;
  readonly end: number | null;
  readonly step: number;

  constructor(start: number | null, end: number | null, step: number) {
    this.start = start;
    this.end = end;
    this.step = step;
  }
}

/**
 * A range of positions for `x.index(…)`: `torch.slice(1, 3)` is Python's `1:3`, `torch.slice()` is `:`. Of a tensor, the view with those positions of one
 * dimension: `torch.slice(x, 0, 1, 3)`.
 *
 * Source: Python's `slice`, and `torch.ops.aten.slice` for a tensor.
 */
export function slice(start?: number | null, end?: number | null, step?: number | null): Slice;
export function slice(
  input: Tensor,
  dim?: number,
  start?: number | null,
  end?: number | null,
  step?: number,
): Tensor;
export function slice(
  first: number | null | Tensor = null,
  second: number | null = null,
  third: number | null = null,
  end: number | null = null,
  step = 1,
): Slice | Tensor {
  if (first instanceof Tensor) return slice_dim(first, second ?? 0, third, end, step);
  return new Slice(first, second, third ?? 1);
}

/** Positions or truth values as nested arrays, which stand for a tensor of them. */
type IndexList = readonly (number | bigint | boolean | IndexList)[];

/** One item of an index. */
export type IndexItem = number | bigint | boolean | Slice | null | "..." | Tensor | IndexList;

/** What a subscript does to its tensor: views first, and then, perhaps, tensors that choose. */
interface Resolved {
  readonly view: Tensor;
  readonly indices: Indices | null;
}

const sliceForm = /^(-?\d+)?:(-?\d+)?(?::(-?\d+)?)?$/;

/** A list of positions or truth values as Python writes it, `null` for anything else. */
function readList(text: string): IndexList | null {
  if (!text.startsWith("[")) return null;
  try {
    // Python's lists of numbers are JSON but for the names of truth values; what is in them is checked where it is used.
    return JSON.parse(text.replaceAll("True", "true").replaceAll("False", "false")) as IndexList;
  } catch {
    return null;
  }
}

/** One item as Python writes it. */
function parseItem(text: string): IndexItem {
  if (text === "...") return "...";
  if (text === "None") return null;
  if (text === "True" || text === "False") return text === "True";
  if (/^-?\d+$/.test(text)) return Number(text);
  const list = readList(text);
  if (list !== null) return list;
  const range = sliceForm.exec(text);
  if (range !== null) {
    const part = (group: number): number | null => (range[group] === undefined ? null : Number(range[group]));
    return slice(part(1), part(2), part(3) ?? 1);
  }
  throw new IndexError(
    `index: cannot read ${JSON.stringify(text)}. An index holds whole numbers, slices (1:3, ::2), None, "..." and lists, with commas between: "0, 1:3, None, ..., [0, 2]".`,
  );
}

/** The parts between commas that stand in no brackets. */
function splitItems(text: string): string[] {
  const parts = [""];
  let depth = 0;
  for (const character of text) {
    if (character === "[") depth++;
    if (character === "]") depth--;
    if (character === "," && depth === 0) parts.push("");
    else parts[parts.length - 1] += character;
  }
  return parts.map((part) => part.trim());
}

/** @throws IndexError when the string is not an index as Python writes it. */
function parse(text: string): IndexItem[] {
  const parts = splitItems(text);
  if (parts.at(-1) === "" && parts.length > 1) parts.pop();
  return parts.map(parseItem);
}

function readItems(items: readonly (IndexItem | string)[]): IndexItem[] {
  return items.flatMap((item): IndexItem[] =>
    typeof item === "string" && item !== "..." ? parse(item) : [item as IndexItem],
  );
}

/** How many dimensions of the tensor an item uses up. */
function dimsOf(item: IndexItem): number {
  if (item === null || item === "..." || typeof item === "boolean") return 0;
  if (item instanceof Tensor && isMask(item)) return item.ndim;
  if (Array.isArray(item)) return dimsOf(tensorOf(item as IndexList));
  return 1;
}

function isMask({ dtype }: Tensor): boolean {
  return dtype === bool || dtype === uint8;
}

/** With the `"..."` written out as whole dimensions. */
function writeOut(items: readonly IndexItem[], rank: number): IndexItem[] {
  const used = items.reduce<number>((total, item) => total + dimsOf(item), 0);
  if (used > rank)
    throw new IndexError(
      `too many indices for tensor of dimension ${rank}: got ${used}. Leave some out, or check the tensor's shape.`,
    );
  const position = items.indexOf("...");
  if (position !== items.lastIndexOf("..."))
    throw new IndexError('an index can only have a single ellipsis ("...").');
  if (position < 0) return [...items];
  const rest = Array.from({ length: rank - used }, () => slice());
  return items.toSpliced(position, 1, ...rest);
}

/** The tensor that nested arrays stand for: bool where all are truth values, else int64. @throws IndexError for anything else. */
function tensorOf(list: IndexList): Tensor {
  const shape: number[] = [];
  for (let level: unknown = list; Array.isArray(level); level = level[0]) shape.push(level.length);
  // The recursive type is too deep for the compiler to flatten; what is no position is refused here.
  const values = (list as readonly unknown[]).flat(Infinity) as (number | bigint | boolean)[];
  const wrong = values.find((value) => !isPosition(value) && typeof value !== "boolean");
  if (wrong !== undefined || values.length !== numel(shape))
    throw new IndexError(
      `index: ${describe(wrong ?? list)} is no index. A list holds whole numbers or booleans, or lists of one length.`,
    );
  const masks = values.length > 0 && values.every((value) => typeof value === "boolean");
  return given(values.map(Number), masks ? bool : int64, shape);
}

function isPosition(value: unknown): value is number | bigint {
  return typeof value === "bigint" || Number.isInteger(value);
}

/** @throws ValueError for a slice that goes backward or stands still. */
function checkStep({ step }: Slice): void {
  if (step <= 0)
    throw new ValueError(
      step === 0
        ? "slice step cannot be zero: it says how far apart the positions are."
        : `step must be greater than zero, got ${step}. Turn the dimension around with flip instead.`,
    );
}

/** One list of lists, slices or the like stands for its items, as in PyTorch. */
function unpacked(items: readonly IndexItem[]): readonly IndexItem[] {
  const [only] = items;
  if (items.length !== 1 || !Array.isArray(only)) return items;
  const list = only as readonly IndexItem[];
  return list.some((item) => typeof item === "object" || item === "...") ? list : items;
}

/** Whether a slice leaves a dimension as it is. */
function isWhole({ start, end, step }: Slice, size: number): boolean {
  return step === 1 && (start === null || start === 0 || start <= -size) && (end === null || end >= size);
}

/** The view that an index has come to, the dimension that its next item is about, and the tensors so far. */
class Reading {
  view: Tensor;
  dim = 0;
  /** The dimension of the input that the next item is about, for messages. */
  #source = 0;
  readonly #shape: Shape;
  readonly indices: (Tensor | null)[] = [];
  /** Whether the index is one item: a slice is then a view also when it is the whole dimension. */
  readonly sole: boolean;

  constructor(input: Tensor, sole: boolean) {
    this.view = input;
    this.sole = sole;
    this.#shape = input.shape;
  }

  /** Takes one position of the dimension. @throws IndexError when there is none such. */
  select(position: number): void {
    normalizeIndex(position, this.#source, this.#shape[this.#source]!);
    this.view = select(this.view, this.dim, position);
  }

  keep(index: Tensor | null, dims: number): void {
    this.indices.push(index);
    this.dim += dims;
  }

  /** With a new dimension, which a truth value keeps or empties. */
  insert(index: Tensor | null): void {
    this.view = unsqueeze(this.view, this.dim);
    this.keep(index, 1);
  }

  read(item: IndexItem): void {
    this.readItem(item);
    this.#source += dimsOf(item);
  }

  readItem(item: IndexItem): void {
    if (isPosition(item)) this.select(Number(item));
    else if (item === null) this.insert(null);
    else if (typeof item === "boolean") this.insert(given(item ? [0] : [], int64));
    else if (item instanceof Slice) {
      checkStep(item);
      if (this.sole || !isWhole(item, this.view.shape[this.dim]!))
        this.view = slice_dim(this.view, this.dim, item.start, item.end, item.step);
      this.keep(null, 1);
    } else if (item instanceof Tensor) this.readTensor(item);
    else if (Array.isArray(item)) this.readTensor(tensorOf(item as IndexList));
    else
      throw new IndexError(
        `only integers, slices, "...", null and long or byte Variables are valid indices (got ${describe(item)}). Use whole numbers, torch.slice(1, 3), null, "...", or int64 and bool tensors.`,
      );
  }

  /** A 0-d tensor is read as the number or truth value that it holds. */
  readTensor(index: Tensor): void {
    const scalar = index.ndim === 0;
    if (scalar && isMask(index)) this.insert(given(index.item() ? [0] : [], int64));
    else if (scalar && index.dtype.category === "integral") this.select(Number(index.item()));
    else this.keep(index, dimsOf(index));
  }
}

/** Applies the items that give views, in order, and collects the tensors for afterwards. */
function resolve(input: Tensor, items: readonly (IndexItem | string)[]): Resolved {
  const list = unpacked(readItems(items));
  const reading = new Reading(input, list.length === 1 && list[0] instanceof Slice);
  for (const item of writeOut(list, input.ndim)) reading.read(item);
  const { view, indices } = reading;
  return { view, indices: indices.some((index) => index !== null) ? indices : null };
}

/**
 * Python's `x[…]`: `x.index(0)`, `x.index(torch.slice(1, 3), null)`, `x.index("0, 1:3, None, ...")`, `x.index(mask)`.
 *
 * Numbers, slices, `null` (a new dimension) and `"..."` give views; int64 tensors, lists of numbers and masks give copies.
 *
 * @throws IndexError when a position or the number of dimensions does not fit.
 * Source: `torch.Tensor.__getitem__`.
 */
export function index(input: Tensor, ...items: (IndexItem | string)[]): Tensor {
  const { view, indices } = resolve(input, items);
  if (indices !== null) return advancedIndex(view, indices);
  return view === input ? sameView(input) : view;
}

/** Whether an index has its items in an array. (`Array.isArray` does not tell arrays that are only read from the rest.) */
function isList<Item>(
  items: readonly (IndexItem | string)[] | Item,
): items is readonly (IndexItem | string)[] {
  return Array.isArray(items);
}

/** Values lose their first dimensions of size 1, which nothing they are written into need have. Source: `slicePrefix1sSize`. */
function withoutLeadingOnes(values: Tensor): Tensor {
  const first = values.shape.findIndex((size) => size !== 1);
  const ones = first < 0 ? values.ndim : first;
  return ones === 0 ? values : reshape(values, values.shape.slice(ones));
}

/**
 * Python's `x[…] = values`: writes into the tensor, and gives it back. `values` broadcast; a number is written everywhere.
 *
 * `x.index_put_([0, torch.slice(1, 3)], values)`, `x.index_put_("0, 1:3", values)`, `x.index_put_(mask, 0)`; with `accumulate` the values are added.
 *
 * @throws IndexError when a position does not fit, RuntimeError when the values do not.
 * Source: `torch.Tensor.__setitem__`, `torch.Tensor.index_put_`.
 */
export function index_put_(
  input: Tensor,
  items: readonly (IndexItem | string)[] | Exclude<IndexItem, IndexList> | string,
  values: Tensor | Scalar,
  accumulate = false,
): Tensor {
  const { view, indices } = resolve(input, isList(items) ? items : [items]);
  const offered = values instanceof Tensor ? withoutLeadingOnes(values) : numberTensor(values);
  const source = to(offered, { dtype: input.dtype });
  if (indices !== null) applyInPlace(index_put, view, [indices, source, accumulate]);
  else applyInPlace(accumulate ? add : copy, view, [source]);
  return input;
}
