import type { Tensor } from "../../runtime/index.ts";
import { decodeValues, type EncodedNumber, type EncodedTensor } from "./data.ts";

/** How far an element may be from PyTorch's. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** What `torch.testing.assert_close` allows for each floating dtype; everything else must be equal. */
const tolerances: Readonly<Record<string, Tolerance>> = {
  float16: { relative: 1e-3, absolute: 1e-5 },
  bfloat16: { relative: 1.6e-2, absolute: 1e-5 },
  float32: { relative: 1.3e-6, absolute: 1e-5 },
  float64: { relative: 1e-7, absolute: 1e-7 },
};

/** The elements of a tensor in row-major order, booleans as 0 and 1. */
function flatValues(tensor: Tensor): (number | bigint)[] {
  const flat: (number | bigint)[] = [];
  const walk = (item: unknown): void => {
    if (Array.isArray(item)) item.forEach(walk);
    else flat.push(typeof item === "bigint" ? item : Number(item));
  };
  walk(tensor.tolist());
  return flat;
}

/** Whether two elements agree; NaN agrees with NaN, and zero with either zero, as in PyTorch. */
function agree(got: number | bigint, expected: number | bigint, tolerance: Tolerance | undefined): boolean {
  if (tolerance === undefined) return BigInt(got) === BigInt(expected);
  const [left, right] = [Number(got), Number(expected)];
  if (Number.isNaN(right) || Number.isNaN(left)) return Number.isNaN(right) && Number.isNaN(left);
  return (
    left === right || Math.abs(left - right) <= tolerance.absolute + tolerance.relative * Math.abs(right)
  );
}

function shorten(values: readonly unknown[]): string {
  return values.length > 12 ? `${values.slice(0, 12).join(" ")} … (${values.length})` : values.join(" ");
}

function wider(usual: Tolerance, allowed: Tolerance | null): Tolerance {
  if (allowed === null) return usual;
  return {
    relative: Math.max(usual.relative, allowed.relative),
    absolute: Math.max(usual.absolute, allowed.absolute),
  };
}

/** What is wrong with the elements of `got`, or `null`. */
export function differenceOfValues(
  got: Tensor,
  expected: readonly EncodedNumber[],
  allowed: Tolerance | null = null,
): string | null {
  const { name, is_floating_point } = got.dtype;
  const tolerance = is_floating_point ? wider(tolerances[name]!, allowed) : undefined;
  const [left, right] = [flatValues(got), decodeValues(name, expected)];
  const fits =
    left.length === right.length &&
    left.every((value, index) => agree(value, right[index] ?? NaN, tolerance));
  return fits ? null : `got ${shorten(left)}, PyTorch ${shorten(right)}`;
}

/** What is wrong with `got`: its dtype, its shape or its elements; `null` when nothing is. */
export function difference(
  got: Tensor,
  expected: Omit<EncodedTensor, "values"> & { readonly values: EncodedTensor["values"] | null },
  tolerance: Tolerance | null = null,
): string | null {
  if (got.dtype.name !== expected.dtype) return `got dtype ${got.dtype.name}, PyTorch ${expected.dtype}`;
  const [shape, right] = [got.shape.join(","), expected.shape.join(",")];
  if (shape !== right) return `got shape [${shape}], PyTorch [${right}]`;
  return expected.values === null ? null : differenceOfValues(got, expected.values, tolerance);
}
