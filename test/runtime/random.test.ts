import { inspect } from "node:util";
import { expect, test } from "vitest";
import torch from "../../runtime/index.ts";

test("a generator shows its device and its seed, not what it draws from", () => {
  const generator = new torch.Generator().manual_seed(7);
  expect([inspect(generator), inspect([generator])]).toEqual([
    "Generator(device='cpu', seed=7)",
    "[ Generator(device='cpu', seed=7) ]",
  ]);
});
