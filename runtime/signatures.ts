/**
 * The calling forms of operators as types. One signature gives both forms of an operator: the function (`torch.mul(x, y)`) and the method
 * (`x.mul(y)`). A method's type depends on the tensor that it is called on; `this["self"]` stands for that tensor's type, and `MethodOf` fills
 * it in.
 */
import type { DType, DTypeName } from "./dtype.ts";
import type { Shape } from "./shape.ts";
import type { Tensor } from "./tensor.ts";
import type {
  Broadcast,
  DTypeOf,
  FloatOf,
  MatmulShape,
  Operand,
  PromoteOperand,
  ShapeOf,
  Scalar,
  TransposedShape,
} from "./types.ts";

/** The two forms of an operator. */
export interface Signature {
  readonly self: unknown;
  readonly function: unknown;
  readonly method: unknown;
}

/** The method form of an operator, on a tensor of type `Self`. */
export type MethodOf<S extends Signature, Self> = (S & { readonly self: Self })["method"];

/** One or several dimensions. */
export type Dims = number | readonly number[];

/** `f(x)`, of the same shape and dtype. */
export interface UnarySignature extends Signature {
  readonly function: <T extends Tensor>(input: T) => Tensor<ShapeOf<T>, DTypeOf<T>>;
  readonly method: () => Tensor<ShapeOf<this["self"]>, DTypeOf<this["self"]>>;
}

/** `f(x)`, where whole numbers become floating-point. */
export interface FloatUnarySignature extends Signature {
  readonly function: <T extends Tensor>(input: T) => Tensor<ShapeOf<T>, FloatOf<DTypeOf<T>>>;
  readonly method: () => Tensor<ShapeOf<this["self"]>, FloatOf<DTypeOf<this["self"]>>>;
}

/** A question about each element. */
export interface TestSignature extends Signature {
  readonly function: <T extends Tensor>(input: T) => Tensor<ShapeOf<T>, "bool">;
  readonly method: () => Tensor<ShapeOf<this["self"]>, "bool">;
}

/** `x ∘ y` with broadcasting and promotion. */
export interface BinarySignature extends Signature {
  readonly function: <T extends Tensor, O extends Operand>(
    input: T,
    other: O,
  ) => Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<DTypeOf<T>, O>>;
  readonly method: <O extends Operand>(
    other: O,
  ) => Tensor<Broadcast<ShapeOf<this["self"]>, ShapeOf<O>>, PromoteOperand<DTypeOf<this["self"]>, O>>;
}

/** `x ∘ y`, where either may be a number. */
export interface EitherSignature extends BinarySignature {
  readonly function: BinarySignature["function"] &
    (<T extends Tensor>(input: Scalar, other: T) => Tensor<ShapeOf<T>>) &
    ((input: Scalar, other: Scalar) => Tensor<[]>);
}

/** `x ± alpha · y`, where either may be a number. */
export interface ScaledBinarySignature extends Signature {
  readonly function: {
    <T extends Tensor, O extends Operand>(
      input: T,
      other: O,
      options?: { readonly alpha?: Scalar },
    ): Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<DTypeOf<T>, O>>;
    <O extends Operand>(input: Scalar, other: O, options?: { readonly alpha?: Scalar }): Tensor<ShapeOf<O>>;
  };
  readonly method: <O extends Operand>(
    other: O,
    options?: { readonly alpha?: Scalar },
  ) => Tensor<Broadcast<ShapeOf<this["self"]>, ShapeOf<O>>, PromoteOperand<DTypeOf<this["self"]>, O>>;
}

/** `x / y`, rounded or not. */
export interface DivisionSignature extends Signature {
  readonly function: {
    <T extends Tensor, O extends Operand>(
      input: T,
      other: O,
      options?: { readonly rounding_mode?: "trunc" | "floor" | null },
    ): Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<FloatOf<DTypeOf<T>>, O>>;
    <O extends Operand>(
      input: Scalar,
      other: O,
      options?: { readonly rounding_mode?: "trunc" | "floor" | null },
    ): Tensor<ShapeOf<O>>;
  };
  readonly method: <O extends Operand>(
    other: O,
    options?: { readonly rounding_mode?: "trunc" | "floor" | null },
  ) => Tensor<
    Broadcast<ShapeOf<this["self"]>, ShapeOf<O>>,
    PromoteOperand<FloatOf<DTypeOf<this["self"]>>, O>
  >;
}

/** `x ** y`, where either may be a number. */
export interface PowerSignature extends Signature {
  readonly function: {
    <T extends Tensor, O extends Operand>(
      input: T,
      exponent: O,
    ): Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<DTypeOf<T>, O>>;
    <T extends Tensor>(input: Scalar, exponent: T): Tensor<ShapeOf<T>>;
  };
  readonly method: <O extends Operand>(
    exponent: O,
  ) => Tensor<Broadcast<ShapeOf<this["self"]>, ShapeOf<O>>, PromoteOperand<DTypeOf<this["self"]>, O>>;
}

/** `x ∘ y`, true or false for each pair of elements. */
export interface ComparisonSignature extends Signature {
  readonly function: <T extends Tensor, O extends Operand>(
    input: T,
    other: O,
  ) => Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, "bool">;
  readonly method: <O extends Operand>(
    other: O,
  ) => Tensor<Broadcast<ShapeOf<this["self"]>, ShapeOf<O>>, "bool">;
}

interface ClampOptions {
  readonly min?: Operand | null;
  readonly max?: Operand | null;
}

/** Limits on each element. */
export interface ClampSignature extends Signature {
  readonly function: {
    (input: Tensor, min: Operand | null, max?: Operand | null): Tensor;
    (input: Tensor, options: ClampOptions): Tensor;
  };
  readonly method: {
    (min: Operand | null, max?: Operand | null): Tensor;
    (options: ClampOptions): Tensor;
  };
}

export interface DTypeOption {
  readonly dtype?: DType | null;
}

export interface DimOptions {
  readonly dim?: Dims | null;
  readonly keepdim?: boolean;
}

/** Whether reduced dimensions stay, with size 1. */
export interface KeepOption {
  readonly keepdim?: boolean;
}

/** A sum, a mean and their like, over all dimensions or over some. */
export interface ReductionSignature extends Signature {
  readonly function: {
    (input: Tensor, options?: DTypeOption): Tensor<[]>;
    (
      input: Tensor,
      dim: Dims | null,
      keepdim?: boolean | (KeepOption & DTypeOption),
      options?: DTypeOption,
    ): Tensor;
    (input: Tensor, options: DimOptions & DTypeOption): Tensor;
  };
  readonly method: {
    (options?: DTypeOption): Tensor<[]>;
    (dim: Dims | null, keepdim?: boolean | (KeepOption & DTypeOption), options?: DTypeOption): Tensor;
    (options: DimOptions & DTypeOption): Tensor;
  };
}

interface DeviationOptions extends DimOptions {
  readonly correction?: number | null;
  readonly unbiased?: boolean;
}

/** The arguments of a variance or a standard deviation: what follows the dimension says whether it is unbiased. */
export type DeviationArguments = readonly [
  dim: Dims | boolean | null | DeviationOptions,
  unbiased?: boolean | DeviationOptions,
  keepdim?: boolean | DeviationOptions,
];

/** A variance or a standard deviation. */
export interface DeviationSignature extends Signature {
  readonly function: {
    (input: Tensor): Tensor<[]>;
    (input: Tensor, ...rest: DeviationArguments): Tensor;
  };
  readonly method: {
    (): Tensor<[]>;
    (...rest: DeviationArguments): Tensor;
  };
}

/** The position of the largest or smallest element. */
export interface ArgReductionSignature extends Signature {
  readonly function: {
    (input: Tensor, dim?: number | null, keepdim?: boolean | KeepOption): Tensor<Shape, "int64">;
    (
      input: Tensor,
      options: { readonly dim?: number | null; readonly keepdim?: boolean },
    ): Tensor<Shape, "int64">;
  };
  readonly method: {
    (dim?: number | null, keepdim?: boolean | KeepOption): Tensor<Shape, "int64">;
    (options: { readonly dim?: number | null; readonly keepdim?: boolean }): Tensor<Shape, "int64">;
  };
}

/** Two results, by position and by PyTorch's names. */
export type ValuesAndIndices<D extends DTypeName = DTypeName> = [Tensor<Shape, D>, Tensor<Shape, "int64">] & {
  readonly values: Tensor<Shape, D>;
  readonly indices: Tensor<Shape, "int64">;
};

interface SingleDimOptions {
  readonly dim: number;
  readonly keepdim?: boolean;
}

/** `max` and `min`: of everything, along a dimension with the positions, or of two tensors. */
export interface ExtremumSignature extends Signature {
  readonly function: {
    <T extends Tensor>(input: T): Tensor<[], DTypeOf<T>>;
    <T extends Tensor>(input: T, dim: number, keepdim?: boolean | KeepOption): ValuesAndIndices<DTypeOf<T>>;
    <T extends Tensor>(input: T, options: SingleDimOptions): ValuesAndIndices<DTypeOf<T>>;
    (input: Tensor, other: Tensor | { readonly other: Tensor }): Tensor;
  };
  readonly method: (() => Tensor<[], DTypeOf<this["self"]>>) &
    ((dim: number, keepdim?: boolean | KeepOption) => ValuesAndIndices<DTypeOf<this["self"]>>) &
    ((options: SingleDimOptions) => ValuesAndIndices<DTypeOf<this["self"]>>) &
    ((other: Tensor | { readonly other: Tensor }) => Tensor);
}

/** A product of matrices. */
export interface MatmulSignature extends Signature {
  readonly function: <A extends Tensor, B extends Tensor>(
    input: A,
    other: B,
  ) => Tensor<MatmulShape<ShapeOf<A>, ShapeOf<B>>, DTypeOf<A>>;
  readonly method: <B extends Tensor>(
    other: B,
  ) => Tensor<MatmulShape<ShapeOf<this["self"]>, ShapeOf<B>>, DTypeOf<this["self"]>>;
}

/** A matrix's transpose. */
export interface TransposedSignature extends Signature {
  readonly function: <T extends Tensor>(input: T) => Tensor<TransposedShape<ShapeOf<T>>, DTypeOf<T>>;
  readonly method: () => Tensor<TransposedShape<ShapeOf<this["self"]>>, DTypeOf<this["self"]>>;
}

/** Sizes as one array or as separate numbers. */
export interface SizesSignature extends Signature {
  readonly function: {
    <T extends Tensor, const N extends Shape>(input: T, sizes: N): Tensor<KnownSizes<N>, DTypeOf<T>>;
    <T extends Tensor, const N extends Shape>(input: T, ...sizes: N): Tensor<KnownSizes<N>, DTypeOf<T>>;
  };
  readonly method: (<const N extends Shape>(sizes: N) => Tensor<KnownSizes<N>, DTypeOf<this["self"]>>) &
    (<const N extends Shape>(...sizes: N) => Tensor<KnownSizes<N>, DTypeOf<this["self"]>>);
}

/** Sizes that are all known; with a `-1` among them the compiler knows only their number. */
export type KnownSizes<N extends Shape> = -1 extends N[number]
  ? { [K in keyof N]: N[K] extends -1 ? number : N[K] }
  : N;

/** Any form with the argument types given; results of unknown shape. */
export interface GeneralSignature<
  Arguments extends readonly unknown[],
  D extends DTypeName | "same" = "same",
> extends Signature {
  readonly function: <T extends Tensor>(
    input: T,
    ...rest: Arguments
  ) => Tensor<Shape, D extends DTypeName ? D : DTypeOf<T>>;
  readonly method: (...rest: Arguments) => Tensor<Shape, D extends DTypeName ? D : DTypeOf<this["self"]>>;
}

/** A function without a method form. */
export interface FunctionSignature<F> extends Signature {
  readonly function: F;
  readonly method: never;
}
