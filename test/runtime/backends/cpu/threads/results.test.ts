import { afterAll, beforeAll, expect, test } from "vitest";
import torch from "../../../../../runtime/index.ts";
import { readyThreads, startThreads } from "../../../../../runtime/backends/cpu/threads/parallel.ts";
import { bitsOf } from "./bits.ts";
import { calls } from "./calls.ts";
import { lookUntil } from "./waiting.ts";

const initial = torch.get_num_threads();

beforeAll(() => {
  torch.set_num_threads(3);
  startThreads();
  lookUntil(() => readyThreads() === 3);
});

afterAll(() => torch.set_num_threads(initial));

test.each(calls)("%s gives the same bits on one, two and three threads", (_name, call) => {
  const [one, ...more] = [1, 2, 3].map((threads) => {
    torch.set_num_threads(threads);
    return call().map(bitsOf);
  });
  for (const bits of more) expect(bits).toEqual(one);
});
