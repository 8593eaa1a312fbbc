import { afterEach, beforeAll, expect, test } from "vitest";
import torch, { type Tensor } from "../../../../../runtime/index.ts";
import { setThreadCount, threadCount } from "../../../../../runtime/backends/cpu/threads/count.ts";
import { readyThreads, startThreads } from "../../../../../runtime/backends/cpu/threads/parallel.ts";
import { lookUntil } from "../threads/waiting.ts";

const initial = threadCount();

beforeAll(() => {
  setThreadCount(3);
  startThreads();
  lookUntil(() => readyThreads() === 3);
});

afterEach(() => setThreadCount(initial));

const bias = torch.rand(301);
const cases: readonly [string, () => Tensor][] = [
  ["of many rows", () => torch.addmm(bias, torch.rand(500, 127), torch.rand(127, 301))],
  ["of many columns", () => torch.mm(torch.rand(300, 70).t(), torch.rand(300, 501))],
  ["of a batch", () => torch.matmul(torch.rand(6, 4, 90, 61), torch.rand(4, 95, 61).transpose(1, 2))],
  ["of a matrix and a vector", () => torch.mv(torch.rand(900, 700), torch.rand(700))],
  ["of a vector and a matrix", () => torch.matmul(torch.rand(700), torch.rand(700, 901))],
  ["in float64", () => torch.mm(torch.rand(200, 301).double(), torch.rand(301, 199).double())],
];

test.each(cases)("a product %s has the same bits on any number of threads", (_, compute) => {
  const results = [1, 2, 3].map((threads) => {
    setThreadCount(threads);
    torch.manual_seed(1);
    return compute();
  });
  for (const result of results) expect(result.tolist()).toEqual(results[0]!.tolist());
});
