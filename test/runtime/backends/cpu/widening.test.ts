/** Narrow dtypes in kernels that compute in wider ones. */
import { describe, expect, test } from "vitest";
import torch, { F, type DType } from "../../../../runtime/index.ts";

const fractions: readonly (readonly [string, DType])[] = [
  ["float16", torch.float16],
  ["bfloat16", torch.bfloat16],
];
const wholes: readonly (readonly [string, DType])[] = [
  ["int8", torch.int8],
  ["int16", torch.int16],
];

/** Small eighths, which all dtypes of fractions hold, in the order of no sorting. */
function eighths(...shape: number[]): InstanceType<typeof torch.Tensor> {
  return torch
    .arange(shape.reduce((a, b) => a * b, 1))
    .mul(37)
    .bitwise_and(63)
    .div(8)
    .sub(4)
    .reshape(shape);
}

describe.each(fractions)("%s", (_, dtype) => {
  test("a result is float32's, rounded once", () => {
    const x = eighths(6, 8);
    const narrow = x.to(dtype);
    const calls: ((x: InstanceType<typeof torch.Tensor>) => InstanceType<typeof torch.Tensor>)[] = [
      (x) => x.matmul(x.t()),
      (x) => x.sum(1),
      (x) => x.mean(0),
      (x) => x.var(1),
      (x) => x.softmax(1),
      (x) => x.sort(1).values,
      (x) => x.cumsum(1),
      (x) => x.amax(),
      (x) => F.max_pool2d(x.reshape([1, 6, 8]), 2),
      (x) => F.avg_pool2d(x.reshape([1, 6, 8]), 2),
      (x) => F.conv2d(x.reshape([1, 1, 6, 8]), x.reshape([-1]).narrow(0, 0, 9).reshape([1, 1, 3, 3])),
      (x) => F.layer_norm(x, [8]),
    ];
    for (const call of calls) expect(call(narrow).tolist()).toEqual(call(x).to(dtype).tolist());
  });

  test("sums into chosen places are rounded once, however many they are", () => {
    const index = torch.zeros([300], { dtype: torch.int64 });
    const sum = torch.zeros([4], { dtype }).index_add(0, index, torch.ones([300], { dtype }));
    expect(sum.tolist()).toEqual(torch.tensor([300, 0, 0, 0], { dtype }).tolist());
  });

  test("a view into the middle of a storage is written where it lies", () => {
    const x = torch.zeros([4, 20], { dtype });
    const index = torch.arange(19);
    x.select(0, 2)
      .narrow(0, 1, 19)
      .index_put_([index], torch.ones([19], { dtype }), true);
    expect(x.sum(1).tolist()).toEqual([0, 0, 19, 0]);
    expect(x.select(1, 0).sum().item()).toBe(0);
  });
});

describe.each(wholes)("%s", (name, dtype) => {
  test("a result wraps as it does in C", () => {
    const x = torch
      .arange(40)
      .mul(name === "int8" ? 7 : 1777)
      .to(dtype);
    const wide = x.to(torch.int64);
    expect(x.mul(x).tolist()).toEqual(wide.mul(wide).to(dtype).tolist());
    expect(x.sum().tolist()).toBe(wide.sum().tolist());
    expect(x.sort(0, false).values.tolist()).toEqual(wide.sort(0, false).values.tolist());
    expect(
      x
        .reshape([4, 10])
        .matmul(x.reshape([10, 4]))
        .tolist(),
    ).toEqual(
      wide
        .reshape([4, 10])
        .matmul(wide.reshape([10, 4]))
        .to(dtype)
        .tolist(),
    );
    expect(x.index_add(0, torch.zeros([40], { dtype: torch.int64 }), x).tolist()).toEqual(
      wide
        .index_add(0, torch.zeros([40], { dtype: torch.int64 }), wide)
        .to(dtype)
        .tolist(),
    );
  });
});
