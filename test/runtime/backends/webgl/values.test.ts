import { afterEach, expect, test } from "vitest";
import { counts, graphics } from "../../../../runtime/backends/webgl/graphics.ts";
import { extentFor } from "../../../../runtime/backends/webgl/textures.ts";
import type { WebGLStorage } from "../../../../runtime/backends/webgl/storage.ts";
import type { Value } from "../../../../runtime/backends/webgl/values.ts";
import torch from "../../../../runtime/index.ts";
import type { Tensor } from "../../../../runtime/tensor.ts";
import { describeWebGL } from "./operands.ts";

function valueOf({ storage }: Tensor): Value {
  return (storage as WebGLStorage).value;
}

describeWebGL("values", () => {
  const { getError } = process.env["TYPETORCH_WEBGL"] === "off" ? { getError: () => 0 } : graphics().gl;
  afterEach(() => {
    (graphics().gl as { getError(): number }).getError = getError;
  });

  test("are shared by copies until one of them is written", () => {
    const x = torch.arange(6).float().to("webgl");
    const [y, z] = [x.clone(), x.detach().contiguous()];
    expect(valueOf(y)).toBe(valueOf(x));
    y.add_(1);
    z.index(0).fill_(9);
    expect([x, y, z].map((each) => each.tolist())).toEqual([
      [9, 1, 2, 3, 4, 5],
      [1, 2, 3, 4, 5, 6],
      [9, 1, 2, 3, 4, 5],
    ]);
  });

  test("keep their texture when they are read, and their array when programs use them", () => {
    const labels = torch.tensor([3n, 1n, 2n]).to("webgl");
    const { array } = valueOf(labels);
    const chosen = labels.eq(torch.tensor([3n, 2n, 2n]).to("webgl"));
    expect(chosen.tolist()).toEqual([true, false, true]);
    expect(valueOf(labels).array).toBe(array);
    const { texture } = valueOf(chosen);
    expect(texture).not.toBeNull();
    expect(chosen.logical_not().tolist()).toEqual([false, true, false]);
    expect(valueOf(chosen).texture).toBe(texture);
  });

  test("that come from an array are copies: nobody sees what is written into the other", () => {
    const array = Float32Array.of(1, 2, 3);
    const x = torch.tensor(array).to("webgl");
    array[0] = 100;
    x.mul_(2);
    expect(x.tolist()).toEqual([2, 4, 6]);
    expect(Array.from(array)).toEqual([100, 2, 3]);
  });

  test("are read later without blocking, as they were when that was asked for", async () => {
    const x = torch.ones(300, 300, { device: "webgl" }).mul(3);
    const promise = x.storage.peekLater();
    x.zero_();
    expect(Array.from((await promise) as Float32Array).every((number) => number === 3)).toBe(true);
    expect(x.sum().item()).toBe(0);
  });

  test("of one element are read without the others", () => {
    const x = torch.arange(5000).float().to("webgl").mul(2);
    x.index(0).fill_(1);
    expect((x.storage as WebGLStorage).at(4321)).toBe(8642);
    expect(valueOf(x).array).toBeNull();
  });

  test("that run on the processor are counted with the operator's name and what was read back", () => {
    torch.webgl.reset_fallbacks();
    const x = torch.arange(8).float().to("webgl").mul(-1);
    expect(x.argsort().index(0).item()).toBe(7);
    expect(torch.webgl.fallbacks()).toEqual([{ name: "argsort (sortRows)", count: 1, bytes: 32 }]);
    // What the processor has made is not read back.
    const before = counts.passes;
    expect(x.argsort().tolist()).toEqual([7, 6, 5, 4, 3, 2, 1, 0]);
    expect(counts.passes).toBe(before);
  });

  test("of more rows than a texture has are refused with the numbers", () => {
    expect(extentFor(2 ** 30, 16_384)).toEqual({ rows: 16_384, columns: 16_384 });
    expect(extentFor(0, 16_384)).toEqual({ rows: 1, columns: 1 });
    expect(() => extentFor(2 ** 30 + 1, 16_384)).toThrow(
      /1073741825 elements.*16384 × 16384 texels.*smaller parts/s,
    );
  });

  test("for which the driver has no memory are refused with the numbers, and the next ones find theirs", () => {
    const x = torch.ones(1100, 1000, { device: "webgl" });
    x.index(0, 0).item();
    const { gl } = graphics();
    (gl as { getError(): number }).getError = () => gl.OUT_OF_MEMORY;
    expect(() => x.exp().index(0).fill_(1)).toThrow(
      /WebGL out of memory.*Tried to allocate \d+ bytes.*x\.cpu\(\)/s,
    );
    (gl as { getError(): number }).getError = getError;
    expect(x.add(1).index(1099, 999).item()).toBe(2);
  });
});
