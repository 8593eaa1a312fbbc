/** How the items of a batch become tensors. */
import { describe, isKeywords } from "../binding.ts";
import { as_tensor, tensor } from "../create.ts";
import { isTypedArray } from "../creation/data.ts";
import { bool, float64, int64, type DType } from "../dtype.ts";
import { IndexError } from "../errors/indexError.ts";
import { KeyError } from "../errors/keyError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { stack } from "../ops/shaping/joining.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import type { Collated, Converted } from "./collated.ts";

/** What is being collated, for messages. */
export interface Place {
  /** Where in an item: `""` for the item itself, `[0]`, `.image`. */
  readonly path: string;
  /** What an entry of the batch is: `entry 3`, or with the data set's index. */
  readonly entry: (position: number) => string;
}

const anywhere: Place = { path: "", entry: (position) => `entry ${position}` };

/**
 * Puts the items of a batch together, with the batch as the first dimension.
 *
 * Tensors are stacked: 64 of shape `[1, 28, 28]` are one of `[64, 1, 28, 28]`. Numbers become one tensor: int64 where all are whole, so that they can be labels, float64 where one has a fraction; bigints
 * int64, booleans bool; typed arrays become tensors. Strings stay as an array. Arrays, objects and maps are collated part by part, so that items `[image, label]` give `[images, labels]`.
 *
 * @throws RuntimeError when tensors have different shapes or arrays different lengths, KeyError when an object lacks a part, TypeError for what cannot be collated.
 * Source: `torch.utils.data.default_collate`.
 */
export function default_collate<Item>(batch: readonly Item[]): Collated<Item> {
  if (!Array.isArray(batch))
    throw new TypeError(`default_collate(): batch must be an array of items, not ${describe(batch)}.`);
  return collate(batch, anywhere) as Collated<Item>; // the type says what the values are
}

/** The same, with messages that know where the items are from. */
export function collate(batch: readonly unknown[], place: Place): unknown {
  if (batch.length === 0)
    throw new IndexError("default_collate: the batch is empty, so nothing says what its parts are.");
  const first = batch[0];
  if (first instanceof Tensor) return collateTensors(batch, place);
  if (isNumber(first)) return collateNumbers(batch, place);
  if (typeof first === "string") return batch.map((item, i) => checked(item, i, isString, "a string", place));
  if (isTypedArray(first))
    return collateTensors(
      batch.map((item, i) => as_tensor(checked(item, i, isTypedArray, "a typed array", place))),
      place,
    );
  if (Array.isArray(first)) return collateArrays(batch, first.length, place);
  if (first instanceof Map) return collateMaps(batch, first, place);
  if (isKeywords(first)) return collateObjects(batch, first, place);
  throw uncollatable(first, place);
}

function isString(value: unknown): value is string {
  return typeof value === "string";
}

function isNumber(value: unknown): value is number | bigint | boolean {
  return typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
}

/** `part [0] of entry 3` */
function nameOf({ path, entry }: Place, position: number): string {
  return path === "" ? entry(position) : `${path} of ${entry(position)}`;
}

/** A value that must be of the kind of the first one. @throws TypeError when it is not. */
function checked<T>(
  value: unknown,
  position: number,
  is: (value: unknown) => value is T,
  kind: string,
  place: Place,
): T {
  if (is(value)) return value;
  throw new TypeError(
    `default_collate: ${nameOf(place, 0)} is ${kind}, but ${nameOf(place, position)} is ${describe(value)}. All items of a data set have the same kind; a collate_fn of your own can take others.`,
  );
}

function uncollatable(value: unknown, place: Place): TypeError {
  const advice =
    value instanceof Promise
      ? "get(index) gives promises: walk through the loader by for await (const batch of loader)."
      : "Give one of those, or pass a collate_fn that puts the items together.";
  return new TypeError(
    `default_collate: batch must contain tensors, typed arrays, numbers, strings, objects or arrays; found ${describe(value)} (${nameOf(place, 0)}). ${advice}`,
  );
}

function isTensor(value: unknown): value is Tensor {
  return value instanceof Tensor;
}

function collateTensors(batch: readonly unknown[], place: Place): Tensor {
  const tensors = batch.map((item, i) => checked(item, i, isTensor, "a Tensor", place));
  const { shape } = tensors[0]!; // there is one: batches are not empty here
  const other = tensors.findIndex((tensor) => !sameShape(tensor.shape, shape));
  if (other >= 0)
    throw new RuntimeError(
      `stack expects each tensor to be equal size, but got ${formatShape(shape)} at entry 0 and ${formatShape(tensors[other]!.shape)} at entry ${other}: ` +
        `${nameOf(place, 0)} and ${nameOf(place, other)}. Give all items one shape, by cropping or F.pad, or pass a collate_fn that does it for a batch.`,
    );
  return stack(tensors);
}

/** The dtype of numbers: Python tells whole numbers from others by their types, JavaScript by their values. */
function dtypeOf(numbers: readonly (number | bigint | boolean)[]): DType {
  if (numbers.every((value) => typeof value === "boolean")) return bool;
  return numbers.every((value) => typeof value !== "number" || Number.isSafeInteger(value)) ? int64 : float64;
}

function collateNumbers(batch: readonly unknown[], place: Place): Tensor {
  const numbers = batch.map((item, i) => checked(item, i, isNumber, "a number", place));
  return tensor(numbers, { dtype: dtypeOf(numbers) });
}

function collateArrays(batch: readonly unknown[], length: number, place: Place): unknown[] {
  const items = batch.map((item, i) => checked(item, i, isArray, "an array", place));
  const other = items.findIndex((item) => item.length !== length);
  if (other >= 0)
    throw new RuntimeError(
      `each element in list of batch should be of equal size: ${nameOf(place, 0)} has ${length}, ${nameOf(place, other)} has ${items[other]!.length}. ` +
        "Give the list as a Tensor padded to one length, or pass a collate_fn that does it for a batch.",
    );
  return Array.from({ length }, (_, part) =>
    collate(
      items.map((item) => item[part]),
      { ...place, path: `${place.path}[${part}]` },
    ),
  );
}

function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

function collateObjects(
  batch: readonly unknown[],
  first: Readonly<Record<string, unknown>>,
  place: Place,
): Record<string, unknown> {
  const items = batch.map((item, i) => checked(item, i, isKeywords, "an object", place));
  const parts = Object.keys(first).map((name): [string, unknown] => {
    const values = items.map((item, i) => {
      if (!(name in item)) throw lacking(name, i, place);
      return item[name];
    });
    return [name, collate(values, { ...place, path: `${place.path}.${name}` })];
  });
  return Object.fromEntries(parts);
}

function isMap(value: unknown): value is ReadonlyMap<unknown, unknown> {
  return value instanceof Map;
}

function collateMaps(
  batch: readonly unknown[],
  first: ReadonlyMap<unknown, unknown>,
  place: Place,
): Map<unknown, unknown> {
  const items = batch.map((item, i) => checked(item, i, isMap, "a Map", place));
  return new Map(
    Array.from(first.keys(), (key) => {
      const values = items.map((item, i) => {
        if (!item.has(key)) throw lacking(String(key), i, place);
        return item.get(key);
      });
      return [key, collate(values, { ...place, path: `${place.path}.get(${String(key)})` })];
    }),
  );
}

function lacking(name: string, position: number, place: Place): KeyError {
  return new KeyError(
    `'${name}': ${nameOf(place, 0)} has it, ${nameOf(place, position)} has not. All items of a data set have the same parts.`,
  );
}

/**
 * An item with its typed arrays as tensors, and everything else as it is: what a loader gives without batches.
 *
 * Source: `torch.utils.data.default_convert`.
 */
export function default_convert<Item>(data: Item): Converted<Item> {
  return convertItem(data) as Converted<Item>; // the type says what the values are
}

function convertItem(data: unknown): unknown {
  if (isTypedArray(data)) return as_tensor(data);
  if (Array.isArray(data)) return data.map(convertItem);
  if (data instanceof Map) return new Map(Array.from(data, ([key, value]) => [key, convertItem(value)]));
  if (isKeywords(data))
    return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, convertItem(value)]));
  return data;
}
