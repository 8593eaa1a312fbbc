import { expect, test } from "vitest";
import { evictions, looks } from "../../../../runtime/backends/webgl/memory.ts";
import torch from "../../../../runtime/index.ts";
import { describeWebGL } from "./operands.ts";

const mebibyte = 2 ** 20;

describeWebGL("textures", () => {
  test("that a synchronous loop forgets are used again, without anybody's help", () => {
    const x = torch.ones(512, 512, { device: "webgl" });
    const before = looks.youngSweeps;
    let last = x;
    // 2 MiB a step: eight times what may be in use in the end.
    for (let step = 0; step < 400; step++) {
      last = x
        .mul(1 + step)
        .t()
        .add(1);
      last.index(0).mul_(2);
    }
    expect(last.index(1, 1).item()).toBe(401);
    expect(looks.youngSweeps).toBeGreaterThan(before);
    expect(torch.webgl.max_memory_allocated()).toBeLessThan(100 * mebibyte);
    expect(torch.webgl.memory_reserved()).toBeLessThan(100 * mebibyte);
  });

  test("of temporaries are given back at once", () => {
    const x = torch.ones(256, 256, { device: "webgl" });
    x.index(0).mul_(2);
    torch.webgl.reset_peak_memory_stats();
    const before = torch.webgl.memory_allocated();
    const y = torch.nn.functional.softplus(x);
    y.index(0).mul_(2);
    expect(torch.webgl.memory_allocated() - before).toBeLessThanOrEqual(2 * 256 * 256 * 4);
  });

  test("in which nothing was written yet take no memory", () => {
    const before = torch.webgl.memory_allocated();
    const x = torch.zeros(1024, 1024, { device: "webgl" });
    const y = x.clone().expand(4, 1024, 1024);
    expect(torch.webgl.memory_allocated()).toBe(before);
    expect(y.shape).toEqual([4, 1024, 1024]);
  });

  test("are counted as soon as a program sends a tensor", () => {
    const before = torch.webgl.memory_allocated();
    const x = torch.rand(256, 256).to("cuda");
    expect(torch.webgl.memory_allocated() - before).toBeGreaterThanOrEqual(256 * 256 * 4);
    x.storage.release();
    expect(torch.webgl.memory_allocated()).toBe(before);
  });

  test("are given back to the driver by empty_cache", () => {
    torch.ones(1024, 1024, { device: "webgl" }).exp().t().add(1).index(0, 0).item();
    torch.webgl.empty_cache();
    expect(torch.webgl.memory_reserved()).toBe(torch.webgl.memory_allocated());
  });

  test("beyond the limit go to the processor's memory, those not used for longest first, and come back", () => {
    const tensors = Array.from({ length: 12 }, (_, i) =>
      torch.full([256, 256], i, { device: "webgl" }).exp(),
    );
    torch.webgl.empty_cache();
    torch.webgl.set_memory_limit(4 * 256 * 1024);
    try {
      const before = evictions.count;
      tensors.forEach((tensor) => void tensor.t().contiguous().index(0, 0).item());
      expect(evictions.count).toBeGreaterThan(before);
      expect(torch.webgl.memory_reserved()).toBeLessThanOrEqual(4 * 256 * 1024);
      const sums = tensors.map((tensor) => tensor.index(255, 255).log().item());
      sums.forEach((sum, i) => expect(sum).toBeCloseTo(i, 4));
      expect(torch.webgl.memory_allocated()).toBeLessThanOrEqual(4 * 256 * 1024);
    } finally {
      torch.webgl.set_memory_limit(null);
    }
  });

  test("that one operator needs and the limit has no room for are refused with the numbers, and nothing is lost", () => {
    const x = torch.full([256, 256], 3, { device: "webgl" }).exp();
    x.index(0, 0).item();
    torch.webgl.set_memory_limit(256 * 1024);
    try {
      expect(() => x.t().contiguous().index(0, 0).item()).toThrow(
        /WebGL out of memory\. Tried to allocate 262144 bytes.*may take 262144 bytes: torch\.webgl\.set_memory_limit/s,
      );
    } finally {
      torch.webgl.set_memory_limit(null);
    }
    expect(x.t().contiguous().index(0, 0).item()).toBeCloseTo(Math.exp(3), 4);
    expect(() => torch.webgl.set_memory_limit(0)).toThrow(/positive number of bytes, or null.*got 0/);
  });
});
