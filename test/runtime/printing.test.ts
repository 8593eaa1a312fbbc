import { afterEach, describe, expect, test } from "vitest";
import {
  formatTensor,
  get_printoptions,
  set_printoptions,
  type PrintableTensor,
} from "../../runtime/printing.ts";

function printable(values: readonly number[], rest: Partial<PrintableTensor> = {}): PrintableTensor {
  return {
    dtype: "float32",
    shape: [values.length],
    device: "cpu",
    requiresGrad: false,
    gradFn: null,
    values,
    ...rest,
  };
}

afterEach(() => {
  set_printoptions({ profile: "default" });
});

describe("formatTensor", () => {
  test("names a device that is not the CPU, before the dtype", () => {
    expect(formatTensor(printable([1, 2], { device: "webgl:0", dtype: "int32" }))).toBe(
      "tensor([1, 2], device='webgl:0', dtype=torch.int32)",
    );
  });

  test("says the function that made a tensor rather than that it requires a gradient", () => {
    const sum = printable([3], { shape: [], requiresGrad: true, gradFn: "AddBackward0" });
    expect(formatTensor(sum)).toBe("tensor(3., grad_fn=<AddBackward0>)");
  });

  test("reports values that do not fill the shape", () => {
    expect(() => formatTensor(printable([1, 2], { shape: [3] }))).toThrow(
      "element 2, but there are 2 values",
    );
  });
});

describe("set_printoptions", () => {
  test("keeps what it is not told, except sci_mode, which goes back to the choice by value", () => {
    set_printoptions({ precision: 2, sci_mode: true });
    set_printoptions({ linewidth: 40 });
    expect(get_printoptions()).toEqual({
      precision: 2,
      threshold: 1000,
      edgeitems: 3,
      linewidth: 40,
      sci_mode: null,
    });
  });

  test("lets options override the profile they come with", () => {
    set_printoptions({ profile: "full", precision: 1 });
    expect(get_printoptions()).toMatchObject({ precision: 1, threshold: Infinity });
  });

  test("takes back what get_printoptions returned", () => {
    set_printoptions({ profile: "short", sci_mode: false });
    const kept = get_printoptions();
    set_printoptions({ profile: "default" });
    set_printoptions(kept);
    expect(get_printoptions()).toEqual(kept);
  });

  test("refuses a count that cannot be one and leaves the options as they were", () => {
    expect(() => set_printoptions({ linewidth: 60, edgeitems: -1 })).toThrow(
      "edgeitems must be a whole number",
    );
    expect(() => set_printoptions({ precision: 1.5 })).toThrow("precision must be a whole number");
    expect(get_printoptions().linewidth).toBe(80);
  });

  test("lists the profiles when it is given another", () => {
    // A cell is transformed without a type check, so a wrong name can arrive here.
    const profile = "wide" as "full";
    expect(() => set_printoptions({ profile })).toThrow('one of "default", "short", "full"; got "wide"');
  });
});
