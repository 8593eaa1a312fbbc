/** The methods of `Tensor` that come from the operator table, and the few that are not operators. */
import { applyInPlace } from "./autograd/inplace.ts";
import { autogradMethods, type AutogradMethods } from "./autograd/methods.ts";
import { DType, type DTypeName } from "./dtype.ts";
import type { Operator, OperatorFacts } from "./operator.ts";
import { where } from "./ops/elementwise/arithmetic.ts";
import { zero } from "./ops/shaping/conversion.ts";
import type { Indices } from "./ops/shaping/advanced.ts";
import * as operators from "./ops/methods.ts";
import type { Called } from "./keywords.ts";
import { withoutNames } from "./methodArguments.ts";
import { dtypeNamed, is_nonzero, typename } from "./inquiries.ts";
import { resize } from "./resize.ts";
import { layoutMethods, viewProperties, type LayoutMethods } from "./ops/shaping/layoutMethods.ts";
import { index, index_put_, type IndexItem } from "./ops/shaping/subscript.ts";
import {
  deviceMethods,
  deviceProperties,
  type DeviceMethods,
  type DeviceProperties,
} from "./deviceMethods.ts";
import { elementMethods, type ElementMethods } from "./elementMethods.ts";
import { interopMethods, type InteropMethods } from "./interop.ts";
import { newMethods, type NewMethods } from "./creation/like.ts";
import { randomMethods, type RandomMethods } from "./randomMethods.ts";
import type { Shape } from "./shape.ts";
import type { OtherByName, Signature } from "./signatures.ts";
import type { TableMethods } from "./tableMethods.ts";
import { Tensor } from "./tensor.ts";
import type { DTypeOf, Operand, Scalar, TransposedShape } from "./types.ts";

/** Properties that the shape of the tensor decides. */
export interface TransposedProperties<S extends Shape, D extends DTypeName> {
  /** The transpose of a matrix: `x.t()`. Source: `torch.Tensor.T`. */
  readonly T: Tensor<TransposedShape<S>, D>;
  /** The transpose of a matrix of real numbers. @throws RuntimeError for anything else. Source: `torch.Tensor.H`. */
  readonly H: Tensor<TransposedShape<S>, D>;
  /** The tensor with its last two dimensions exchanged. @throws RuntimeError for a vector. Source: `torch.Tensor.mT`. */
  readonly mT: Tensor<Shape, D>;
  /** The tensor with its last two dimensions exchanged. @throws RuntimeError for a vector. Source: `torch.Tensor.mH`. */
  readonly mH: Tensor<Shape, D>;
}

/** Methods and properties that are no operators, or not in the operator's form. */
interface OtherMethods
  extends
    LayoutMethods,
    AutogradMethods,
    DeviceMethods,
    ElementMethods,
    InteropMethods,
    NewMethods,
    RandomMethods {
  /**
   * Python's `x[…]`: `x.index(0)`, `x.index(torch.slice(1, 3), null)`, `x.index("0, 1:3, None, ...")`, `x.index(mask)`.
   *
   * @throws IndexError when a position or the number of dimensions does not fit.
   * Source: `torch.Tensor.__getitem__`.
   */
  index<T extends Tensor>(this: T, ...items: (IndexItem | string)[]): Tensor<Shape, DTypeOf<T>>;
  /**
   * Python's `x[…] = values`: `x.index_put_([0, torch.slice(1, 3)], values)`, `x.index_put_("0, 1:3", values)`, `x.index_put_(mask, 0)`. Values broadcast; with `accumulate`
   * they are added.
   *
   * @throws IndexError when a position does not fit, RuntimeError when the values do not.
   * Source: `torch.Tensor.__setitem__`, `torch.Tensor.index_put_`.
   */
  index_put_<T extends Tensor>(
    this: T,
    ...args: Called<
      [indices: Parameters<typeof index_put_>[1] | Indices, values: Tensor | Scalar, accumulate?: boolean],
      ["indices", "values", "accumulate"]
    >
  ): T;
  /** Elements of this tensor where `condition` is true, of `other` elsewhere. Source: `torch.Tensor.where`. */
  where(...args: Called<[condition: Tensor, other: Operand], ["condition", "other"]>): Tensor;
  /** Writes zeros over all elements. Source: `torch.Tensor.zero_`. */
  zero_<T extends Tensor>(this: T): T;
  /**
   * Gives this tensor another shape, in place. Elements stay where they are in memory; where there are not enough, new ones with arbitrary values follow, in
   * memory that views of the tensor do not share.
   *
   * @throws RuntimeError for a tensor that requires grad, or a negative size.
   * Source: `torch.Tensor.resize_`.
   */
  resize_<T extends Tensor>(
    this: T,
    ...sizes: readonly number[] | readonly [sizes: Shape | { readonly size: Shape }]
  ): T;
  /** Whether the only element is not zero. @throws RuntimeError when there is not exactly one. Source: `torch.Tensor.is_nonzero`. */
  is_nonzero(): boolean;
  /**
   * The name of the tensor's type, such as `"torch.FloatTensor"`; or, given a dtype or such a name, the tensor in that dtype.
   *
   * @throws ValueError for a name that is none.
   * Source: `torch.Tensor.type`.
   */
  type(): string;
  type(dtype: DType | string | { readonly dtype: DType | string }): Tensor;
  /** With the shape of another tensor. Source: `torch.Tensor.reshape_as`. */
  reshape_as<T extends Tensor>(this: T, other: Tensor | OtherByName<Tensor>): Tensor<Shape, DTypeOf<T>>;
  /** Seen in the shape of another tensor. Source: `torch.Tensor.view_as`. */
  view_as<T extends Tensor>(this: T, other: Tensor | OtherByName<Tensor>): Tensor<Shape, DTypeOf<T>>;
  /** Repeated to the shape of another tensor, without a copy. Source: `torch.Tensor.expand_as`. */
  expand_as<T extends Tensor>(this: T, other: Tensor | OtherByName<Tensor>): Tensor<Shape, DTypeOf<T>>;
}

/**
 * Everything that is put onto `Tensor.prototype`, but for the properties that follow from the tensor's own shape. It has no type parameter, nor has any method
 * the type `this` (`<T extends Tensor>(this: T): T` says the same): the compiler makes these hundreds of methods once, and not for each shape that it meets.
 */
export interface OperatorMethods extends TableMethods, OtherMethods {}

/** The tensor's type, or the tensor in another one. */
function typeOf(self: Tensor): string;
function typeOf(self: Tensor, dtype: DType | string): Tensor;
function typeOf(self: Tensor, dtype?: DType | string): string | Tensor {
  if (dtype === undefined) return typename(self);
  return self.to({ dtype: dtype instanceof DType ? dtype : dtypeNamed(dtype) });
}

/** The implementations behind `OtherMethods`. */
const others: {
  readonly [K in Exclude<keyof OtherMethods, DeviceProperties>]: (self: Tensor, ...args: never[]) => unknown;
} = {
  ...layoutMethods,
  index: (self, ...items: (IndexItem | string)[]) => index(self, ...items),
  index_put_: (
    self,
    items: Parameters<typeof index_put_>[1],
    values: Tensor | Scalar,
    accumulate?: boolean,
  ) => index_put_(self, items, values, accumulate),
  where: (self, condition: Tensor, other: Operand) => where(condition, self, other),
  ...deviceMethods,
  ...elementMethods,
  ...interopMethods,
  ...newMethods,
  ...randomMethods,
  zero_: (self) => applyInPlace(zero, self, []),
  resize_: (self, ...sizes: readonly number[] | readonly [sizes: Shape]) => resize(self, sizes),
  is_nonzero: (self) => is_nonzero(self),
  type: typeOf,
  reshape_as: (self, other: Tensor) => self.reshape(other.shape),
  view_as: (self, other: Tensor) => self.view(other.shape),
  expand_as: (self, other: Tensor) => self.expand(other.shape),
  ...autogradMethods,
};

function define(name: string, value: (this: Tensor, ...args: unknown[]) => unknown): void {
  Object.defineProperty(Tensor.prototype, name, { value, writable: true, configurable: true });
}

/** Puts the operators onto `Tensor.prototype`. Called once, by `runtime/index.ts`. */
export function installMethods(): void {
  for (const [name, operator] of Object.entries(operators) as [
    string,
    Operator<Signature> & OperatorFacts & ((...args: unknown[]) => unknown),
  ][]) {
    define(name, function (...args) {
      return operator(this, ...args);
    });
    if (operator.inPlace)
      define(`${name}_`, function (...args) {
        return applyInPlace(operator, this, args);
      });
  }
  for (const [name, method] of Object.entries(others) as [
    string,
    (self: Tensor, ...args: unknown[]) => unknown,
  ][])
    define(name, function (...args) {
      return method(this, ...withoutNames(name, args));
    });
  for (const [name, look] of Object.entries({ ...viewProperties, ...deviceProperties }))
    Object.defineProperty(Tensor.prototype, name, {
      get(this: Tensor) {
        return look(this);
      },
    });
}
