import { expect, test } from "vitest";
import torch, { F } from "../../../../runtime/index.ts";
import { describeWebGL } from "./operands.ts";

describeWebGL("one_hot on the device", () => {
  test("gives the processor's rows, and reads nothing back where the number of classes is given", () => {
    const labels = torch.tensor(
      [
        [2, 0],
        [1, 3],
      ],
      { dtype: torch.int64 },
    );
    torch.webgl.reset_fallbacks();
    const rows = F.one_hot(labels.to("webgl"), 5);
    expect(torch.webgl.fallbacks()).toEqual([]);
    expect(rows.dtype).toBe(torch.int64);
    expect(rows.tolist()).toEqual(F.one_hot(labels, 5).tolist());
    expect(F.one_hot(labels.to("webgl").t()).tolist()).toEqual(F.one_hot(labels.t()).tolist());
  });

  test.each([
    [3, /must be smaller than num_classes: got 3, and num_classes is 3/],
    [-1, /non-negative, got -1/],
  ])("refuses the label %i as the processor does", (label, message) => {
    const labels = torch.tensor([0, label], { dtype: torch.int64 }).to("webgl");
    expect(() => F.one_hot(labels, 3)).toThrow(message);
  });
});
