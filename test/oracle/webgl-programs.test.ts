/** The programs that PyTorch ran, with all tensors on WebGL: what they print is the same, but for the device's name and where lines are broken because of it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import torch from "../../runtime/index.ts";
import { readOracle } from "./data.ts";
import { engine } from "./programs/engine.ts";
import { networks } from "./programs/networks.ts";
import { nnUtils } from "./programs/nnUtils.ts";
import { Page, type Program } from "./programs/page.ts";
import { rules } from "./programs/rules.ts";
import { shapes } from "./programs/shapes.ts";
import { statistics } from "./programs/statistics.ts";
import { subscripts } from "./programs/subscripts.ts";
import { tutorials } from "./programs/tutorials.ts";

const programs: Readonly<Record<string, Program>> = {
  ...engine,
  ...networks,
  ...nnUtils,
  ...rules,
  ...shapes,
  ...statistics,
  ...subscripts,
  ...tutorials,
};

const float64 = "it asks for float64, which the device does not have";

/** Programs that print something else on the device, and why. */
const others: Readonly<Record<string, string>> = {
  "attention refuses what does not fit": float64,
  "bags refuse what does not fit": float64,
  "losses refuse what does not fit": float64,
  "names of normalisations": float64,
  "normalisations refuse what does not fit": float64,
  "tensors change their shape in place": float64,
  "weights that are computed": `${float64}; an exponential of a logarithm is off by a rounding`,
  "bytes as another dtype": "textures have no bytes",
  "counts of whole numbers": float64,
};

/** Without what the device adds: its name, and the line breaks that the name's length makes. */
function withoutDevice(line: string): string {
  return line.replaceAll(/,?\s*device='webgl:0'/g, "").replaceAll(/\s+/g, " ");
}

const answers = readOracle<{ programs: { name: string; lines: readonly string[] }[] }>("programs.json");

describe.skipIf(process.env["TYPETORCH_WEBGL"] === "off")("on WebGL", () => {
  beforeAll(() => torch.set_default_device("webgl"));
  afterAll(() => torch.set_default_device(null));

  test.each(answers.programs.filter(({ name }) => name in programs && !(name in others)))(
    "the program '$name' prints what PyTorch prints",
    ({ name, lines }) => {
      const page = new Page();
      torch.manual_seed(0);
      programs[name]?.(page);
      expect(page.lines.map(withoutDevice)).toEqual(lines.map(withoutDevice));
    },
  );
});
