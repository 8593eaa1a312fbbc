import { expect, test } from "vitest";
import { looks } from "../../../../runtime/backends/webgl/memory.ts";
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

  test("are given back to the driver by empty_cache", () => {
    torch.ones(1024, 1024, { device: "webgl" }).exp().t().add(1).index(0, 0).item();
    torch.webgl.empty_cache();
    expect(torch.webgl.memory_reserved()).toBe(torch.webgl.memory_allocated());
  });
});
