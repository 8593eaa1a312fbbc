import { describe, expect, test } from "vitest";
import type { DTypeName } from "../../runtime/dtype.ts";
import torch from "../../runtime/index.ts";
import { formatTensor, set_printoptions, type PrintOptionsUpdate } from "../../runtime/printing.ts";
import { decodeValues, readOracle, type EncodedNumber } from "./data.ts";

interface PrintingCase {
  readonly dtype: DTypeName;
  readonly shape: readonly number[];
  /** The elements, or for a long tensor its first element and the step to the next. */
  readonly values: readonly EncodedNumber[] | { readonly start: number; readonly step: number };
  readonly requires_grad?: boolean;
  readonly grad_fn?: string;
  readonly default_dtype?: DTypeName;
  readonly options?: PrintOptionsUpdate;
  readonly text: string;
}

const { cases } = readOracle<{ cases: PrintingCase[] }>("printing.json");

function valuesOf({ dtype, shape, values }: PrintingCase): ArrayLike<number> | ArrayLike<bigint> {
  const count = shape.reduce((product, size) => product * size, 1);
  const listed =
    "start" in values
      ? Array.from({ length: count }, (_, index) => values.start + index * values.step)
      : values;
  // Rounds what is written with few digits to the element that it stands for; a vector's list is flat, and of one kind but for large whole numbers.
  return torch.tensor(decodeValues(dtype, listed), { dtype: torch[dtype] }).tolist() as number[];
}

function printed(row: PrintingCase): string {
  set_printoptions({ profile: "default" });
  set_printoptions(row.options);
  try {
    const { dtype, shape, grad_fn = null, requires_grad = false } = row;
    const tensor = {
      dtype,
      shape,
      device: "cpu",
      requiresGrad: requires_grad,
      gradFn: grad_fn,
      values: valuesOf(row),
    };
    return formatTensor(tensor, row.default_dtype);
  } finally {
    set_printoptions({ profile: "default" });
  }
}

describe("a tensor is printed as PyTorch prints it", () => {
  test.each(cases.map((row, index) => ({ row, title: `${index}: ${row.dtype} [${row.shape.join(", ")}]` })))(
    "$title",
    ({ row }) => {
      expect(printed(row)).toBe(row.text);
    },
  );
});
