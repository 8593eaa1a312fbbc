/** Python's `x[…]`: basic indexing with numbers, slices, `null` and `"..."`, and advanced indexing with tensors, in one call or one string. */
import { int64 } from "../dtype.ts";
import { IndexError } from "../errors/indexError.ts";
import { describe } from "../binding.ts";
import { Tensor } from "../tensor.ts";
import { applyInPlace } from "../autograd/inplace.ts";
import { numberTensor } from "../parameters.ts";
import type { Scalar } from "../types.ts";
import type { Indices } from "./advanced.ts";
import { add } from "./arithmetic.ts";
import { copy, to } from "./conversion.ts";
import { advancedIndex, index_put } from "./indexing.ts";
import { given } from "./samples.ts";
import { select, slice_dim } from "./slicing.ts";
import { unsqueeze } from "./view.ts";

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
 * A range of positions for `x.index(…)`: `torch.slice(1, 3)` is Python's `1:3`, `torch.slice()` is `:`.
 *
 * Source: Python's `slice`.
 */
export function slice(
  start: number | null = null,
  end: number | null = null,
  step: number | null = 1,
): Slice {
  return new Slice(start, end, step ?? 1);
}

/** One item of an index. */
export type IndexItem = number | boolean | Slice | null | "..." | Tensor | readonly number[];

/** What a subscript does to its tensor: views first, and then, perhaps, tensors that choose. */
interface Resolved {
  readonly view: Tensor;
  readonly indices: Indices | null;
}

const sliceForm = /^(-?\d+)?:(-?\d+)?(?::(-?\d+)?)?$/;

/** One item as Python writes it. */
function parseItem(text: string): IndexItem {
  if (text === "...") return "...";
  if (text === "None") return null;
  if (text === "True" || text === "False") return text === "True";
  if (/^-?\d+$/.test(text)) return Number(text);
  const range = sliceForm.exec(text);
  if (range !== null) {
    const part = (group: number): number | null => (range[group] === undefined ? null : Number(range[group]));
    return slice(part(1), part(2), part(3) ?? 1);
  }
  throw new IndexError(
    `index: cannot read ${JSON.stringify(text)}. An index holds whole numbers, slices (1:3, ::2), None and "...", with commas between: "0, 1:3, None, ...".`,
  );
}

/** @throws IndexError when the string is not an index as Python writes it. */
function parse(text: string): IndexItem[] {
  const parts = text.split(",").map((part) => part.trim());
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
  if (item instanceof Tensor && (item.dtype.name === "bool" || item.dtype.name === "uint8")) return item.ndim;
  return 1;
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

/** Applies the items that give views, in order, and collects the tensors for afterwards. */
function resolve(input: Tensor, given_: readonly (IndexItem | string)[]): Resolved {
  const items = writeOut(readItems(given_), input.ndim);
  let view = input;
  let dim = 0;
  const indices: (Tensor | null)[] = [];
  let advanced = false;
  const keep = (index: Tensor | null, dims: number): void => {
    indices.push(index);
    advanced ||= index !== null;
    dim += dims;
  };
  for (const item of items) {
    if (typeof item === "number") view = select(view, dim, item);
    else if (item === null) {
      view = unsqueeze(view, dim);
      keep(null, 1);
    } else if (item instanceof Slice) {
      view = slice_dim(view, dim, item.start, item.end, item.step);
      keep(null, 1);
    } else if (typeof item === "boolean") {
      view = unsqueeze(view, dim);
      keep(given(item ? [0] : [], int64), 1);
    } else if (item instanceof Tensor) keep(item, dimsOf(item));
    else if (Array.isArray(item) && item.every((value) => typeof value === "number"))
      keep(given(item, int64), 1);
    else
      throw new IndexError(
        `index: ${describe(item)} is no index. Use whole numbers, torch.slice(1, 3), null, "...", or int64 and bool tensors.`,
      );
  }
  return { view, indices: advanced ? indices : null };
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
  return indices === null ? view : advancedIndex(view, indices);
}

/**
 * Python's `x[…] = values`: writes into the tensor, and gives it back. `values` broadcast; a number is written everywhere.
 *
 * `x.index_put_([0, torch.slice(1, 3)], values)`; with `accumulate` the values are added.
 *
 * @throws IndexError when a position does not fit, RuntimeError when the values do not.
 * Source: `torch.Tensor.__setitem__`, `torch.Tensor.index_put_`.
 */
export function index_put_(
  input: Tensor,
  items: readonly (IndexItem | string)[],
  values: Tensor | Scalar,
  accumulate = false,
): Tensor {
  const { view, indices } = resolve(input, items);
  const source = to(values instanceof Tensor ? values : numberTensor(values), { dtype: input.dtype });
  if (indices !== null) applyInPlace(index_put, view, [indices, source, accumulate]);
  else applyInPlace(accumulate ? add : copy, view, [source]);
  return input;
}
