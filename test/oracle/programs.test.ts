import { afterAll, beforeAll, expect, test } from "vitest";
import torch from "../../runtime/index.ts";
import { withoutAccelerator } from "../runtime/devices/absent.ts";
import { readOracle } from "./data.ts";
import { containers } from "./programs/containers.ts";
import { creation } from "./programs/creation.ts";
import { dtypePrograms } from "./programs/dtypes.ts";
import { elements } from "./programs/elements.ts";
import { engine } from "./programs/engine.ts";
import { firstValues } from "./programs/firstValues.ts";
import { images } from "./programs/images.ts";
import { modules } from "./programs/modules.ts";
import { moduleHooks } from "./programs/moduleHooks.ts";
import { names } from "./programs/names.ts";
import { networks } from "./programs/networks.ts";
import { nnUtils } from "./programs/nnUtils.ts";
import { Page, type Program } from "./programs/page.ts";
import { pruning } from "./programs/pruning.ts";
import { rules } from "./programs/rules.ts";
import { shapes } from "./programs/shapes.ts";
import { statistics } from "./programs/statistics.ts";
import { subscripts } from "./programs/subscripts.ts";
import { tutorials } from "./programs/tutorials.ts";

interface ProgramAnswers {
  readonly name: string;
  readonly lines: readonly string[];
}

const answers = readOracle<{ programs: ProgramAnswers[] }>("programs.json").programs;
const programs: Readonly<Record<string, Program>> = {
  ...containers,
  ...creation,
  ...dtypePrograms,
  ...elements,
  ...engine,
  ...firstValues,
  ...images,
  ...modules,
  ...moduleHooks,
  ...names,
  ...networks,
  ...nnUtils,
  ...pruning,
  ...rules,
  ...shapes,
  ...statistics,
  ...subscripts,
  ...tutorials,
};

let giveBack: (() => void) | null = null;
beforeAll(() => {
  giveBack = withoutAccelerator();
});
afterAll(() => giveBack?.());

test("every program that PyTorch ran is here, and no other", () => {
  expect(Object.keys(programs).toSorted()).toEqual(answers.map(({ name }) => name).toSorted());
});

test.each(answers)("the program '$name' prints what PyTorch prints", ({ name, lines }) => {
  const page = new Page();
  torch.manual_seed(0);
  programs[name]?.(page);
  expect(page.lines).toEqual(lines);
});
