/** Python's names of storages and dtypes. */
import { dtypes, type DType, type DTypeName } from "../../dtype.ts";

/** The class that PyTorch keeps elements of a dtype in, by its name in `torch`. Source: `_dtype_to_storage_type_map` in `torch/storage.py`. */
export const storageNames: Readonly<Record<DTypeName, string>> = {
  float64: "DoubleStorage",
  float32: "FloatStorage",
  float16: "HalfStorage",
  bfloat16: "BFloat16Storage",
  int64: "LongStorage",
  int32: "IntStorage",
  int16: "ShortStorage",
  int8: "CharStorage",
  uint8: "ByteStorage",
  bool: "BoolStorage",
};

const dtypesByStorage: ReadonlyMap<string, DType> = new Map(
  Object.entries(storageNames).map(([dtype, name]) => [name, dtypes[dtype as DTypeName]]), // the record's keys are those names
);

/** What tensors cannot be of here, by the name of a storage or dtype in PyTorch, with what to do instead. */
const elsewhere: readonly (readonly [names: RegExp, what: string, advice: string])[] = [
  [/^Complex|^complex/, "complex numbers", "torch.view_as_real(x)"],
  [/^Q|^q/, "quantised numbers", "x.dequantize()"],
  [/^uint|^bits/, "unsigned whole numbers", "x.to(torch.int64)"],
  [/^int[1-7]$/, "numbers of a few bits", "x.to(torch.int8)"],
  [/^float[48]_/, "floating-point numbers of 4 or 8 bits", "x.to(torch.float32)"],
  [/^per_(?:tensor|channel)_/, "quantised numbers", "x.dequantize()"],
];

/** The dtype behind a name, with or without `Storage`; `undefined` where there is none. */
export function dtypeNamed(name: string): DType | undefined {
  return dtypesByStorage.get(name) ?? (Object.hasOwn(dtypes, name) ? dtypes[name as DTypeName] : undefined); // `hasOwn` has looked
}

/** Why there is no dtype behind a name that PyTorch has one for, `null` where it has none either. */
export function absentDtype(name: string): string | null {
  const row = elsewhere.find(([names]) => names.test(name));
  return row === undefined
    ? null
    : `torch.${name}: tensors here cannot hold ${row[1]}. Convert them in Python before saving: ${row[2]}.`;
}
