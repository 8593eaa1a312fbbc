/**
 * What the compiler can know of an operation's result: shapes and dtypes as types. Wherever it cannot know, the answer is wide
 * (`readonly number[]`, any dtype), never wrong.
 */
import type { DTypeName } from "./dtype.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** A plain number where PyTorch takes a Python number. */
export type Scalar = number | bigint | boolean;

/** A tensor, or a number that is treated as one of no dimensions. */
export type Operand = Tensor | Scalar;

export type ShapeOf<T> = T extends Tensor<infer S, infer _D> ? S : [];
export type DTypeOf<T> = T extends Tensor<infer _S, infer D> ? D : never;

/** Whether a type is `any`, which would be every answer of a conditional type at once. */
export type IsAny<T> = 0 extends 1 & T ? true : false;

/** True when the compiler does not know the sizes. */
export type IsWide<S extends Shape> =
  IsAny<S> extends true ? true : number extends S["length"] ? true : number extends S[number] ? true : false;

type Last<S extends Shape> = S extends readonly [...Shape, infer L extends number] ? L : 1;
type Head<S extends Shape> = S extends readonly [...infer H extends number[], number] ? H : [];

type BroadcastSize<A extends number, B extends number> = A extends 1
  ? B
  : B extends 1
    ? A
    : A extends B
      ? A
      : number;

type BroadcastKnown<A extends Shape, B extends Shape, Tail extends Shape = []> = A extends readonly []
  ? [...B, ...Tail]
  : B extends readonly []
    ? [...A, ...Tail]
    : BroadcastKnown<Head<A>, Head<B>, [BroadcastSize<Last<A>, Last<B>>, ...Tail]>;

/** The shape of an elementwise result. */
export type Broadcast<A extends Shape, B extends Shape> = true extends IsWide<A> | IsWide<B>
  ? Shape
  : BroadcastKnown<A, B>;

type Floating = "float32" | "float64" | "float16" | "bfloat16";

/** The dtype of `sqrt(x)`: floating-point dtypes stay, whole numbers become the default dtype. */
export type FloatOf<D extends DTypeName> =
  IsAny<D> extends true ? DTypeName : D extends Floating ? D : Floating;

/** The dtype of an operation on two tensors with dimensions; wide where promotion depends on more than the two names. */
export type Promote<A extends DTypeName, B extends DTypeName> = true extends IsAny<A> | IsAny<B>
  ? DTypeName
  : [A] extends [B]
    ? [B] extends [A]
      ? A
      : DTypeName
    : A extends Floating
      ? B extends Floating
        ? Floating
        : A
      : B extends Floating
        ? B
        : DTypeName;

/** The dtype of `x * other`, where `other` may be a plain number. */
export type PromoteOperand<D extends DTypeName, O> = O extends Tensor
  ? Promote<D, DTypeOf<O>>
  : IsAny<D> extends true
    ? DTypeName
    : D extends Floating
      ? D
      : DTypeName;

/** The shape of `a @ b`. */
export type MatmulShape<A extends Shape, B extends Shape> = true extends IsWide<A> | IsWide<B>
  ? Shape
  : A extends readonly [infer N extends number, number]
    ? B extends readonly [number, infer M extends number]
      ? [N, M]
      : B extends readonly [number]
        ? [N]
        : Shape
    : A extends readonly [number]
      ? B extends readonly [number, infer M extends number]
        ? [M]
        : B extends readonly [number]
          ? []
          : Shape
      : Shape;

/** The shape of a matrix's transpose. */
export type TransposedShape<S extends Shape> =
  IsWide<S> extends true
    ? Shape
    : S extends readonly [infer A extends number, infer B extends number]
      ? [B, A]
      : S;

/** Nested arrays of numbers, as data. */
export type Nested<T> = T | readonly Nested<T>[];

/** The shape of nested arrays, as far as the compiler knows their lengths (literal tuples only). */
export type NestedShape<T> = T extends Scalar
  ? []
  : T extends readonly []
    ? [0]
    : T extends readonly [infer First, ...unknown[]]
      ? [T["length"], ...NestedShape<First>]
      : Shape;

type Leaf<T> = T extends readonly (infer E)[] ? Leaf<E> : T;

/** The dtype that data gets: numbers the default dtype, bigints int64, booleans bool. */
export type NestedDType<T> =
  Leaf<T> extends boolean
    ? "bool"
    : Leaf<T> extends bigint
      ? "int64"
      : [Leaf<T>] extends [number | boolean]
        ? "float32"
        : DTypeName;
