/** Files as NumPy writes and reads them. */
import { expect, test } from "vitest";
import torch from "../../runtime/index.ts";
import { difference } from "./closeness.ts";
import { decodeValues, readOracle, type EncodedTensor } from "./data.ts";
import { dtypes, type DTypeName } from "../../runtime/dtype.ts";

interface File {
  readonly about: string;
  readonly file: string;
}

interface Answers {
  readonly tensors: Readonly<Record<string, EncodedTensor>>;
  readonly same: readonly (File & { readonly tensor: EncodedTensor })[];
  readonly others: readonly (File & { readonly tensor: EncodedTensor })[];
  readonly refused: readonly File[];
  readonly archives: readonly File[];
}

const { tensors, same, others, refused, archives } = readOracle<Answers>("numpy.json");

function bytesOf({ file }: File): Uint8Array {
  return new Uint8Array(Buffer.from(file, "base64"));
}

/** The tensor that a row tells of. The generator writes only dtypes that exist here. */
function tensorOf({ dtype, shape, values }: EncodedTensor): torch.Tensor {
  return torch.tensor(decodeValues(dtype, values), { dtype: dtypes[dtype as DTypeName] }).reshape(shape);
}

test.each([...same, ...others])("what NumPy saves is read: $about", (row) => {
  expect(difference(torch.io.decodeNpy(bytesOf(row)), row.tensor)).toBeNull();
});

test.each(same)("a tensor is written as NumPy writes it, byte for byte: $about", (row) => {
  expect(Buffer.from(torch.io.encodeNpy(tensorOf(row.tensor))).toString("base64")).toBe(row.file);
});

test.each(refused)("what no tensor can hold is refused: $about", (row) => {
  expect(() => torch.io.decodeNpy(bytesOf(row))).toThrow(/can't convert np\.ndarray of type/);
});

test.each(archives)("an archive of NumPy's is read: $about", (row) => {
  const read = torch.io.decodeNpz(bytesOf(row));
  expect(Object.keys(read)).toEqual(Object.keys(tensors));
  for (const [name, tensor] of Object.entries(tensors)) expect(difference(read[name]!, tensor)).toBeNull();
});
