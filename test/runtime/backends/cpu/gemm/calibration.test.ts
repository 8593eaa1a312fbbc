import { describe, expect, test } from "vitest";
import { areRight, measureFastest } from "../../../../../runtime/backends/cpu/gemm/calibration.ts";
import {
  kernels as kernelsOf,
  tileChoices,
  tileName,
  type ProductKernels,
} from "../../../../../runtime/backends/cpu/gemm/kernels.ts";

const all = Object.values(kernelsOf).flat();
const labelled = all.map((kernels) => ({
  kernels,
  label: `${kernels.precision.name} ${tileName(kernels.shape)}`,
}));

test("the fastest tile is one whose code is optimised", () => {
  expect(tileChoices[measureFastest()]!.code).not.toBe("lazy");
});

test.each(labelled)("the kernels for $label pass the check", ({ kernels }) => {
  expect(areRight(kernels)).toBe(true);
});

/** Kernels of which some functions do something else. */
function broken(changes: Partial<ProductKernels["module"]["functions"]>): ProductKernels {
  const kernels = kernelsOf.float32[0]!;
  const functions = { ...kernels.module.functions, ...changes };
  return { ...kernels, module: { functions } as ProductKernels["module"] }; // the check only calls them
}

describe("the check notices kernels", () => {
  const { adjacentRows, adjacentInner } = kernelsOf.float32[0]!.module.functions;

  test("that compute nothing", () => {
    expect(areRight(broken({ adjacentRows: () => {} }))).toBe(false);
    expect(areRight(broken({ adjacentInner: () => {} }))).toBe(false);
    expect(areRight(broken({ packLeft: () => {} }))).toBe(false);
    expect(areRight(broken({ packRight: () => {} }))).toBe(false);
  });

  test("that leave out a row, a step or the finish", () => {
    for (const [index, change] of [
      [9, -1],
      [11, -1],
      [12, 0],
    ] as const) {
      const changed = (args: number[]): number[] =>
        args.with(index, change === 0 ? 0 : args[index]! + change);
      expect(areRight(broken({ adjacentRows: (...args) => adjacentRows(...changed(args)) }))).toBe(false);
      expect(areRight(broken({ adjacentInner: (...args) => adjacentInner(...changed(args)) }))).toBe(false);
    }
  });
});
