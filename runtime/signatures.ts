/**
 * The calling forms of operators as types. One signature gives both forms of an operator: the function (`torch.mul(x, y)`) and the method
 * (`x.mul(y)`). A method learns from its `this` parameter which tensor it is called on. So all tensors have the same methods, and the compiler makes them once, not for
 * each shape anew.
 */
import type { DType, DTypeName } from "./dtype.ts";
import type { Called, Named, OutOption, TensorsByName, TensorsWithOptions, WithOut } from "./keywords.ts";
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
  readonly function: unknown;
  readonly method: unknown;
}

/** One or several dimensions. */
export type Dims = number | readonly number[];

/** The first argument by name. */
interface InputByName<T> extends OutOption {
  readonly input: T;
}

/** The second argument by name. */
export interface OtherByName<O> {
  readonly other: O;
}

/** Both arguments by name. */
type PairByName<T, O> = InputByName<T> & OtherByName<O>;

/** `f(x)`, of the same shape and dtype. */
export interface UnarySignature extends Signature {
  readonly function: <T extends Tensor>(
    input: T | InputByName<T>,
    options?: OutOption,
  ) => Tensor<ShapeOf<T>, DTypeOf<T>>;
  readonly method: <T extends Tensor>(this: T) => Tensor<ShapeOf<T>, DTypeOf<T>>;
}

/** `f(x)`, where whole numbers become floating-point. */
export interface FloatUnarySignature extends Signature {
  readonly function: <T extends Tensor>(
    input: T | InputByName<T>,
    options?: OutOption,
  ) => Tensor<ShapeOf<T>, FloatOf<DTypeOf<T>>>;
  readonly method: <T extends Tensor>(this: T) => Tensor<ShapeOf<T>, FloatOf<DTypeOf<T>>>;
}

/** A question about each element. */
export interface TestSignature extends Signature {
  readonly function: <T extends Tensor>(
    input: T | InputByName<T>,
    options?: OutOption,
  ) => Tensor<ShapeOf<T>, "bool">;
  readonly method: <T extends Tensor>(this: T) => Tensor<ShapeOf<T>, "bool">;
}

/** `x ∘ y` with broadcasting and promotion. */
export interface BinarySignature extends Signature {
  readonly function: {
    <T extends Tensor, O extends Operand>(
      input: T,
      other: O | (OtherByName<O> & OutOption),
      options?: OutOption,
    ): Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<DTypeOf<T>, O>>;
    <T extends Tensor, O extends Operand>(
      named: PairByName<T, O>,
    ): Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<DTypeOf<T>, O>>;
  };
  readonly method: <T extends Tensor, O extends Operand>(
    this: T,
    other: O | OtherByName<O>,
  ) => Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<DTypeOf<T>, O>>;
}

/** `x ∘ y`, where either may be a number. */
export interface EitherSignature extends BinarySignature {
  readonly function: BinarySignature["function"] &
    (<T extends Tensor>(
      input: Scalar,
      other: T | (OtherByName<T> & OutOption),
      options?: OutOption,
    ) => Tensor<ShapeOf<T>>) &
    ((input: Scalar, other: Scalar | (OtherByName<Scalar> & OutOption), options?: OutOption) => Tensor<[]>) &
    (<O extends Operand>(named: PairByName<Scalar, O>) => Tensor<ShapeOf<O>>);
}

interface ScaleOption {
  readonly alpha?: Scalar;
}

/** `x ± alpha · y`, where either may be a number. */
export interface ScaledBinarySignature extends Signature {
  readonly function: {
    <T extends Tensor, O extends Operand>(
      input: T,
      other: O | (OtherByName<O> & ScaleOption & OutOption),
      options?: ScaleOption & OutOption,
    ): Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<DTypeOf<T>, O>>;
    <O extends Operand>(
      input: Scalar,
      other: O | (OtherByName<O> & ScaleOption & OutOption),
      options?: ScaleOption & OutOption,
    ): Tensor<ShapeOf<O>>;
    <T extends Operand, O extends Operand>(named: PairByName<T, O> & ScaleOption): Tensor;
  };
  readonly method: <T extends Tensor, O extends Operand>(
    this: T,
    other: O | (OtherByName<O> & ScaleOption),
    options?: ScaleOption,
  ) => Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<DTypeOf<T>, O>>;
}

interface RoundingOption {
  readonly rounding_mode?: "trunc" | "floor" | null;
}

/** `x / y`, rounded or not. */
export interface DivisionSignature extends Signature {
  readonly function: {
    <T extends Tensor, O extends Operand>(
      input: T,
      other: O | (OtherByName<O> & RoundingOption & OutOption),
      options?: RoundingOption & OutOption,
    ): Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<FloatOf<DTypeOf<T>>, O>>;
    <O extends Operand>(
      input: Scalar,
      other: O | (OtherByName<O> & RoundingOption & OutOption),
      options?: RoundingOption & OutOption,
    ): Tensor<ShapeOf<O>>;
    <T extends Operand, O extends Operand>(named: PairByName<T, O> & RoundingOption): Tensor;
  };
  readonly method: <T extends Tensor, O extends Operand>(
    this: T,
    other: O | (OtherByName<O> & RoundingOption),
    options?: RoundingOption,
  ) => Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<FloatOf<DTypeOf<T>>, O>>;
}

interface ExponentByName<O> {
  readonly exponent: O;
}

/** `x ** y`, where either may be a number. */
export interface PowerSignature extends Signature {
  readonly function: {
    <T extends Tensor, O extends Operand>(
      input: T,
      exponent: O | (ExponentByName<O> & OutOption),
      options?: OutOption,
    ): Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<DTypeOf<T>, O>>;
    <T extends Tensor>(
      input: Scalar,
      exponent: T | (ExponentByName<T> & OutOption),
      options?: OutOption,
    ): Tensor<ShapeOf<T>>;
    <T extends Operand, O extends Operand>(named: InputByName<T> & ExponentByName<O>): Tensor;
  };
  readonly method: <T extends Tensor, O extends Operand>(
    this: T,
    exponent: O | ExponentByName<O>,
  ) => Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, PromoteOperand<DTypeOf<T>, O>>;
}

/** `x ∘ y`, true or false for each pair of elements. */
export interface ComparisonSignature extends Signature {
  readonly function: {
    <T extends Tensor, O extends Operand>(
      input: T,
      other: O | (OtherByName<O> & OutOption),
      options?: OutOption,
    ): Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, "bool">;
    <T extends Tensor, O extends Operand>(
      named: PairByName<T, O>,
    ): Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, "bool">;
  };
  readonly method: <T extends Tensor, O extends Operand>(
    this: T,
    other: O | OtherByName<O>,
  ) => Tensor<Broadcast<ShapeOf<T>, ShapeOf<O>>, "bool">;
}

interface ClampOptions {
  readonly min?: Operand | null;
  readonly max?: Operand | null;
}

/** Limits on each element. */
export interface ClampSignature extends Signature {
  readonly function: {
    (
      input: Tensor,
      min: Operand | null,
      max?: Operand | null | (Pick<ClampOptions, "max"> & OutOption),
      options?: OutOption,
    ): Tensor;
    (input: Tensor, options: ClampOptions & OutOption): Tensor;
    (named: InputByName<Tensor> & ClampOptions): Tensor;
  };
  readonly method: {
    (min: Operand | null, max?: Operand | null | Pick<ClampOptions, "max">): Tensor;
    (options: ClampOptions): Tensor;
  };
}

export interface DTypeOption {
  /** The dtype to compute in, and of the result. */
  readonly dtype?: DType | null;
}

/** Whether reduced dimensions stay, with size 1. */
export interface KeepOption {
  /** Whether the dimension stays, with size 1; it does not unless it is given. */
  readonly keepdim?: boolean;
  /** NumPy's name of `keepdim`. */
  readonly keepdims?: boolean;
}

/** Which dimensions are reduced. */
export interface DimOptions extends KeepOption {
  /** The dimension that goes away, or several of them, counted from the front or, negative, from the back; all unless given. */
  readonly dim?: Dims | null;
  /** NumPy's name of `dim`. */
  readonly axis?: Dims | null;
}

/** A sum, a mean and their like, over all dimensions or over some. */
export interface ReductionSignature extends Signature {
  readonly function: {
    (input: Tensor, options?: DTypeOption & OutOption): Tensor<[]>;
    (
      input: Tensor,
      dim: Dims | null,
      keepdim?: boolean | (KeepOption & DTypeOption & OutOption),
      options?: DTypeOption & OutOption,
    ): Tensor;
    (input: Tensor, options: DimOptions & DTypeOption & OutOption): Tensor;
    (named: InputByName<Tensor> & DimOptions & DTypeOption): Tensor;
  };
  readonly method: {
    (options?: DTypeOption): Tensor<[]>;
    (dim: Dims | null, keepdim?: boolean | (KeepOption & DTypeOption), options?: DTypeOption): Tensor;
    (options: DimOptions & DTypeOption): Tensor;
  };
}

interface DeviationOptions extends DimOptions, OutOption {
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
    (input: Tensor, ...rest: [...DeviationArguments, options?: OutOption]): Tensor;
    (named: InputByName<Tensor> & DeviationOptions): Tensor;
  };
  readonly method: {
    (): Tensor<[]>;
    (...rest: DeviationArguments): Tensor;
  };
}

export interface OneDimOptions extends KeepOption {
  /** The dimension that goes away, counted from the front or, negative, from the back; all unless given. */
  readonly dim?: number | null;
  readonly axis?: number | null;
}

/** The position of the largest or smallest element. */
export interface ArgReductionSignature extends Signature {
  readonly function: {
    (
      input: Tensor,
      dim?: number | null,
      keepdim?: boolean | (KeepOption & OutOption),
      options?: OutOption,
    ): Tensor<Shape, "int64">;
    (input: Tensor, options: OneDimOptions & OutOption): Tensor<Shape, "int64">;
    (named: InputByName<Tensor> & OneDimOptions): Tensor<Shape, "int64">;
  };
  readonly method: {
    (dim?: number | null, keepdim?: boolean | KeepOption): Tensor<Shape, "int64">;
    (options: OneDimOptions): Tensor<Shape, "int64">;
  };
}

/** Two results, by position and by PyTorch's names. */
export type ValuesAndIndices<D extends DTypeName = DTypeName> = [Tensor<Shape, D>, Tensor<Shape, "int64">] & {
  readonly values: Tensor<Shape, D>;
  readonly indices: Tensor<Shape, "int64">;
};

/** The one dimension of a call, which has to be given; NumPy calls it `axis`. */
export type DimByName<D = number> =
  | {
      /** The dimension, counted from the front or, negative, from the back. */
      readonly dim: D;
    }
  | {
      /** NumPy's name of `dim`. */
      readonly axis: D;
    };

export type SingleDimOptions = KeepOption & DimByName;

/** `max` and `min`: of everything, along a dimension with the positions, or of two tensors. */
export interface ExtremumSignature extends Signature {
  readonly function: {
    <T extends Tensor>(input: T, options?: OutOption): Tensor<[], DTypeOf<T>>;
    <T extends Tensor>(
      input: T,
      dim: number,
      keepdim?: boolean | (KeepOption & OutOption),
      options?: OutOption,
    ): ValuesAndIndices<DTypeOf<T>>;
    <T extends Tensor>(input: T, options: SingleDimOptions & OutOption): ValuesAndIndices<DTypeOf<T>>;
    (input: Tensor, other: Tensor | (OtherByName<Tensor> & OutOption), options?: OutOption): Tensor;
    (named: PairByName<Tensor, Tensor>): Tensor;
    <T extends Tensor>(named: InputByName<T> & SingleDimOptions): ValuesAndIndices<DTypeOf<T>>;
    <T extends Tensor>(named: InputByName<T>): Tensor<[], DTypeOf<T>>;
  };
  readonly method: (<T extends Tensor>(this: T) => Tensor<[], DTypeOf<T>>) &
    (<T extends Tensor>(
      this: T,
      dim: number,
      keepdim?: boolean | KeepOption,
    ) => ValuesAndIndices<DTypeOf<T>>) &
    (<T extends Tensor>(this: T, options: SingleDimOptions) => ValuesAndIndices<DTypeOf<T>>) &
    ((other: Tensor | { readonly other: Tensor }) => Tensor);
}

/** A product of matrices. */
export interface MatmulSignature<Name extends string = "other"> extends Signature {
  readonly function: {
    <A extends Tensor, B extends Tensor>(
      input: A,
      other: B | (Named<[B], [Name]> & OutOption),
      options?: OutOption,
    ): Tensor<MatmulShape<ShapeOf<A>, ShapeOf<B>>, DTypeOf<A>>;
    <A extends Tensor, B extends Tensor>(
      named: InputByName<A> & Named<[B], [Name]>,
    ): Tensor<MatmulShape<ShapeOf<A>, ShapeOf<B>>, DTypeOf<A>>;
  };
  readonly method: <T extends Tensor, B extends Tensor>(
    this: T,
    other: B | Named<[B], [Name]>,
  ) => Tensor<MatmulShape<ShapeOf<T>, ShapeOf<B>>, DTypeOf<T>>;
}

/** A matrix's transpose. */
export interface TransposedSignature extends Signature {
  readonly function: <T extends Tensor>(
    input: T | InputByName<T>,
  ) => Tensor<TransposedShape<ShapeOf<T>>, DTypeOf<T>>;
  readonly method: <T extends Tensor>(this: T) => Tensor<TransposedShape<ShapeOf<T>>, DTypeOf<T>>;
}

/**
 * Sizes as one array or as separate numbers.
 *
 * @typeParam Name what the array is called where it is given by name.
 */
export interface SizesSignature<Name extends string = "size"> extends Signature {
  readonly function: {
    <T extends Tensor, const N extends Shape>(
      input: T,
      sizes: N | Named<[N], [Name]>,
    ): Tensor<KnownSizes<N>, DTypeOf<T>>;
    <T extends Tensor, const N extends Shape>(input: T, ...sizes: N): Tensor<KnownSizes<N>, DTypeOf<T>>;
  };
  readonly method: (<T extends Tensor, const N extends Shape>(
    this: T,
    sizes: N | Named<[N], [Name]>,
  ) => Tensor<KnownSizes<N>, DTypeOf<T>>) &
    (<T extends Tensor, const N extends Shape>(this: T, ...sizes: N) => Tensor<KnownSizes<N>, DTypeOf<T>>);
}

/** Sizes that are all known; with a `-1` among them the compiler knows only their number. */
export type KnownSizes<N extends Shape> = -1 extends N[number]
  ? { [K in keyof N]: N[K] extends -1 ? number : N[K] }
  : N;

/**
 * Any form with the argument types given; results of unknown shape.
 *
 * @typeParam Names the names of the arguments in their order, where they can all be given by name.
 * @typeParam ByName what stands beside `input` where all arguments come by name, besides what `Names` say.
 */
export interface GeneralSignature<
  Arguments extends readonly unknown[],
  D extends DTypeName | "same" = "same",
  Names extends readonly string[] = [],
  ByName = unknown,
> extends Signature {
  readonly function: {
    <T extends Tensor>(
      input: T,
      ...rest: WithOut<Called<Arguments, Names>>
    ): Tensor<Shape, D extends DTypeName ? D : DTypeOf<T>>;
    <T extends Tensor>(
      named: InputByName<T> & Named<Arguments, Names> & ByName,
    ): Tensor<Shape, D extends DTypeName ? D : DTypeOf<T>>;
  };
  readonly method: <T extends Tensor>(
    this: T,
    ...rest: Called<Arguments, Names>
  ) => Tensor<Shape, D extends DTypeName ? D : DTypeOf<T>>;
}

/** Two tensors, which have names, and options behind them. */
export type TwoTensorsSignature<First extends string, Second extends string, Options> = GeneralSignature<
  TensorsWithOptions<First, Second, Options>,
  "same",
  [],
  TensorsByName<First, Second, Options>
>;

/** A function without a method form. */
export interface FunctionSignature<F> extends Signature {
  readonly function: F;
  readonly method: never;
}
