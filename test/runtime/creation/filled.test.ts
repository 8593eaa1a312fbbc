import { expect, test } from "vitest";
import torch from "../../../runtime/index.ts";

test("an empty tensor lies in memory as its format says", () => {
  const images = torch.empty([2, 3, 4, 5], { memory_format: torch.channels_last });
  expect(images.stride()).toEqual([60, 1, 15, 3]);
  expect(images.fill_(1).sum().item()).toBe(120);
});

/** For a call that the compiler refuses too. */
const untyped = (value: unknown): never => value as never;

test("only a tensor without values takes a memory format", () => {
  expect(() => torch.zeros([2], untyped({ memory_format: torch.channels_last }))).toThrow(
    /unexpected keyword argument/,
  );
  expect(() => torch.empty([2, 3], { memory_format: torch.channels_last })).toThrow(/required rank 4/);
});
