import { comparePrograms, type ProgramAnswers } from "./comparePrograms.ts";
import { readOracle } from "./data.ts";
import { engineArguments } from "./programs/autograd/engine.ts";
import { functions } from "./programs/autograd/functions.ts";
import { hooks } from "./programs/autograd/hooks.ts";
import { recording } from "./programs/autograd/recording.ts";
import { transforms } from "./programs/autograd/transforms.ts";
import type { Program } from "./programs/page.ts";

const answers = readOracle<{ programs: ProgramAnswers[] }>("autograd-programs.json").programs;
const programs: Readonly<Record<string, Program>> = {
  ...engineArguments,
  ...functions,
  ...hooks,
  ...recording,
  ...transforms,
};

// Some programs are about what warnings come with; what those say is tested elsewhere.
comparePrograms(answers, programs);
