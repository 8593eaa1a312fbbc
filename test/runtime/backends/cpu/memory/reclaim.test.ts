import { describe, expect, test } from "vitest";
import { allocate, allocateZeros } from "../../../../../runtime/backends/cpu/memory/storage.ts";
import { float32, int64 } from "../../../../../runtime/dtype.ts";
import torch, { type Tensor } from "../../../../../runtime/index.ts";

const megabyte = 1024 * 1024;

function inUse(): number {
  return torch.memory_stats()["allocated_bytes.all.current"];
}

/** Makes tensors that nobody keeps, in a synchronous loop. */
function makeGarbage(count: number, elements: number): void {
  for (let i = 0; i < count; i++) torch.zeros(elements);
}

describe("memory of tensors that nobody refers to", () => {
  test("is used again within a synchronous loop", () => {
    makeGarbage(1000, megabyte);
    expect(inUse()).toBeLessThan(128 * megabyte);
  });

  test("is used again when the tensors are small", () => {
    makeGarbage(200_000, 256);
    expect(inUse()).toBeLessThan(128 * megabyte);
  });

  test("is used again when they belonged to a graph", () => {
    const weight = torch.randn([256, 256], { requires_grad: true });
    for (let step = 0; step < 300; step++) {
      weight.mul(2).exp().sum().backward();
      weight.grad = null;
    }
    expect(inUse()).toBeLessThan(128 * megabyte);
  });
});

describe("memory of tensors that grew old before they were forgotten", () => {
  test("is used again when the tensors in use have doubled", () => {
    for (let round = 0; round < 60; round++) {
      const kept = Array.from({ length: 16 }, () => torch.zeros(megabyte));
      expect(kept.length).toBe(16);
    }
    expect(inUse()).toBeLessThan(600 * megabyte);
    expect(torch.memory_stats().num_full_sweeps).toBeGreaterThan(0);
  });
});

describe("memory of tensors that somebody refers to", () => {
  test("keeps its contents through any number of looks for garbage", () => {
    const kept: Tensor[] = [];
    for (let i = 0; i < 400; i++) {
      kept.push(torch.full([1000 + i], i));
      makeGarbage(3, megabyte);
    }
    kept.forEach((tensor, i) => {
      expect(tensor.sum().item()).toBe(i * (1000 + i));
    });
    expect(torch.memory_stats().num_young_sweeps).toBeGreaterThan(0);
  });

  test("is kept by a view alone", () => {
    const view = ((): Tensor => torch.full([100_000], 7).narrow(0, 500, 10))();
    makeGarbage(500, megabyte);
    expect(view.tolist()).toEqual(Array.from({ length: 10 }, () => 7));
  });

  test("is kept by a graph alone", () => {
    const x = torch.full([100_000], 3, { dtype: torch.float32 }).requires_grad_(true);
    const loss = x.square().mul(x.exp().mul(0).add(2)).sum();
    makeGarbage(500, megabyte);
    loss.backward();
    expect(x.grad!.index(99_999).item()).toBeCloseTo(12, 3);
  });
});

describe("a storage", () => {
  test("keeps its elements when they move out of the heap and back", () => {
    const storage = allocate(float32, 1000);
    storage.data.forEach((_, i) => {
      storage.data[i] = i;
    });
    const before = storage.address;
    storage.evict();
    expect(storage.address).toBe(0);
    expect(storage.data[999]).toBe(999);
    expect(storage.makeResident()).not.toBe(0);
    expect(before).not.toBe(0);
    expect(Array.from(storage.data as Float32Array)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
  });

  test("of few elements is an ordinary array until a kernel needs its address", () => {
    const storage = allocateZeros(int64, 3);
    expect(storage.address).toBe(0);
    storage.data[1] = 5n as never; // an int64 storage holds bigints
    storage.makeResident();
    expect(storage.address).not.toBe(0);
    expect(Array.from(storage.data as BigInt64Array)).toEqual([0n, 5n, 0n]);
  });

  test("of zeros is zero also where the block was used before", () => {
    const first = allocate(float32, 5000);
    first.data.fill(9 as never); // a float32 storage holds numbers
    first.release();
    expect(Array.from(allocateZeros(float32, 5000).data as Float32Array).every((value) => value === 0)).toBe(
      true,
    );
  });
});

describe("a tensor over a typed array", () => {
  test("sees what is written into the array, and the array sees what is written into the tensor, also after kernels worked on it", () => {
    const array = Float32Array.from({ length: 1000 }, (_, i) => i);
    const shared = torch.from_typed_array(array);
    expect(shared.sum().item()).toBe(499_500);
    array[0] = 500;
    expect(shared.sum().item()).toBe(500_000);
    expect(shared.exp().index(0).item()).toBe(Infinity);
    shared.mul_(2);
    expect(array[999]).toBe(1998);
    shared.fill_(1);
    expect(array[3]).toBe(1);
  });
});

describe("running out of memory", () => {
  test("is an error with the sizes, and costs nothing that was there", () => {
    const kept = torch.full([1000], 4);
    expect(() => torch.zeros(2_000_000_000)).toThrow(
      /can't allocate memory: you tried to allocate 8000000000 bytes for 2000000000 elements of torch\.float32\. .*cannot grow beyond 4 GiB/,
    );
    expect(kept.sum().item()).toBe(4000);
    expect(torch.memory_stats().num_ooms).toBe(1);
  });
});

describe("memory_summary", () => {
  test("shows the figures in a table whose lines are equally long", () => {
    const lines = torch.memory_summary().split("\n");
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines.join("\n")).toMatch(/\| Peak in use +\| +[\d.]+ [KMG]iB \|/);
  });

  test("begins the peak anew after a reset", () => {
    const kept = torch.zeros(8 * megabyte);
    kept.storage.release();
    torch.reset_peak_memory_stats();
    const stats = torch.memory_stats();
    expect(stats["allocated_bytes.all.peak"]).toBe(stats["allocated_bytes.all.current"]);
  });
});
