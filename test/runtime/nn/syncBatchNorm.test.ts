import { expect, test } from "vitest";
import torch, { nn } from "../../../runtime/index.ts";

test("every batch normalisation inside a module becomes one for all processes, with its weights and statistics", () => {
  const model = new nn.Sequential(
    new nn.Linear(3, 2),
    new nn.Sequential(new nn.BatchNorm1d(2, { momentum: 0.3 })),
  );
  const x = torch.randn(4, 3);
  model(x);
  const before = [...model.parameters(), ...model.buffers()];
  const expected = model.eval()(x);
  const converted = nn.SyncBatchNorm.convert_sync_batchnorm(model) as typeof model; // the outer module stays
  expect(converted).toBe(model);
  expect(String(converted)).toMatch(/\(0\): SyncBatchNorm\(2, eps=1e-05, momentum=0\.3, affine=True/);
  const after = [...converted.parameters(), ...converted.buffers()];
  expect(after.every((tensor, index) => tensor === before[index])).toBe(true);
  expect(torch.equal(converted(x), expected)).toBe(true);
});

test("it takes any number of dimensions above one, and no group of processes", () => {
  const layer = new nn.SyncBatchNorm(2);
  expect(layer(torch.randn(2, 2, 1, 1, 1, 3)).shape).toEqual([2, 2, 1, 1, 1, 3]);
  expect(() => layer(torch.randn(2))).toThrow("expected at least 2D input (got 1D input)");
  expect(() => new nn.SyncBatchNorm(2, { process_group: 1 as never })).toThrow("there is one process");
});
