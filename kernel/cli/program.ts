import { Command, InvalidArgumentError, Option } from "commander";

import type { RenderFlags } from "./commands/render.ts";
import type { RunFlags } from "./commands/run.ts";
import { EXIT_CODE_HELP } from "./exit-codes.ts";
import type { InstallTarget } from "./jupyter/kernelspec.ts";
import { packageInfo } from "./package-info.ts";
import { Progress } from "./progress.ts";

const writeOut = (text: string): void => void process.stdout.write(text);

/** What a command needs is imported when it is asked for: pages, for one, take ten times as long to import as everything here. */
const commands = {
  doctor: async () => import("./commands/doctor.ts"),
  install: async () => import("./commands/install.ts"),
  render: async () => import("./commands/render.ts"),
  run: async () => import("./commands/run.ts"),
};

/** The command line. Parsing throws commander's `CommanderError` and does not end the process. */
export function createProgram(): Command {
  const program = new Command("typetorch")
    .description("Runs TypeScript notebooks with PyTorch's tensors: in Jupyter, and from the command line.")
    .version(packageInfo().version)
    .addHelpText("after", EXIT_CODE_HELP)
    .exitOverride();
  addRun(program);
  addRender(program);
  addInstall(program);
  program
    .command("doctor")
    .description("say what this machine offers and how to get the rest")
    .action(async () => (await commands.doctor()).doctor(writeOut));
  return program;
}

function addRun(program: Command): void {
  const command = program
    .command("run")
    .description("execute notebooks and write their outputs back; a notebook that fails is left as it was")
    .argument("<notebook...>", "notebook files (.ipynb)")
    .option("-o, --output <file-or-folder>", "write there and leave the notebooks as they are");
  addExecutionOptions(command).action(async (files: string[], flags: RunFlags & { quiet?: boolean }) =>
    (await commands.run()).run(files, flags, new Progress(process.stderr, flags.quiet === true)),
  );
}

function addRender(program: Command): void {
  const command = program
    .command("render")
    .description("write a self-contained HTML page for each notebook, and an index.html")
    .argument("<notebook...>", "notebook files (.ipynb), in the order of the pages")
    .requiredOption("-o, --out <folder>", "folder for the pages")
    .option("-x, --execute", "execute the notebooks first; their files stay as they are")
    .option(
      "--execute-only <notebook...>",
      "execute these of them, and show the others with the outputs that they have",
    )
    .option("--title <title>", "title of index.html", "typetorch notebooks");
  addExecutionOptions(command).action(async (files: string[], flags: RenderFlags & { quiet?: boolean }) =>
    (await commands.render()).render(files, flags, new Progress(process.stderr, flags.quiet === true)),
  );
}

function addExecutionOptions(command: Command): Command {
  return command
    .option(
      "-t, --timeout <seconds>",
      "longest time that one cell may take (no limit if left out)",
      parseSeconds,
    )
    .option("--allow-errors", "go on after a cell that fails, and keep its error as its output")
    .option("--existing <connection-file>", "use a kernel that runs already and leave it running")
    .option("-q, --quiet", "say nothing but errors");
}

function addInstall(program: Command): void {
  const toInstall = program.command("install").description("make the kernel known to Jupyter");
  addTargetOptions(toInstall).action(async (target: InstallTarget) =>
    (await commands.install()).install(target, writeOut),
  );
  const toUninstall = program
    .command("uninstall")
    .description("remove what install wrote, given the same flag");
  addTargetOptions(toUninstall).action(async (target: InstallTarget) =>
    (await commands.install()).uninstall(target, writeOut),
  );
}

function addTargetOptions(command: Command): Command {
  return command
    .addOption(new Option("--user", "for this user (the default)").conflicts(["prefix", "sysPrefix"]))
    .addOption(new Option("--prefix <folder>", "below a prefix: FOLDER/share/jupyter").conflicts("sysPrefix"))
    .addOption(new Option("--sys-prefix", "for the Python environment in use"));
}

function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() !== "" && Number.isFinite(seconds) && seconds > 0) return seconds;
  throw new InvalidArgumentError("Expected a number of seconds above 0, such as 60 or 0.5.");
}
