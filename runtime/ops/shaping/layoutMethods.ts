/** Methods that ask how a tensor lies in its storage, or change that in place. */
import { checkWritable } from "../../autograd/inplace.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { resize } from "../../resize.ts";
import { placedOn } from "../../placement.ts";
import { alias, allocate } from "../../settle.ts";
import { contiguousStrides, formatShape, numel, sameShape, type Shape } from "../../shape.ts";
import type { Called } from "../../keywords.ts";
import type { DimByName, Dims } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import type { Scalar } from "../../types.ts";
import { dataPointer, UntypedStorage } from "../../untypedStorage.ts";
import { squeeze, t, transpose, unsqueeze } from "./view.ts";
import { as_strided } from "./strided.ts";

/** Methods that are no operators. */
export interface LayoutMethods {
  /** Number of elements: `numel()`. Source: `torch.Tensor.nelement`. */
  nelement(): number;
  /** Number of dimensions: `dim()`. Source: `torch.Tensor.ndimension`. */
  ndimension(): number;
  /** Whether another tensor has the same storage, offset, shape and strides. Source: `torch.Tensor.is_set_to`. */
  is_set_to(tensor: Tensor | { readonly tensor: Tensor }): boolean;
  /**
   * A number that tells where the first element lies, the same for tensors that share it: `x.view(-1).data_ptr() === x.data_ptr()`. 0 for a tensor without elements.
   *
   * Source: `torch.Tensor.data_ptr`.
   */
  data_ptr(): number;
  /** The memory behind this tensor and all of its views, in bytes. Source: `torch.Tensor.untyped_storage`. */
  untyped_storage(): UntypedStorage;
  /**
   * Gives this tensor the shape of another, in place, as `resize_` does.
   *
   * @throws RuntimeError for a tensor that requires grad.
   * Source: `torch.Tensor.resize_as_`.
   */
  resize_as_<T extends Tensor>(this: T, the_template: Tensor | { readonly the_template: Tensor }): T;
  /**
   * Makes this tensor one of the storage of another: as that one lies in it, or with the offset, sizes and strides given; without arguments, an empty tensor.
   *
   * @throws RuntimeError when the dtypes differ, or this tensor requires grad.
   * Source: `torch.Tensor.set_`.
   */
  set_<T extends Tensor>(
    this: T,
    ...args: Called<
      [source?: Tensor, storage_offset?: number, size?: readonly number[], stride?: readonly number[]],
      ["source", "storage_offset", "size", "stride"]
    >
  ): T;
  /**
   * Writes a number over the main diagonal, in place; of more than two dimensions, over the elements whose positions are all the same. With `wrap`, the diagonal of
   * a tall matrix begins anew where it ended.
   *
   * @throws RuntimeError for fewer than two dimensions, or more of different sizes.
   * Source: `torch.Tensor.fill_diagonal_`.
   */
  fill_diagonal_<T extends Tensor>(
    this: T,
    ...args: Called<[fill_value: Scalar, wrap?: boolean], ["fill_value", "wrap"]>
  ): T;
  /** Transposes this matrix in place: the elements stay where they are. @throws RuntimeError as `t`. Source: `torch.Tensor.t_`. */
  t_<T extends Tensor>(this: T): T;
  /** Exchanges two dimensions in place: the elements stay where they are. @throws IndexError as `transpose`. Source: `torch.Tensor.transpose_`. */
  transpose_<T extends Tensor>(this: T, ...args: Called<[dim0: number, dim1: number], ["dim0", "dim1"]>): T;
  /** Exchanges two dimensions in place. @throws IndexError as `transpose`. Source: `torch.Tensor.swapaxes_`. */
  swapaxes_<T extends Tensor>(
    this: T,
    ...args: Called<[axis0: number, axis1: number], ["axis0", "axis1"]>
  ): T;
  /** Exchanges two dimensions in place. @throws IndexError as `transpose`. Source: `torch.Tensor.swapdims_`. */
  swapdims_<T extends Tensor>(this: T, ...args: Called<[dim0: number, dim1: number], ["dim0", "dim1"]>): T;
  /** Takes dimensions of size 1 away in place. @throws IndexError as `squeeze`. Source: `torch.Tensor.squeeze_`. */
  squeeze_<T extends Tensor>(this: T, dim?: Dims | DimByName<Dims>): T;
  /** Puts in a dimension of size 1, in place. @throws IndexError as `unsqueeze`. Source: `torch.Tensor.unsqueeze_`. */
  unsqueeze_<T extends Tensor>(this: T, dim: number | DimByName): T;
  /** Makes this tensor what `as_strided` shows. @throws RuntimeError as `as_strided`. Source: `torch.Tensor.as_strided_`. */
  as_strided_<T extends Tensor>(
    this: T,
    ...args: Called<
      [size: readonly number[], stride: readonly number[], storage_offset?: number | null],
      ["size", "stride", "storage_offset"]
    >
  ): T;
}

/** How PyTorch names the node of a view's form in place: `TransposeBackward1`; `squeeze` has three forms, which come behind its three others. */
function labelInPlace(label: string): string {
  const others = label.startsWith("Squeeze") ? 3 : 1;
  return label.replace(/\d$/, (number) => String(Number(number) + others));
}

/**
 * Makes a tensor the view that `look` gives of it. What it was goes on as the view's base, so that its history stays.
 *
 * @throws RuntimeError for a leaf that requires grad.
 */
function becomeView(self: Tensor, look: (self: Tensor) => Tensor): Tensor {
  checkWritable(self);
  const before = alias(self, self.shape, self.strides);
  before.grad_fn = self.grad_fn;
  before.base = self.base;
  before.viewVersion = self.viewVersion;
  before.historyVersion = self.historyVersion;
  const view = look(before);
  self.become(view);
  self.grad_fn = view.grad_fn;
  if (self.grad_fn !== null) self.grad_fn.label = labelInPlace(self.grad_fn.label);
  self.base = view.base;
  self.viewVersion = view.viewVersion;
  self.storage.markWritten();
  self.viewVersion = self.storage.version;
  return self;
}

function isSetTo(self: Tensor, other: Tensor): boolean {
  return (
    self.storage === other.storage &&
    self.offset === other.offset &&
    sameShape(self.shape, other.shape) &&
    sameShape(self.strides, other.strides)
  );
}

/** @throws RuntimeError when elements would lie outside of the storage of `source`. */
function checkInside(source: Tensor, shape: Shape, strides: readonly number[], offset: number): void {
  if (numel(shape) === 0) return;
  const end = shape.reduce((last, size, dim) => last + (size - 1) * strides[dim]!, offset) + 1;
  if (offset < 0 || end > source.storage.length)
    throw new RuntimeError(
      `set_: sizes ${formatShape(shape)}, strides ${formatShape(strides)} and storage offset ${offset} need a storage of ${end} elements; the one given has ${source.storage.length}.`,
    );
}

function set(
  self: Tensor,
  source?: Tensor,
  offset?: number,
  size?: readonly number[],
  stride?: readonly number[],
): Tensor {
  if (source !== undefined && source.dtype !== self.dtype)
    throw new RuntimeError(
      `Could not set tensor of type ${source.dtype.toString()} to a tensor of type ${self.dtype.toString()}. Convert it first.`,
    );
  if (self.requires_grad)
    throw new RuntimeError("set_ cannot be called on a tensor that requires grad: detach() it first.");
  const from = source ?? placedOn(self.device, () => allocate([0], self.dtype));
  const shape = size ?? from.shape;
  const strides = stride ?? (size === undefined ? from.strides : contiguousStrides(shape));
  checkInside(from, shape, strides, offset ?? from.offset);
  self.become({ storage: from.storage, shape, strides, offset: offset ?? from.offset });
  return self;
}

/** @throws RuntimeError for a tensor without a main diagonal. */
function checkDiagonal({ shape }: Tensor): void {
  if (shape.length < 2)
    throw new RuntimeError(
      `dimensions must larger than 1: fill_diagonal_ got shape ${formatShape(shape)}, which has no diagonal.`,
    );
  if (shape.length > 2 && shape.some((size) => size !== shape[0]))
    throw new RuntimeError(
      `all dimensions of input must be of equal length: fill_diagonal_ got shape ${formatShape(shape)}.`,
    );
}

function fillDiagonal(self: Tensor, value: Scalar, wrap: boolean): Tensor {
  checkDiagonal(self);
  const [rows, columns] = self.shape as readonly [number, number];
  const stride = self.strides.reduce((total, step) => total + step, 0);
  const length = Math.min(...self.shape);
  self.as_strided([length], [stride], self.offset).fill_(value);
  if (!wrap || self.ndim > 2 || rows <= columns + 1) return self;
  const more = Math.ceil(self.numel() / (columns + 1)) - length;
  self.as_strided([more], [stride], self.offset + self.strides[0]! * (columns + 1)).fill_(value);
  return self;
}

/** The implementations behind `LayoutMethods`. */
export const layoutMethods: {
  readonly [K in keyof LayoutMethods]: (self: Tensor, ...args: never[]) => unknown;
} = {
  nelement: (self) => self.numel(),
  ndimension: (self) => self.ndim,
  is_set_to: (self, tensor: Tensor) => isSetTo(self, tensor),
  data_ptr: dataPointer,
  untyped_storage: (self) => new UntypedStorage(self),
  resize_as_: (self, other: Tensor) => resize(self, [other.shape]),
  set_: (self, source?: Tensor, offset?: number, size?: readonly number[], stride?: readonly number[]) =>
    set(self, source, offset, size, stride),
  fill_diagonal_: (self, fill_value: Scalar, wrap = false) => fillDiagonal(self, fill_value, wrap),
  t_: (self) => becomeView(self, (before) => t(before)),
  transpose_: (self, dim0: number, dim1: number) =>
    becomeView(self, (before) => transpose(before, dim0, dim1)),
  swapaxes_: (self, axis0: number, axis1: number) =>
    becomeView(self, (before) => transpose(before, axis0, axis1)),
  swapdims_: (self, dim0: number, dim1: number) =>
    becomeView(self, (before) => transpose(before, dim0, dim1)),
  squeeze_: (self, dim?: Dims | DimByName<Dims>) =>
    becomeView(self, (before) => (dim === undefined ? squeeze(before) : squeeze(before, dim))),
  unsqueeze_: (self, dim: number | DimByName) => becomeView(self, (before) => unsqueeze(before, dim)),
  as_strided_: (
    self,
    size: readonly number[],
    stride: readonly number[],
    storage_offset: number | null = null,
  ) => becomeView(self, (before) => as_strided(before, size, stride, storage_offset)),
};

/** A matrix, or matrices, turned over. @throws RuntimeError for a number of dimensions that has no such form. */
function turned(self: Tensor, name: "H" | "mH" | "mT"): Tensor {
  const fits = self.ndim === 0 || (name === "H" ? self.ndim === 2 : self.ndim >= 2);
  if (!fits)
    throw new RuntimeError(
      name === "H"
        ? `tensor.H is only supported on matrices (2-D tensors). Got ${self.ndim}-D tensor. For batches of matrices, use tensor.mH.`
        : `tensor.${name} is only supported on matrices or batches of matrices. Got ${self.ndim}-D tensor. Unsqueeze a vector first.`,
    );
  return self.ndim === 0 ? self : transpose(self, -2, -1);
}

let warned = false;

/** Says once what PyTorch says: what most want of more dimensions is `mT`. */
function warnOfReversal(): void {
  if (warned) return;
  warned = true;
  console.warn(
    "UserWarning: The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will throw an error in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute(x.ndim - 1, …, 0)` to reverse the dimensions of a tensor.",
  );
}

/** The properties that are views of their tensor. */
export const viewProperties = {
  T: (self: Tensor): Tensor => {
    if (self.ndim !== 2) warnOfReversal();
    return self.permute([...self.shape.keys()].toReversed());
  },
  H: (self: Tensor): Tensor => turned(self, "H"),
  mT: (self: Tensor): Tensor => turned(self, "mT"),
  mH: (self: Tensor): Tensor => turned(self, "mH"),
} as const;
