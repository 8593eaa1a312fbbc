import { stripVTControlCharacters } from "node:util";

import type { OutputMessage } from "../../client/index.ts";
import { ExecutionError } from "../execution-error.ts";
import { OutputCollector } from "./outputs.ts";
import { cellTags } from "./types.ts";
import type { Cell, CodeCell, ErrorOutput, Notebook } from "./types.ts";

/** What executing a notebook needs of a kernel. */
export interface CellRunner {
  /** Runs one cell; resolves when it is done and all its output has arrived. */
  execute(
    code: string,
    options: {
      readonly onOutput: (message: OutputMessage) => void;
      readonly timeoutMs?: number;
    },
  ): Promise<{ readonly status: string; readonly executionCount: number | null }>;
}

export interface ExecuteOptions {
  /** The notebook's name in messages. */
  readonly file: string;
  /** Go on after a cell that fails, and keep its error as its output. */
  readonly allowErrors: boolean;
  /** Milliseconds that one cell may take; no limit if left out. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Called before each cell, with the number of cells that are done. */
  readonly onCell?: (done: number, total: number) => void;
}

/** Metadata that says which kernel wrote the outputs. */
export interface KernelMetadata {
  readonly kernelspec: Readonly<Record<string, unknown>>;
  readonly language_info: Readonly<Record<string, unknown>>;
}

/**
 * Executes the code cells of a notebook in their order, as nbclient does: a cell tagged `skip-execution` is left as it
 * is, one tagged `raises-exception` may fail.
 *
 * @returns a new notebook with the outputs; the one given is unchanged.
 * @throws ExecutionError that names the file, the cell and the error, when a cell fails that may not.
 */
export async function executeNotebook(
  notebook: Notebook,
  kernel: CellRunner,
  metadata: KernelMetadata,
  options: ExecuteOptions,
): Promise<Notebook> {
  const collector = new OutputCollector();
  const executed = new Set<number>();
  for (const [index, cell] of notebook.cells.entries()) {
    options.signal?.throwIfAborted();
    options.onCell?.(index, notebook.cells.length);
    if (!isExecutable(cell)) continue;
    executed.add(index);
    await executeCell(cell, index, notebook.cells.length, kernel, collector, options);
  }
  return {
    metadata: { ...notebook.metadata, ...metadata },
    cells: notebook.cells.map((cell, index) =>
      executed.has(index) ? withOutputs(cell, index, collector) : cleared(cell),
    ),
  };
}

function isExecutable(cell: Cell): cell is CodeCell {
  return cell.cell_type === "code" && cell.source.trim() !== "" && !cellTags(cell).includes("skip-execution");
}

async function executeCell(
  cell: CodeCell,
  index: number,
  total: number,
  kernel: CellRunner,
  collector: OutputCollector,
  options: ExecuteOptions,
): Promise<void> {
  const { file, timeoutMs, signal } = options;
  const where = (): string => {
    const prompt = collector.executionCount(index);
    return `${file}: cell ${index + 1} of ${total}${prompt === null ? "" : ` (In [${prompt}])`}`;
  };
  let status: string;
  try {
    const reply = await kernel.execute(cell.source, {
      onOutput: (message) => collector.accept(index, message),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    });
    status = reply.status;
  } catch (error) {
    signal?.throwIfAborted();
    throw new ExecutionError(`${where()}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (status === "ok" || options.allowErrors || cellTags(cell).includes("raises-exception")) return;
  const error = collector.outputs(index).findLast((output) => output.output_type === "error");
  throw new ExecutionError(`${where()} failed:\n${errorText(error, status)}`);
}

function errorText(error: ErrorOutput | undefined, status: string): string {
  if (error === undefined) return `the kernel answered "${status}" and showed no error.`;
  const headline = error.evalue === "" ? error.ename : `${error.ename}: ${error.evalue}`;
  const traceback = stripVTControlCharacters(error.traceback.join("\n"));
  return traceback.includes(headline) ? traceback : `${headline}\n${traceback}`.trimEnd();
}

function withOutputs(cell: Cell, index: number, collector: OutputCollector): Cell {
  if (cell.cell_type !== "code") return cell;
  return {
    ...cell,
    metadata: withoutTiming(cell.metadata),
    execution_count: collector.executionCount(index),
    outputs: collector.outputs(index),
  };
}

/** The times of an earlier run (`metadata.execution`) are not those of this one. */
function withoutTiming(metadata: CodeCell["metadata"]): CodeCell["metadata"] {
  return Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== "execution"));
}

/** An empty cell did not run, so it has nothing to show either; a cell that was skipped keeps what it has. */
function cleared(cell: Cell): Cell {
  if (cell.cell_type !== "code" || cell.source.trim() !== "") return cell;
  return { ...cell, execution_count: null, outputs: [] };
}
