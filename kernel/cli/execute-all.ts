import path from "node:path";

import { ExecutionError } from "./execution-error.ts";
import { openKernel } from "./kernel-connection.ts";
import type { OpenKernel } from "./kernel-connection.ts";
import { executeNotebook } from "./notebook/execute.ts";
import type { LoadedNotebook } from "./notebook/load.ts";
import type { Notebook } from "./notebook/types.ts";
import type { Progress } from "./progress.ts";

/** The flags of every command that executes. */
export interface ExecutionFlags {
  /** Seconds that one cell may take. */
  readonly timeout?: number;
  readonly allowErrors?: boolean;
  /** Connection file of a kernel that runs already. */
  readonly existing?: string;
}

/**
 * Executes notebooks one after the other, each in a kernel of its own (or all in the existing one) that works in the
 * notebook's folder, and hands each result on as soon as it is there.
 *
 * @returns the failures; a notebook that fails does not keep the others from running.
 */
export async function executeAll(
  notebooks: readonly LoadedNotebook[],
  flags: ExecutionFlags,
  progress: Progress,
  signal: AbortSignal,
  finished: (source: LoadedNotebook, result: Notebook, index: number) => void | Promise<void>,
): Promise<ExecutionError[]> {
  const failures: ExecutionError[] = [];
  for (const [index, source] of notebooks.entries()) {
    try {
      const result = await executeOne(source, flags, progress, signal);
      await finished(source, result, index);
    } catch (error) {
      progress.clear();
      if (!(error instanceof ExecutionError) || signal.aborted) throw error;
      progress.line(`${source.file}: failed`);
      failures.push(error);
    }
  }
  return failures;
}

async function executeOne(
  { file, notebook }: LoadedNotebook,
  flags: ExecutionFlags,
  progress: Progress,
  signal: AbortSignal,
): Promise<Notebook> {
  const start = performance.now();
  progress.cell(file, 0, notebook.cells.length);
  const kernel = await openKernel(file, path.dirname(path.resolve(file)), flags.existing, signal);
  try {
    const result = await executeNotebook(notebook, kernel.runner, kernel.metadata, {
      file,
      allowErrors: flags.allowErrors === true,
      ...(flags.timeout === undefined ? {} : { timeoutMs: flags.timeout * 1000 }),
      signal,
      onCell: (done, total) => progress.cell(file, done, total),
    });
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    progress.line(`${file}: ${notebook.cells.length} cells in ${seconds} s`);
    return result;
  } finally {
    await closeQuietly(kernel);
  }
}

/** A kernel that is gone already must not hide why it is gone. */
async function closeQuietly(kernel: OpenKernel): Promise<void> {
  await kernel.close().catch(() => undefined);
}
