import { afterEach, expect, test, vi } from "vitest";
import torch from "../../runtime/index.ts";
import { readOracle } from "./data.ts";
import { engineArguments } from "./programs/autograd/engine.ts";
import { functions } from "./programs/autograd/functions.ts";
import { hooks } from "./programs/autograd/hooks.ts";
import { recording } from "./programs/autograd/recording.ts";
import { transforms } from "./programs/autograd/transforms.ts";
import { Page, type Program } from "./programs/page.ts";

interface ProgramAnswers {
  readonly name: string;
  readonly lines: readonly string[];
}

const answers = readOracle<{ programs: ProgramAnswers[] }>("autograd-programs.json").programs;
const programs: Readonly<Record<string, Program>> = {
  ...engineArguments,
  ...functions,
  ...hooks,
  ...recording,
  ...transforms,
};

afterEach(() => {
  vi.restoreAllMocks();
});

test("every program that PyTorch ran is here, and no other", () => {
  expect(Object.keys(programs).toSorted()).toEqual(answers.map(({ name }) => name).toSorted());
});

test.each(answers)("the program '$name' prints what PyTorch prints", ({ name, lines }) => {
  // Some programs are about what warnings come with; what those say is tested elsewhere.
  vi.spyOn(console, "warn").mockImplementation(() => {});
  const page = new Page();
  torch.manual_seed(0);
  programs[name]?.(page);
  expect(page.lines).toEqual(lines);
});
