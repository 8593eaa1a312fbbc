/** The format's names of dtypes. Source: the safetensors format, https://github.com/huggingface/safetensors, `enum Dtype`. */
import { dtypes, type DType, type DTypeName } from "../../dtype.ts";

/** Names of the dtypes that tensors have, in the order in which the elements are laid down: those of most bytes first. */
export const formatNames: Readonly<Record<DTypeName, string>> = {
  int64: "I64",
  float64: "F64",
  float32: "F32",
  int32: "I32",
  bfloat16: "BF16",
  float16: "F16",
  int16: "I16",
  int8: "I8",
  uint8: "U8",
  bool: "BOOL",
};

const order = Object.keys(formatNames);

/** Position of a dtype in that order. */
export function rankOf(dtype: DType): number {
  return order.indexOf(dtype.name);
}

const byName: ReadonlyMap<string, DType> = new Map(
  Object.entries(formatNames).map(([dtype, name]) => [name, dtypes[dtype as DTypeName]]), // the record's keys are those names
);

/** Bits of an element of the dtypes that tensors cannot be of here. */
const absent: ReadonlyMap<string, number> = new Map([
  ["C64", 64],
  ["U64", 64],
  ["U32", 32],
  ["U16", 16],
  ["F8_E4M3", 8],
  ["F8_E5M2", 8],
  ["F8_E8M0", 8],
  ["F8_E4M3FNUZ", 8],
  ["F8_E5M2FNUZ", 8],
  ["F6_E2M3", 6],
  ["F6_E3M2", 6],
  ["F4", 4],
]);

/** The dtype of a name, `undefined` when tensors cannot be of it. */
export function dtypeOfFormat(name: string): DType | undefined {
  return byName.get(name);
}

/** Bits of an element, `undefined` for a name that the format does not have. */
export function bitsOf(name: string): number | undefined {
  const dtype = byName.get(name);
  return dtype === undefined ? absent.get(name) : dtype.itemsize * 8;
}

/** The format's names, for messages. */
export const allNames: readonly string[] = [...byName.keys(), ...absent.keys()];
