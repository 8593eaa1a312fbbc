import { expect, test } from "vitest";
import { graphics } from "../../../../runtime/backends/webgl/graphics.ts";
import torch from "../../../../runtime/index.ts";
import { describeWebGL } from "./operands.ts";

/** Takes the context away, as a reset of the driver does. */
function lose(): void {
  // An extension of `gl`: it ends the native context.
  (graphics().gl as unknown as { getExtension(name: string): { destroy(): void } })
    .getExtension("STACKGL_destroy_context")
    .destroy();
}

describeWebGL("a lost context", () => {
  test("is said at the next use, with what to do", () => {
    const x = torch.ones(4, { device: "webgl" }).mul(2);
    // Written in part: its elements are in a texture, and nowhere else.
    x.index(0).fill_(7);
    lose();
    expect(() => x.tolist()).toThrow(/WebGL context was lost.*copy on the CPU are intact.*new context/s);
    expect(() => x.add(1).tolist()).toThrow(/WebGL context was lost/);
  });

  test("leaves tensors that have a copy on the CPU as they were, and another one opens", () => {
    const uploaded = torch.tensor([1, 2, 3]).to("webgl");
    expect(uploaded.mul(2).tolist()).toEqual([2, 4, 6]);
    lose();
    expect(() => torch.ones(2, { device: "webgl" }).exp().tolist()).toThrow(/context was lost/);
    expect(uploaded.mul(2).tolist()).toEqual([2, 4, 6]);
    expect(torch.ones(2, { device: "webgl" }).add(1).tolist()).toEqual([2, 2]);
  });
});
