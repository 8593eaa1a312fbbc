import { comparePrograms, type ProgramAnswers } from "./comparePrograms.ts";
import { readOracle } from "./data.ts";
import { datasets } from "./programs/loading/datasets.ts";
import { loaders } from "./programs/loading/loaders.ts";
import { samplers } from "./programs/loading/samplers.ts";
import type { Program } from "./programs/page.ts";

const answers = readOracle<{ programs: ProgramAnswers[] }>("data-programs.json").programs;
const programs: Readonly<Record<string, Program>> = { ...datasets, ...loaders, ...samplers };

// Empty parts are warned of.
comparePrograms(answers, programs);
