import path from "node:path";

import { ExecutionError } from "../execution-error.ts";
import { ensureWritableFolder, isFolder, readInput, writeFilesAtomically } from "../files.ts";
import { InputError } from "../input-error.ts";
import { interruptible } from "../interrupts.ts";
import { executeAll } from "../execute-all.ts";
import type { ExecutionFlags } from "../execute-all.ts";
import { loadNotebooks } from "../notebook/load.ts";
import type { LoadedNotebook } from "../notebook/load.ts";
import { serializeNotebook } from "../notebook/serialize.ts";
import type { Notebook } from "../notebook/types.ts";
import type { Progress } from "../progress.ts";

/** The flags of `typetorch run`. */
export interface RunFlags extends ExecutionFlags {
  /** A file (for one notebook, ending in .ipynb) or a folder; the notebooks themselves if left out. */
  readonly output?: string;
}

/**
 * `typetorch run`: executes notebooks and writes their outputs. A notebook that fails is not written at all.
 *
 * @throws InputError before anything runs; ExecutionError when at least one notebook failed.
 */
export async function run(files: readonly string[], flags: RunFlags, progress: Progress): Promise<void> {
  const notebooks = await loadNotebooks(files);
  const targets = await outputFiles(files, flags.output);
  const failures = await interruptible((signal) =>
    executeAll(notebooks, flags, progress, signal, async (source, notebook, index) => {
      await save(source, notebook, targets[index] ?? source.file);
    }),
  );
  if (failures.length > 0) throw new ExecutionError(failures.map(({ message }) => message).join("\n\n"));
}

async function save(source: LoadedNotebook, notebook: Notebook, target: string): Promise<void> {
  if (path.resolve(target) === path.resolve(source.file) && (await readInput(source.file)) !== source.text) {
    throw new InputError(
      `${source.file}: the file was changed while it was running, so the outputs were not written over it. ` +
        "Run it again, or write them elsewhere with --output.",
    );
  }
  await writeFilesAtomically([{ file: target, content: serializeNotebook(notebook) }]);
}

/**
 * Where each notebook is written. Folders are made and checked here, before anything runs.
 *
 * @throws InputError when two notebooks would be written to one file, or the place cannot be written.
 */
async function outputFiles(files: readonly string[], output: string | undefined): Promise<string[]> {
  if (output === undefined) return [...files];
  if (output.endsWith(".ipynb") && !(await isFolder(output))) {
    if (files.length > 1) {
      throw new InputError(
        `--output ${output} names one file, but ${files.length} notebooks are given. Name a folder.`,
      );
    }
    await ensureWritableFolder(path.dirname(output));
    return [output];
  }
  const targets = files.map((file) => path.join(output, path.basename(file)));
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  if (twice !== undefined)
    throw new InputError(`--output ${output}: two notebooks would be written to ${twice}.`);
  await ensureWritableFolder(output);
  return targets;
}
