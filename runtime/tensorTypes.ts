/** What the compiler knows of a tensor, and what follows from it for its elements. */
import type { DTypeName } from "./dtype.ts";
import type { Shape } from "./shape.ts";
import type { IsAny } from "./types.ts";

declare const known: unique symbol;

/**
 * A shape and a dtype that the compiler knows, and that never stand in the way: TypeScript infers through the parameter, but since nothing is read of it,
 * it takes any two of these for the same when it asks what may be assigned to what. So `let x = torch.randn(10)` may become `x.view(1, -1)`, as in PyTorch.
 */
export interface Known<S extends Shape = Shape, D extends DTypeName = DTypeName> {
  readonly [known]?: Known<S, D>;
}

/** The shape that is known. */
export type ShapeIn<K> = K extends Known<infer S, infer _D> ? S : never;

/** The dtype that is known. */
export type DTypeIn<K> = K extends Known<infer _S, infer D> ? D : never;

/** Sizes of as many dimensions as are known. Numbers, and open at the end: a variable may have become another tensor since. */
export type Sizes<S extends Shape> = number extends S["length"]
  ? Shape
  : readonly [...{ -readonly [Dim in keyof S]: number }, ...number[]];

/** An element as a program reads it. Where the dtype is not known, it is taken for a number; an int64 beyond 2^53 comes as a bigint. */
export type Value<D extends DTypeName> =
  IsAny<D> extends true ? number : [D] extends ["bool"] ? boolean : number;

/**
 * What `tolist()` gives: nested arrays of as many levels as the shape has dimensions. Where these are not known, arrays of anything, as `JSON.parse` gives: a union of
 * all depths could be neither walked nor indexed.
 */
export type NestedValues<S extends Shape, D extends DTypeName> = number extends S["length"]
  ? any[] // oxlint-disable-line typescript/no-explicit-any -- the depth is known to the program alone
  : S extends readonly [number, ...infer Rest extends Shape]
    ? NestedValues<Rest, D>[]
    : Value<D>;
