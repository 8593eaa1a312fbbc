/** Tensors in a pickle: what PyTorch's functions that rebuild them are called with. Source: `torch/_utils.py`. */
import { DType } from "../../dtype.ts";
import { UnpicklingError } from "../../errors/unpicklingError.ts";
import { formatShape } from "../../shape.ts";
import {
  describePickled,
  PickledDict,
  PickledStorage,
  PickledTensor,
  PickledTuple,
  type Pickled,
} from "./values.ts";

function wrong(what: string, value: Pickled | undefined): UnpicklingError {
  return new UnpicklingError(
    `a tensor's ${what} cannot be ${value === undefined ? "left out" : describePickled(value)}: the file is damaged.`,
  );
}

/** A tensor of more dimensions is in no program, and would take long to look at. */
const mostDims = 64;

function wholeNumbers(what: string, value: Pickled | undefined): readonly number[] {
  if (!(value instanceof PickledTuple) || value.items.length > mostDims) throw wrong(what, value);
  return value.items.map((item) => wholeNumber(what, item));
}

function wholeNumber(what: string, value: Pickled | undefined): number {
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) throw wrong(what, value);
  return value;
}

/** @throws UnpicklingError when elements of the view lie outside of the storage. */
function checkInside(storage: PickledStorage, count: number, view: Omit<View, "storage">): void {
  const { offset, sizes, strides } = view;
  if (sizes.length !== strides.length)
    throw new UnpicklingError(
      `a tensor of sizes ${formatShape(sizes)} cannot have strides ${formatShape(strides)}: the file is damaged.`,
    );
  const elements = sizes.reduce((product, size) => product * size, 1);
  const last =
    elements === 0 ? 0 : sizes.reduce((at, size, dim) => at + (size - 1) * strides[dim]!, offset) + 1;
  if (!Number.isSafeInteger(elements) || !(last <= count) || !(offset <= count))
    throw new UnpicklingError(
      `setStorage: sizes ${formatShape(sizes)}, strides ${formatShape(strides)}, storage offset ${offset} need a storage of ${last} elements, and storage ${JSON.stringify(storage.key)} has ${count}: the file is damaged.`,
    );
}

interface View {
  readonly storage: PickledStorage;
  readonly offset: number;
  readonly sizes: readonly number[];
  readonly strides: readonly number[];
}

function view(args: readonly Pickled[], dtype: DType | null): PickledTensor {
  const [storage, offset, sizes, strides, requiresGrad = false] = args;
  if (!(storage instanceof PickledStorage)) throw wrong("storage", storage);
  const own = dtype ?? storage.dtype;
  if (own === null) throw wrong("dtype", undefined);
  const count = Math.floor((storage.count * (storage.dtype?.itemsize ?? 1)) / own.itemsize);
  const facts = {
    offset: wholeNumber("offset", offset),
    sizes: wholeNumbers("sizes", sizes),
    strides: wholeNumbers("strides", strides),
  };
  checkInside(storage, count, facts);
  if (typeof requiresGrad !== "boolean") throw wrong("requires_grad", requiresGrad);
  return new PickledTensor({
    storage,
    dtype: own,
    ...facts,
    requiresGrad: requiresGrad && own.is_floating_point,
    isParameter: false,
  });
}

/** @throws UnpicklingError for elements that are to be read as conjugated or negated. */
function checkMetadata(metadata: Pickled | undefined): void {
  if (metadata instanceof PickledDict && [...metadata.entries.values()].includes(true))
    throw new UnpicklingError(
      "the file holds a tensor that is marked as negated or conjugated, which cannot be read. In Python, save x.resolve_neg().resolve_conj().",
    );
}

/** `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks, metadata)`, and the first version, which ends behind the strides. */
export function tensorOf(args: readonly Pickled[]): PickledTensor {
  checkMetadata(args[6]);
  return view(args, null);
}

/** `_rebuild_tensor_v3(storage, offset, size, stride, requires_grad, backward_hooks, dtype, metadata)`: of a storage of bytes. */
export function tensorOfDtype(args: readonly Pickled[]): PickledTensor {
  const dtype = args[6];
  if (!(dtype instanceof DType)) throw wrong("dtype", dtype);
  checkMetadata(args[7]);
  return view(args, dtype);
}

/** `_rebuild_parameter(data, requires_grad, backward_hooks)`. */
export function parameterOf(args: readonly Pickled[]): PickledTensor {
  const [data, requiresGrad] = args;
  if (!(data instanceof PickledTensor)) throw wrong("data", data);
  if (typeof requiresGrad !== "boolean") throw wrong("requires_grad", requiresGrad);
  return data.as({ requiresGrad: requiresGrad && data.dtype.is_floating_point, isParameter: true });
}

/** `_rebuild_parameter_with_state(data, requires_grad, backward_hooks, state)`: the state, attributes of Python's object, is left out. */
export function parameterWithState(args: readonly Pickled[]): PickledTensor {
  return parameterOf(args.slice(0, 3));
}

/** `_rebuild_device_tensor_from_cpu_tensor(data, dtype, device, requires_grad)`: of a device that is nowhere here. */
export function tensorOnCpu(args: readonly Pickled[]): PickledTensor {
  const [data, dtype, , requiresGrad] = args;
  if (!(data instanceof PickledTensor)) throw wrong("data", data);
  if (dtype !== data.dtype) throw wrong("dtype", dtype);
  return data.as({ requiresGrad: requiresGrad === true && data.dtype.is_floating_point });
}
