import { noteRead } from "./reading.ts";
import type { Hook } from "./autograd/hooks.ts";
import type { AccumulateGrad, Node, TensorFacts } from "./autograd/node.ts";
import { checkGrad, dataOf, exchangeData, retainsGrad, warnOfMissingGrad } from "./autograd/leaves.ts";
import { is_inference_mode_enabled } from "./autograd/modes.ts";
import { refreshView, type ViewOrigin } from "./autograd/views.ts";
import { cpu, type Device } from "./device.ts";
import { allocateArray, float32, readElement, type DType, type Element } from "./dtype.ts";
import { IndexError } from "./errors/indexError.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import { inspectAs } from "./inspect.ts";
import type { OperatorMethods, TransposedProperties } from "./methods.ts";
import { dimOrder, isContiguousIn } from "./layout.ts";
import type { MemoryFormat } from "./memoryFormat.ts";
import { accelerated, operatorUnderWay } from "./placement.ts";
import { formatTensor } from "./printing.ts";
import { duplicate } from "./settle.ts";
import { contiguousStrides, formatShape, isContiguous, normalizeDim, numel, type Shape } from "./shape.ts";
import { strided, type Layout } from "./storageLayout.ts";
import type { Storage } from "./storage.ts";
import type { Tensor } from "./tensor.ts";
import type { DTypeIn, Known, NestedValues, ShapeIn, Sizes, Value } from "./tensorTypes.ts";

/** What a tensor is made of. */
export interface TensorLayout {
  readonly storage: Storage;
  readonly dtype: DType;
  readonly shape: Shape;
  /** Row-major strides when left out. */
  readonly strides?: readonly number[];
  /** Position of the first element in the storage. */
  readonly offset?: number;
}

/**
 * An n-dimensional array of one dtype, on one device, that autograd can follow.
 *
 * What programs call `Tensor<ShapeIn<K>, DTypeIn<K>>` is this class with both known ([decision 26](docs/decisions/0026-types-that-do-not-stand-in-the-way.md)).
 *
 * Source: `torch.Tensor`.
 *
 * (For the compiler: what is known of a tensor never decides what it may be assigned to. TypeScript cannot prove that it is only ever read, through the
 * conditional types of the methods' results, hence the directive; it stands in a doc comment because only those reach the declaration files.)
 * @ts-ignore TS2636 */
export class TensorObject<out K extends Known> {
  static {
    Object.defineProperty(this, "name", { value: "Tensor" });
  }
  /** Sizes of the dimensions, outermost first; `[]` for a scalar. */
  shape: Sizes<ShapeIn<K>>;
  /** The type of the elements. To the compiler it may be any: a variable may have become a tensor of another dtype, and be asked for it. */
  readonly dtype: DType;
  /** @internal */
  storage: Storage;
  /** @internal */
  strides: readonly number[];
  /** @internal */
  offset: number;
  /** The gradient as it is, without any check. @internal */
  gradient: Tensor | null = null;
  /** The tensor that this one is a view of. @internal */
  base: Tensor | null = null;
  /** Whether autograd can never follow this tensor, because it was made in inference mode. @internal */
  inference: boolean = is_inference_mode_enabled();
  /** Whether this is another tensor's `data`: writes into it are not counted. @internal */
  untracked = false;
  /** Called with this leaf after its `grad` has grown. @internal */
  afterAccumulation: ((leaf: Tensor) => void)[] | null = null;
  /** Why autograd cannot follow a write into this view, `null` where it can. @internal */
  viewOrigin: ViewOrigin | null = null;
  /** The storage's version when this view was recorded. @internal */
  viewVersion = 0;
  /** The storage's version after the last in-place operation that changed this tensor's history. @internal */
  historyVersion = -1;
  /** True for a plain number that became an operand: it weighs less in type promotion. @internal */
  isNumber = false;
  /** What a gradient of this tensor must look like, once that was asked. @internal */
  facts: TensorFacts | null = null;
  /** The node that adds to this leaf's `grad`. @internal */
  accumulator: AccumulateGrad | null = null;
  /** Called with the gradient before it is added to this leaf's `grad`. @internal */
  hooks: Hook[] | null = null;
  /** Whether the elements lie in row-major order, once that is known. */
  #contiguous: boolean | null;
  #requiresGrad = false;
  /** Which of the results of `grad_fn` this tensor is. Source: `torch.Tensor.output_nr`. */
  output_nr = 0;
  #gradFn: Node | null = null;

  /** @internal */
  constructor(layout: TensorLayout) {
    // Layouts are plain data made by operators; the type parameter is what the caller knows of them.
    this.shape = layout.shape as Sizes<ShapeIn<K>>;
    this.dtype = layout.dtype;
    this.storage = layout.storage;
    this.strides = layout.strides ?? contiguousStrides(layout.shape);
    this.offset = layout.offset ?? 0;
    this.#contiguous = layout.strides === undefined ? true : null;
  }

  /** Makes this tensor another view, as `resize_`, `set_` and a module's `to` do. The types of shape and dtype are then what they were and may be wrong. @internal */
  become(layout: Omit<TensorLayout, "dtype"> & { readonly dtype?: DType }): void {
    // Nobody else writes the field, which users only read.
    if (layout.dtype !== undefined) (this as { dtype: DType }).dtype = layout.dtype;
    this.shape = layout.shape as Sizes<ShapeIn<K>>; // a resized tensor keeps the type that it was declared with
    this.storage = layout.storage;
    this.strides = layout.strides ?? contiguousStrides(layout.shape);
    this.offset = layout.offset ?? 0;
    this.#contiguous = null;
    this.facts = null;
  }

  /** Where the elements are. */
  get device(): Device {
    return this.storage.device;
  }

  /** How the elements are stored: `torch.strided`. Source: `torch.Tensor.layout`. */
  get layout(): Layout {
    return strided;
  }

  /** Number of dimensions. */
  get ndim(): number {
    return this.shape.length;
  }

  /** Number of dimensions. */
  dim(): number {
    return this.shape.length;
  }

  /** Number of elements. */
  numel(): number {
    return numel(this.shape);
  }

  /** Bytes per element. */
  element_size(): number {
    return this.dtype.itemsize;
  }

  /** The shape, or the size of one dimension; a negative `dim` counts from the end. Source: `torch.Tensor.size`. */
  size(): Sizes<ShapeIn<K>>;
  size(dim: number | { readonly dim: number }): number;
  size(dim?: number | { readonly dim: number }): Shape | number {
    if (dim === undefined) return this.shape;
    return this.shape[normalizeDim(typeof dim === "object" ? dim.dim : dim, this.ndim)] ?? 1;
  }

  /** How many elements apart neighbours along each dimension are. Source: `torch.Tensor.stride`. */
  stride(): readonly number[];
  stride(dim: number | { readonly dim: number }): number;
  stride(dim?: number | { readonly dim: number }): readonly number[] | number {
    if (dim === undefined) return this.strides;
    return this.strides[normalizeDim(typeof dim === "object" ? dim.dim : dim, this.ndim)] ?? 1;
  }

  /** Position of the first element in the shared storage. Source: `torch.Tensor.storage_offset`. */
  storage_offset(): number {
    return this.offset;
  }

  /**
   * The dimensions in the order in which they lie in memory, the outermost first: `[0, 2, 3, 1]` in the format `torch.channels_last`.
   *
   * @throws RuntimeError when `ambiguity_check` asks for one order and there are several.
   * Source: `torch.Tensor.dim_order`.
   */
  dim_order(options?: { readonly ambiguity_check?: boolean }): readonly number[] {
    return dimOrder(this.shape, this.strides, options?.ambiguity_check ?? false);
  }

  /** Whether the elements lie without gaps in row-major order, or as `memory_format` says. Source: `torch.Tensor.is_contiguous`. */
  is_contiguous(options?: { readonly memory_format?: MemoryFormat | null }): boolean {
    if (options?.memory_format) return isContiguousIn(options.memory_format, this.shape, this.strides);
    return (this.#contiguous ??= isContiguous(this.shape, this.strides));
  }

  /** Whether the elements have fractions. Source: `torch.Tensor.is_floating_point`. */
  is_floating_point(): boolean {
    return this.dtype.is_floating_point;
  }

  /**
   * The gradient that `backward` accumulated here, `null` before. It may be set: to `null` to begin anew, or to a tensor that fits this one.
   *
   * @throws RuntimeError or TypeError when it is set to something that does not fit.
   * Source: `torch.Tensor.grad`.
   */
  get grad(): Tensor<ShapeIn<K>, DTypeIn<K>> {
    if (this.gradient === null && this.#gradFn !== null) warnOfMissingGrad(this);
    // A gradient has its tensor's shape and dtype: the setter and the engine see to it. Programs read it where they know that there is one, as in Python.
    return this.gradient as Tensor<ShapeIn<K>, DTypeIn<K>>;
  }

  set grad(value: Tensor | null) {
    checkGrad(this, value);
    this.gradient = value;
  }

  /**
   * The same elements without history, and without the counting of writes: autograd does not notice what is written into them. Set to another tensor, it exchanges this
   * one's elements. `x.detach()` and `torch.no_grad` are the safer ways.
   *
   * @throws RuntimeError when it is set to a tensor of another dtype.
   * Source: `torch.Tensor.data`.
   */
  get data(): Tensor<ShapeIn<K>, DTypeIn<K>> {
    return dataOf(this) as Tensor<ShapeIn<K>, DTypeIn<K>>; // the same elements, in the same layout
  }

  set data(value: Tensor) {
    exchangeData(this, value);
  }

  /** Whether the elements are complex numbers. Source: `torch.Tensor.is_complex`. */
  is_complex(): boolean {
    return this.dtype.is_complex;
  }

  /** Whether the dtype has negative numbers. Source: `torch.Tensor.is_signed`. */
  is_signed(): boolean {
    return this.dtype.is_signed;
  }

  /** Bytes of an element. Source: `torch.Tensor.itemsize`. */
  get itemsize(): number {
    return this.dtype.itemsize;
  }

  /** Bytes of all elements, those counted again that are repeated. Source: `torch.Tensor.nbytes`. */
  get nbytes(): number {
    return this.numel() * this.dtype.itemsize;
  }

  /** Number of elements. Source: `torch.Tensor.nelement`. */
  nelement(): number {
    return this.numel();
  }

  /** How often this tensor or one that shares its storage was written in place. Source: `torch.Tensor._version`. */
  get _version(): number {
    if (this.inference)
      throw new RuntimeError(
        "Inference tensors do not track version counter. Clone the tensor outside of inference mode to get one that does.",
      );
    return this.storage.version;
  }

  /** The function that made this tensor, `null` for a leaf, as which programs need not ask for. Source: `torch.Tensor.grad_fn`. */
  get grad_fn(): Node {
    if (this.base !== null && this.base.historyVersion > this.viewVersion) refreshView(this, this.#gradFn);
    return this.#gradFn as Node; // read where a program knows that there is one, as in Python
  }

  /** @internal */
  set grad_fn(node: Node | null) {
    this.#gradFn = node;
    this.output_nr = 0;
  }

  /** Makes this tensor a result of `node`, behind the first one. @internal */
  becomeOutput(node: Node | null, position: number): void {
    this.#gradFn = node;
    this.output_nr = position;
  }

  /** The tensor that this one is a view of, `null` for one of its own. Source: `torch.Tensor._base`. */
  get _base(): Tensor | null {
    return this.base;
  }

  /** Whether this tensor shares the elements of another one, its `_base`. Source: `torch.Tensor._is_view`. */
  _is_view(): boolean {
    return this.base !== null;
  }

  /** Whether this tensor was made in inference mode. Source: `torch.Tensor.is_inference`. */
  is_inference(): boolean {
    return this.inference;
  }

  /** Whether this tensor, although it is not a leaf, keeps its gradient. Source: `torch.Tensor.retains_grad`. */
  get retains_grad(): boolean {
    return retainsGrad(this);
  }

  /** True for a tensor that no recorded function made: one of the user's own. Source: `torch.Tensor.is_leaf`. */
  get is_leaf(): boolean {
    return this.grad_fn === null;
  }

  /** Whether operations on this tensor are recorded for `backward`. Source: `torch.Tensor.requires_grad`. */
  get requires_grad(): boolean {
    if (this.#requiresGrad || this.#gradFn !== null) return true;
    const { base } = this;
    // As in PyTorch, a view of a tensor that requires grad does so too, even where it was not recorded.
    return base !== null && (base.#requiresGrad || base.#gradFn !== null);
  }

  set requires_grad(value: boolean) {
    if (typeof value !== "boolean")
      throw new RuntimeError(`requires_grad must be a bool: true or false, not ${String(value)}.`);
    this.requires_grad_(value);
  }

  /**
   * Switches recording for this leaf on or off, in place: `x.requires_grad_()`, `x.requires_grad_(false)`. Source: `torch.Tensor.requires_grad_`.
   *
   * @throws RuntimeError for a dtype without fractions, and when switching off a tensor that is not a leaf; TypeError for anything but true and false.
   */
  requires_grad_(requires_grad: boolean | { readonly requires_grad?: boolean } = true): this {
    const value = typeof requires_grad === "object" ? (requires_grad.requires_grad ?? true) : requires_grad;
    if (typeof value !== "boolean")
      throw new TypeError(
        `requires_grad_(): argument 'requires_grad' (position 1) must be bool, not ${typeof value}: true or false.`,
      );
    if (value && !this.dtype.is_floating_point)
      throw new RuntimeError(
        `only Tensors of floating point dtype can require gradients; this one is ${this.dtype.toString()}. Make it from {dtype: torch.float32}, or call .float() first.`,
      );
    if (this.grad_fn !== null && !value)
      throw new RuntimeError(
        "you can only change requires_grad flags of leaf variables. If you want to use a computed variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach().",
      );
    if (value && this.inference && !is_inference_mode_enabled())
      throw new RuntimeError(
        "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed. Clone it first: x.clone().requires_grad_().",
      );
    this.#requiresGrad = value;
    return this;
  }

  /**
   * The only element, as a number (an int64 beyond 2^53 as a bigint, a bool as a boolean). Where the compiler does not know the dtype, it takes the
   * element for a number. Source: `torch.Tensor.item`.
   *
   * @throws RuntimeError when there is not exactly one element.
   */
  item(): Value<DTypeIn<K>> {
    const count = this.numel();
    if (count !== 1)
      throw new RuntimeError(
        `a Tensor with ${count} elements cannot be converted to Scalar: item() reads the only element, and this tensor has shape ${formatShape(this.shape)}. Pick one by an index, reduce it (mean, sum), or use tolist().`,
      );
    // The element's JavaScript type follows from the dtype, which the compiler cannot see in the typed array.
    const { storage, offset } = readable(this);
    return toPlain(this.dtype, readElement(this.dtype, storage.peek(), offset)) as never;
  }

  /** All elements as nested arrays; a 0-d tensor gives its element. Source: `torch.Tensor.tolist`. */
  tolist<T = NestedValues<ShapeIn<K>, DTypeIn<K>>>(): T {
    const { storage, strides, offset: start } = readable(this);
    const data = storage.peek();
    const walk = (dim: number, offset: number): unknown => {
      if (dim === this.ndim) return toPlain(this.dtype, readElement(this.dtype, data, offset));
      const stride = strides[dim] ?? 0;
      return Array.from({ length: this.shape[dim] ?? 0 }, (_, i) => walk(dim + 1, offset + i * stride));
    };
    return walk(0, start) as T; // what the compiler knows of the shape, or what the program says
  }

  /** The slices along the first dimension, one after the other. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    if (this.ndim === 0)
      throw new TypeError(
        "iteration over a 0-d tensor: it has one element and no dimension to walk along. Use item().",
      );
    for (let i = 0; i < this.size(0); i++) yield this.select(0, i) as Tensor;
  }

  /** Number of slices along the first dimension: Python's `len(x)`. */
  get length(): number {
    if (this.ndim === 0)
      throw new TypeError(
        "len() of a 0-d tensor: it has no dimension. Use numel() for the number of elements.",
      );
    return this.size(0);
  }

  /** PyTorch's printed form. */
  toString(): string {
    return formatTensor({
      dtype: this.dtype.name,
      shape: this.shape,
      device: this.device.toString(),
      requiresGrad: this.requires_grad,
      gradFn: printedFunction(this),
      values: readValues(this),
    });
  }

  /** Lets `Number(x)` and arithmetic with a one-element tensor fail with a sentence instead of giving NaN. */
  [Symbol.toPrimitive](hint: string): string {
    if (hint !== "number") return this.toString();
    throw new TypeError(
      "a Tensor is not a number: use x.item() for the value of a one-element tensor, and x.add(y), x.mul(y) for arithmetic.",
    );
  }
}

// The directive covers one line only.
// prettier-ignore
/** Methods that come from the operator table.
 * @ts-ignore TS2636, as at the class */
export interface TensorObject<out K extends Known> extends OperatorMethods, TransposedProperties<ShapeIn<K>, DTypeIn<K>> {}

inspectAs(TensorObject, (tensor) => tensor.toString());

/** The name of the function that made a tensor, as it is printed. A view that can no longer be read anew from its base has none. */
function printedFunction(tensor: Tensor): string | null {
  try {
    return tensor.grad_fn?.label ?? null;
  } catch {
    return "Invalid";
  }
}

/** The tensor itself; of a part of what lies on a device, a copy that is made there, so that only the part is read. */
function readable(tensor: Tensor): Tensor {
  if (!accelerated || tensor.device === cpu) return tensor;
  // What a program reads is its own affair; an operator that does waits for the device unasked.
  if (operatorUnderWay() !== "") noteRead(tensor);
  return tensor.storage.length === tensor.numel() ? tensor : duplicate(tensor);
}

/** One element as a user reads it. */
function toPlain(dtype: DType, value: Element): number | bigint | boolean {
  if (dtype.name === "bool") return value !== 0;
  return typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/**
 * A copy of the elements in row-major order.
 *
 * @internal
 */
export function readValues(tensor: Tensor): ArrayLike<number> | ArrayLike<bigint> {
  const { dtype } = tensor;
  const { storage, strides, offset } = readable(tensor);
  const data = storage.peek();
  const count = tensor.numel();
  if (tensor.is_contiguous() && dtype.bits === null) return data.slice(offset, offset + count);
  const result = allocateArray(dtype.bits === null ? dtype : float32, count);
  let position = 0;
  const walk = (dim: number, from: number): void => {
    if (dim === tensor.ndim) {
      result[position++] = readElement(dtype, data, from) as never; // the array holds this dtype's numbers
      return;
    }
    for (let i = 0; i < (tensor.shape[dim] ?? 0); i++) walk(dim + 1, from + i * (strides[dim] ?? 0));
  };
  walk(0, offset);
  return result;
}

/** @throws IndexError when `index` is not a position in a dimension of `size`. @internal */
export function normalizeIndex(index: number, dim: number, size: number): number {
  if (!Number.isInteger(index) || index < -size || index >= size)
    throw new IndexError(
      `index ${index} is out of bounds for dimension ${dim} with size ${size}. Positions go from ${-size} to ${size - 1}.`,
    );
  return index < 0 ? index + size : index;
}
