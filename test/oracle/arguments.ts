import type { DType, DTypeName } from "../../runtime/dtype.ts";
import torch, { Tensor } from "../../runtime/index.ts";
import { decodeNumber, decodeValues, type EncodedNumber, type EncodedTensor } from "./data.ts";

/** An argument as `generators/operators.py` writes it. */
export type EncodedArgument =
  | null
  | boolean
  | number
  | string
  | readonly EncodedArgument[]
  | TensorArgument
  | { readonly torch: DTypeName }
  | { readonly memory_format: "contiguous_format" | "preserve_format" | "channels_last" | "channels_last_3d" }
  | { readonly slice: readonly (number | null)[] }
  | { readonly ellipsis: true }
  | { readonly number: EncodedNumber };

/** A tensor; a large one whose values do not matter is told by the number that fills it. */
type TensorArgument = Omit<EncodedTensor, "values"> & {
  readonly values?: readonly EncodedNumber[];
  readonly fill?: number;
  readonly requires_grad?: boolean;
};

/** The arguments of one call: positional ones, then those by name. */
export interface EncodedCall {
  readonly args: readonly EncodedArgument[];
  readonly kwargs?: Readonly<Record<string, EncodedArgument>>;
  /** Which argument the method form is called on; the first when left out. */
  readonly receiver?: number;
}

/** How the elements of an argument lie in memory; what an operator answers must not depend on it. */
export type MemoryLayout = "contiguous" | "strided";

/** Where the tensors of a call are, and what that changes. */
export interface Place {
  readonly device: string;
  /** The dtype in which the device holds one: float32 for float64, where it has no other. */
  readonly dtypeOf: (name: DTypeName) => DTypeName;
  /** How far results may be from PyTorch's, whatever their floating dtype; `null` for what `torch.testing.assert_close` allows. */
  readonly tolerance: { readonly relative: number; readonly absolute: number } | null;
}

/** On the CPU, everything is as PyTorch has it. */
export const onCpu: Place = { device: "cpu", dtypeOf: (name) => name, tolerance: null };

/** The dtype that a device has instead of the one that the generator wrote; it writes only dtypes that exist here. */
function dtypeIn(place: Place, name: string): DType {
  return torch[place.dtypeOf(name as DTypeName)];
}

function layOut(
  elements: (number | bigint)[],
  { dtype, shape }: TensorArgument,
  layout: MemoryLayout,
  place: Place,
): Tensor {
  const options = { dtype: dtypeIn(place, dtype), device: place.device };
  if (layout === "contiguous") return torch.tensor(elements, options).reshape(shape);
  // Every element behind another one that must never be read.
  const unread = typeof elements[0] === "bigint" ? 99n : 99;
  const spaced = Array.from({ length: 2 * elements.length }, (_, i) =>
    i % 2 ? elements[(i - 1) / 2]! : unread,
  );
  return torch
    .tensor(spaced, options)
    .reshape([...shape, 2])
    .select(shape.length, 1);
}

function decodeTensor(argument: TensorArgument, layout: MemoryLayout, place: Place): Tensor {
  const { dtype, shape, values, fill, requires_grad = false } = argument;
  const count = shape.reduce((product, size) => product * size, 1);
  const { device } = place;
  if (fill !== undefined)
    return torch.full(shape, fill, { dtype: dtypeIn(place, dtype), device, requires_grad });
  const elements = decodeValues(dtype, values ?? Array.from<number>({ length: count }).fill(0));
  return layOut(elements, argument, layout, place).requires_grad_(requires_grad);
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(argument: EncodedArgument): argument is readonly EncodedArgument[] {
  return Array.isArray(argument);
}

/** The value that a row stands for. */
export function decodeArgument(
  argument: EncodedArgument,
  layout: MemoryLayout = "contiguous",
  place: Place = onCpu,
): unknown {
  if (argument === null || typeof argument !== "object") return argument;
  if (isList(argument)) return argument.map((item) => decodeArgument(item, layout, place));
  if ("torch" in argument) return dtypeIn(place, argument.torch);
  if ("memory_format" in argument) return torch[argument.memory_format];
  if ("slice" in argument) return torch.slice(...argument.slice);
  if ("ellipsis" in argument) return "...";
  if ("number" in argument) return decodeNumber(argument.number);
  return decodeTensor(argument, layout, place);
}

/** A call with its tensors made anew, so that no call sees what another one did to them. */
export interface Call {
  readonly args: readonly unknown[];
  readonly keywords: Readonly<Record<string, unknown>>;
  readonly receiver: number;
}

export function decodeCall(
  { args, kwargs = {}, receiver = 0 }: EncodedCall,
  layout?: MemoryLayout,
  place?: Place,
): Call {
  const keywords = Object.fromEntries(
    Object.entries(kwargs).map(([name, value]) => [
      name,
      name === "device" && place !== undefined ? place.device : decodeArgument(value, layout, place),
    ]),
  );
  return { args: args.map((value) => decodeArgument(value, layout, place)), keywords, receiver };
}

/** The tensors of a call in the order in which the generator asks for their gradients. */
export function tensorsThatRequireGrad({ args, keywords }: Call): Tensor[] {
  const everything = [...args, ...Object.values(keywords)].flat(2);
  return everything.filter((value): value is Tensor => value instanceof Tensor && value.requires_grad);
}

function describe(argument: EncodedArgument): string {
  if (argument === null || typeof argument !== "object") return JSON.stringify(argument);
  if (isList(argument)) return `[${argument.map(describe).join(", ")}]`;
  if (!("shape" in argument)) return JSON.stringify(argument);
  const { dtype, shape, values = [] } = argument;
  return `${dtype}[${shape.join(",")}]${values.length > 0 && values.length <= 3 ? `{${values.join(",")}}` : ""}`;
}

/** A call as a reader of a failing test wants to see it: `sum(float32[2,3], 1, {keepdim: true})`. */
export function describeCall(name: string, { args, kwargs = {} }: EncodedCall): string {
  const named = Object.entries(kwargs).map(([keyword, value]) => `${keyword}: ${describe(value)}`);
  return `${name}(${[...args.map(describe), ...(named.length > 0 ? [`{${named.join(", ")}}`] : [])].join(", ")})`;
}

/** The twin of `cotangent` in `generators/operators.py`. */
export function cotangent({ shape, dtype, device }: Tensor, turn: number): Tensor {
  const count = shape.reduce((product: number, size: number) => product * size, 1);
  const values = Array.from({ length: count }, (_, index) => (((index * 5 + turn) % 7) + 1) / 4);
  return torch.tensor(values, { dtype, device }).reshape(shape);
}
