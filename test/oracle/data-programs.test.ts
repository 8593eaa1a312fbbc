import { afterEach, expect, test, vi } from "vitest";
import torch from "../../runtime/index.ts";
import { readOracle } from "./data.ts";
import { datasets } from "./programs/loading/datasets.ts";
import { loaders } from "./programs/loading/loaders.ts";
import { samplers } from "./programs/loading/samplers.ts";
import { Page, type Program } from "./programs/page.ts";

interface ProgramAnswers {
  readonly name: string;
  readonly lines: readonly string[];
}

const answers = readOracle<{ programs: ProgramAnswers[] }>("data-programs.json").programs;
const programs: Readonly<Record<string, Program>> = { ...datasets, ...loaders, ...samplers };

afterEach(() => {
  vi.restoreAllMocks();
});

test("every program that PyTorch ran is here, and no other", () => {
  expect(Object.keys(programs).toSorted()).toEqual(answers.map(({ name }) => name).toSorted());
});

test.each(answers)("the program '$name' prints what PyTorch prints", ({ name, lines }) => {
  // Empty parts are warned of.
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const page = new Page();
  torch.manual_seed(0);
  programs[name]?.(page);
  expect(page.lines).toEqual(lines);
});
