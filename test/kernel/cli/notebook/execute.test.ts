import { describe, expect, test } from "vitest";

import { ExecutionError } from "../../../../kernel/cli/execution-error.ts";
import { executeNotebook } from "../../../../kernel/cli/notebook/execute.ts";
import type { CellRunner, ExecuteOptions } from "../../../../kernel/cli/notebook/execute.ts";
import type { Notebook } from "../../../../kernel/cli/notebook/types.ts";
import { codeCell, message, notebookOf } from "../fixtures.ts";

const METADATA = { kernelspec: { name: "typetorch" }, language_info: { name: "typescript" } };

/** A kernel that prints each cell's code, and fails where the code is "fail". */
class EchoKernel implements CellRunner {
  readonly ran: string[] = [];
  async execute(
    code: string,
    { onOutput }: Parameters<CellRunner["execute"]>[1],
  ): ReturnType<CellRunner["execute"]> {
    this.ran.push(code);
    const executionCount = this.ran.length;
    onOutput(message("execute_input", { code, execution_count: executionCount }));
    if (code === "die") throw new Error("the kernel died");
    if (code !== "fail") {
      onOutput(message("stream", { name: "stdout", text: code }));
      return { status: "ok", executionCount };
    }
    const traceback = ["\u001b[31mRangeError\u001b[39m: too large", "at Cell[2]:1:7"];
    onOutput(message("error", { ename: "RangeError", evalue: "too large", traceback }));
    return { status: "error", executionCount };
  }
}

async function execute(
  notebook: Notebook,
  kernel: CellRunner,
  options: Partial<ExecuteOptions> = {},
): Promise<Notebook> {
  return executeNotebook(notebook, kernel, METADATA, { file: "x.ipynb", allowErrors: false, ...options });
}

describe("executeNotebook", () => {
  test("replaces the outputs and numbers of code cells, and leaves the notebook that it was given", async () => {
    const old = codeCell("a", {
      execution_count: 9,
      outputs: [{ output_type: "stream", name: "stdout", text: "old" }],
      metadata: { execution: { "iopub.status.idle": "1999-01-01" }, name: "first" },
    });
    const notebook = notebookOf(old);
    const before = structuredClone(notebook);
    const result = await execute(notebook, new EchoKernel());
    expect(result.cells[0]).toMatchObject({
      execution_count: 1,
      metadata: { name: "first" },
      outputs: [{ text: "a" }],
    });
    expect(result.cells[0]?.metadata).not.toHaveProperty("execution");
    expect(result.metadata).toMatchObject(METADATA);
    expect(notebook).toEqual(before);
  });

  test("does not run empty cells, and takes away what they showed", async () => {
    const kernel = new EchoKernel();
    const empty = codeCell(" \n", {
      execution_count: 3,
      outputs: [{ output_type: "stream", name: "stdout", text: "x" }],
    });
    const result = await execute(notebookOf(empty), kernel);
    expect(kernel.ran).toEqual([]);
    expect(result.cells[0]).toMatchObject({ execution_count: null, outputs: [] });
  });

  test("leaves a cell tagged skip-execution as it is", async () => {
    const kernel = new EchoKernel();
    const skipped = codeCell("a", { execution_count: 3, metadata: { tags: ["skip-execution"] } });
    const result = await execute(notebookOf(skipped), kernel);
    expect(kernel.ran).toEqual([]);
    expect(result.cells[0]).toMatchObject({ execution_count: 3 });
  });

  test("stops at a cell that fails, naming the file, the cell, its prompt and the error without colours", async () => {
    const kernel = new EchoKernel();
    const failing = execute(notebookOf(codeCell("a"), codeCell("fail"), codeCell("b")), kernel);
    await expect(failing).rejects.toThrow(ExecutionError);
    await expect(failing).rejects.toThrow(
      "x.ipynb: cell 2 of 3 (In [2]) failed:\nRangeError: too large\nat Cell[2]:1:7",
    );
    expect(kernel.ran).toEqual(["a", "fail"]);
  });

  test("goes on after a cell tagged raises-exception", async () => {
    const kernel = new EchoKernel();
    const may = codeCell("fail", { metadata: { tags: ["raises-exception"] } });
    const result = await execute(notebookOf(may, codeCell("b")), kernel);
    expect(kernel.ran).toEqual(["fail", "b"]);
    expect(result.cells[0]).toMatchObject({ outputs: [{ output_type: "error", ename: "RangeError" }] });
  });

  test("goes on after every error when errors are allowed", async () => {
    const kernel = new EchoKernel();
    await execute(notebookOf(codeCell("fail"), codeCell("fail"), codeCell("b")), kernel, {
      allowErrors: true,
    });
    expect(kernel.ran).toEqual(["fail", "fail", "b"]);
  });

  test("a kernel that dies ends the run even when errors are allowed, and the cell is named", async () => {
    const dying = execute(notebookOf(codeCell("die")), new EchoKernel(), { allowErrors: true });
    await expect(dying).rejects.toThrow("x.ipynb: cell 1 of 1 (In [1]): the kernel died");
  });

  test("an aborted signal ends the run before the next cell", async () => {
    const kernel = new EchoKernel();
    const controller = new AbortController();
    const aborted = execute(notebookOf(codeCell("a"), codeCell("b")), kernel, {
      signal: controller.signal,
      onCell: (done) => done === 1 && controller.abort(new Error("stop")),
    });
    await aborted.catch(() => undefined);
    await expect(execute(notebookOf(codeCell("c")), kernel, { signal: controller.signal })).rejects.toThrow(
      "stop",
    );
    expect(kernel.ran).not.toContain("c");
  });
});
