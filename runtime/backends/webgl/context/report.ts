/** A program that tries every way to open WebGL on this machine, and prints what came of it as one line of JSON: `typetorch doctor` shows it. */
import { describeContext, describeFailure } from "./description.ts";
import { WebGLStart } from "./start.ts";

const { context, failures, advice } = new WebGLStart().examine();
const report = {
  context: context === null ? null : describeContext(context),
  software: context?.software ?? false,
  failures: failures.map(describeFailure),
  advice,
};
console.log(JSON.stringify(report));
