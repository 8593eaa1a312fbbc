/** Parameters of data sets, samplers and loaders. */
import { isKeywords } from "../binding.ts";
import { generatorParameter } from "../creation/options.ts";
import type { Parameter } from "../parameters.ts";
import type { Generator } from "../random.ts";
import { Tensor } from "../tensor.ts";
import { isMapData, isStreamData, type MapData, type StreamData } from "./dataset.ts";

const { keywordOnly: _, ...positional } = generatorParameter;

/** The source of random numbers, by position too; the default one when `null`. */
export const generator: Parameter<Generator | null> = positional;

/** What has items by index. */
export const mapData: Parameter<MapData<unknown>> = {
  expects: "a data set with get(index) and length (a class that extends data.Dataset, an array, a Tensor)",
  convert: (value) => (isMapData(value) ? value : undefined),
};

/** Any data set. */
export const anyData: Parameter<MapData<unknown> | StreamData<unknown>> = {
  expects:
    "a data set: one with get(index) and length (a class that extends data.Dataset, an array, a Tensor), or one that extends data.IterableDataset",
  convert: (value) => (isMapData(value) || isStreamData(value) ? value : undefined),
};

/** What has a length. */
export interface Sized {
  readonly length: number;
}

/** Something with a length, which may change. */
export const sized: Parameter<Sized> = {
  expects: "something with a length, such as a data set",
  convert: (value) => (isSized(value) ? value : undefined),
};

function isSized(value: unknown): value is Sized {
  return typeof value === "object" && value !== null && "length" in value && typeof value.length === "number";
}

/** Something to go through. */
export function iterable<T>(expects: string): Parameter<Iterable<T>> {
  return {
    expects,
    convert: (value) =>
      typeof value === "object" && value !== null && Symbol.iterator in value
        ? (value as Iterable<T>) // what it gives is looked at when it is used
        : undefined,
  };
}

/** The arguments of a call whose first one is data: an object literal there may be a data set, and is no list of keywords then. */
export function withData(args: readonly unknown[]): readonly unknown[] {
  return args.length === 1 && isKeywords(args[0]) && isMapData(args[0]) ? [args[0], {}] : args;
}

/** Indices in an array, or in a tensor of one dimension. */
export const indexList: Parameter<readonly number[]> = {
  expects: "an array of indices, or a Tensor of them with one dimension",
  convert: (value) => {
    const list: unknown = value instanceof Tensor && value.ndim === 1 ? value.tolist() : value;
    return Array.isArray(list) && list.every(Number.isInteger) ? list : undefined;
  },
};

/** An array of numbers. */
export const numbers: Parameter<readonly number[]> = {
  expects: "an array of numbers",
  convert: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "number") ? value : undefined,
};
