import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { access, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { startKernel } from "../../../kernel/client/index.ts";
import { parseNotebook } from "../../../kernel/cli/notebook/parse.ts";
import { serializeNotebook } from "../../../kernel/cli/notebook/serialize.ts";
import type { Notebook, Output } from "../../../kernel/cli/notebook/types.ts";
import { codeCell, fixturePath, fixtureText, notebookOf } from "./fixtures.ts";

const MAIN = path.resolve(import.meta.dirname, "../../../dist/kernel/cli/main.js");

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "typetorch-cli-"));
});
afterEach(async () => rm(folder, { recursive: true, force: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command in the test's folder. */
async function typetorch(...args: readonly string[]): Promise<Ended> {
  // Nothing here is about types, for which each kernel would start one more program.
  const env = { ...process.env, TYPETORCH_DEBUG: "", TYPETORCH_TYPES: "off" };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { cwd: folder, env }, (error, stdout, stderr) => {
      // execFile reports the exit code in its error, which is a number when the program ended by itself.
      resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}

/** Puts a notebook of the fixtures into the test's folder. */
async function place(name: string): Promise<string> {
  await copyFile(fixturePath(name), path.join(folder, name));
  return name;
}

/** Writes a notebook of these cells into the test's folder and answers its text. */
async function placeCells(name: string, ...sources: readonly string[]): Promise<string> {
  const text = serializeNotebook(notebookOf(...sources.map((source) => codeCell(source))));
  await writeFile(path.join(folder, name), text);
  return text;
}

async function textOf(name: string): Promise<string> {
  return readFile(path.join(folder, name), "utf8");
}

async function notebookAt(name: string): Promise<Notebook> {
  return parseNotebook(await textOf(name), name);
}

function outputsOf(notebook: Notebook): Output[] {
  return notebook.cells.flatMap((cell) => (cell.cell_type === "code" ? cell.outputs : []));
}

describe("typetorch run", () => {
  test("writes the outputs into the notebook", async () => {
    const { code, stderr } = await typetorch("run", await place("plain.ipynb"));
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("plain.ipynb: 4 cells in"),
    });
    const notebook = await notebookAt("plain.ipynb");
    expect(outputsOf(notebook)).toMatchObject([
      { output_type: "stream", text: "computing\n" },
      { output_type: "execute_result", data: { "text/plain": "42" } },
    ]);
    expect(notebook.metadata).toMatchObject({
      kernelspec: { name: "typetorch", language: "typescript" },
      language_info: { name: "typescript", file_extension: ".ts" },
    });
  });

  test("writes to --output and leaves the notebook", async () => {
    const { code } = await typetorch("run", await place("plain.ipynb"), "--output", "done/out.ipynb");
    expect(code).toBe(0);
    expect(await textOf("plain.ipynb")).toBe(fixtureText("plain.ipynb"));
    expect(outputsOf(await notebookAt("done/out.ipynb"))).toHaveLength(2);
  });

  test("writes several notebooks to a folder, also those beside one that fails", async () => {
    const args = [await place("failing.ipynb"), await place("plain.ipynb"), "--output", "done"];
    const { code, stderr } = await typetorch("run", ...args);
    expect(code).toBe(1);
    expect(stderr).toContain("failing.ipynb: cell 3 of 4 (In [2]) failed:");
    expect(await readdir(path.join(folder, "done"))).toEqual(["plain.ipynb"]);
  });

  test("says which cell failed and why, and leaves the notebook as it was", async () => {
    const { code, stderr } = await typetorch("run", await place("failing.ipynb"));
    expect(code).toBe(1);
    expect(stderr).toContain(
      "failing.ipynb: cell 3 of 4 (In [2]) failed:\nRangeError: the tensor is too large",
    );
    expect(await textOf("failing.ipynb")).toBe(fixtureText("failing.ipynb"));
    expect(await readdir(folder)).toEqual(["failing.ipynb"]);
  });

  test("keeps the error as an output with --allow-errors, and runs the rest", async () => {
    const { code } = await typetorch("run", await place("failing.ipynb"), "--allow-errors");
    expect(code).toBe(0);
    expect(outputsOf(await notebookAt("failing.ipynb"))).toMatchObject([
      { text: "before\n" },
      { output_type: "error", ename: "RangeError", evalue: "the tensor is too large" },
      { text: "after\n" },
    ]);
  });

  test("ends a cell that takes longer than --timeout", async () => {
    const before = await placeCells("slow.ipynb", "1", "while (true) {}");
    const { code, stderr } = await typetorch("run", "slow.ipynb", "--timeout", "0.5");
    expect(code).toBe(1);
    expect(stderr).toContain(
      "slow.ipynb: cell 2 of 2 (In [2]): The kernel did not finish a cell within 0.5 s.",
    );
    expect(await textOf("slow.ipynb")).toBe(before);
  });

  test("says that the kernel died, and in which cell", async () => {
    const before = await placeCells("dies.ipynb", 'process.kill(process.pid, "SIGKILL")');
    const { code, stderr } = await typetorch("run", "dies.ipynb", "--allow-errors");
    expect(code).toBe(1);
    expect(stderr).toContain("dies.ipynb: cell 1 of 1");
    expect(stderr).toMatch(/kernel process .*SIGKILL/);
    expect(await textOf("dies.ipynb")).toBe(before);
  });

  test("runs cells in the notebook's own folder", async () => {
    await placeCells("where.ipynb", "process.cwd()");
    const target = path.join(folder, "out.ipynb");
    // The command itself starts one folder higher.
    const child = spawn(process.execPath, [MAIN, "run", path.join(folder, "where.ipynb"), "-o", target], {
      cwd: path.dirname(folder),
    });
    await once(child, "exit");
    expect(outputsOf(await notebookAt("out.ipynb"))).toMatchObject([
      { data: { "text/plain": expect.stringContaining(path.basename(folder)) } },
    ]);
  });

  test("leaves the notebook as it was when interrupted", async () => {
    const start = 'require("node:fs").writeFileSync("started", "")';
    const before = await placeCells("long.ipynb", start, "while (true) {}");
    const child = spawn(process.execPath, [MAIN, "run", "long.ipynb"], { cwd: folder });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    await vi.waitFor(async () => access(path.join(folder, "started")), { timeout: 20_000 });
    child.kill("SIGINT");
    const [code] = (await once(child, "close")) as [number | null];
    expect({ code, stderr }).toEqual({
      code: 130,
      stderr: "typetorch: Interrupted. The notebook files are unchanged.\n",
    });
    expect(await textOf("long.ipynb")).toBe(before);
  });

  test("does not write over a notebook that was edited meanwhile", async () => {
    await placeCells("edited.ipynb", 'require("node:fs").writeFileSync("edited.ipynb", "edited")');
    const { code, stderr } = await typetorch("run", "edited.ipynb");
    expect(code).toBe(2);
    expect(stderr).toContain("edited.ipynb: the file was changed while it was running");
    expect(await textOf("edited.ipynb")).toBe("edited");
  });
});

describe("bad input", () => {
  const files: readonly (readonly [string, string])[] = [
    ["truncated.ipynb", "the file is truncated"],
    ["not-a-notebook.ipynb", "JSON, but not a notebook"],
    ["version3.ipynb", "nbformat 3"],
    ["version5.ipynb", "nbformat 5"],
    ["python.ipynb", 'the kernel "python3" (language python)'],
  ];

  test.each(files)("%s is refused by run and render, untouched", async (name, expected) => {
    await place(name);
    for (const args of [
      ["run", name],
      ["render", name, "--execute", "--out", "site"],
    ]) {
      const { code, stderr } = await typetorch(...args);
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(`${name}: `) });
      expect(stderr).toContain(expected);
      expect(stderr).not.toMatch(/^\s+at /m);
    }
    expect(await textOf(name)).toBe(fixtureText(name));
    expect(await readdir(folder)).toEqual([name]);
  });

  const flags: readonly (readonly [string, string[], string])[] = [
    ["an unknown flag", ["run", "--tiemout", "3", "plain.ipynb"], "(Did you mean --timeout?)"],
    ["an unknown command", ["rnu"], "(Did you mean run?)"],
    ["no notebook", ["run"], "missing required argument"],
    ["a missing file", ["run", "missing.ipynb"], "missing.ipynb: cannot be read: no such file or folder."],
    ["a folder", ["run", "."], ".: cannot be read: it is a folder, not a file."],
    [
      "a timeout that is no number",
      ["run", "plain.ipynb", "--timeout", "soon"],
      "a number of seconds above 0",
    ],
    [
      "a file in the way of the output",
      ["render", "plain.ipynb", "--out", "plain.ipynb"],
      "a file of this name is in the way",
    ],
    [
      "one output file for two notebooks",
      ["run", "plain.ipynb", "plain.ipynb", "-o", "o.ipynb"],
      "Name a folder.",
    ],
    [
      "two notebooks of one name",
      ["run", "plain.ipynb", "./plain.ipynb", "-o", "o"],
      "two notebooks would be written to",
    ],
    [
      "a notebook to execute that gets no page",
      ["render", "plain.ipynb", "--out", "o", "--execute-only", "other.ipynb"],
      "--execute-only names other.ipynb, which is none of the notebooks",
    ],
    ["a flag without --execute", ["render", "plain.ipynb", "--out", "o", "--timeout", "3"], "Add --execute"],
    [
      "a missing connection file",
      ["run", "plain.ipynb", "--existing", "no.json"],
      "no.json: there is no such connection file.",
    ],
    ["two places to install to", ["install", "--user", "--prefix", "x"], "cannot be used with option"],
  ];

  test.each(flags)("%s is refused with a clear message", async (_name, args, expected) => {
    await place("plain.ipynb");
    const { code, stderr } = await typetorch(...args);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining(expected) });
    expect(stderr).not.toMatch(/^\s+at /m);
    expect(await textOf("plain.ipynb")).toBe(fixtureText("plain.ipynb"));
  });
});

describe("typetorch run --existing", () => {
  test("uses the kernel of the connection file, keeps its state and leaves it running", async () => {
    const kernel = await startKernel({ cwd: folder });
    try {
      await kernel.client.execute("const shared = 41");
      await placeCells("uses.ipynb", "shared + 1");
      const { code, stderr } = await typetorch("run", "uses.ipynb", "--existing", kernel.connectionFile);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(outputsOf(await notebookAt("uses.ipynb"))).toMatchObject([{ data: { "text/plain": "42" } }]);
      expect((await kernel.client.execute("shared")).status).toBe("ok");
    } finally {
      await kernel.shutdown();
    }
  });

  test("tells a wrong key and a kernel that is gone apart", async () => {
    const kernel = await startKernel({ cwd: folder });
    const connection = JSON.parse(await readFile(kernel.connectionFile, "utf8")) as Record<string, unknown>;
    await writeFile(path.join(folder, "wrong-key.json"), JSON.stringify({ ...connection, key: "another" }));
    await writeFile(path.join(folder, "gone.json"), JSON.stringify(connection));
    await place("plain.ipynb");
    try {
      const { code, stderr } = await typetorch("run", "plain.ipynb", "--existing", "wrong-key.json");
      expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('compare "key"') });
    } finally {
      await kernel.shutdown();
    }
    const { code, stderr } = await typetorch("run", "plain.ipynb", "--existing", "gone.json");
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("No kernel answers") });
    expect(await textOf("plain.ipynb")).toBe(fixtureText("plain.ipynb"));
  }, 60_000);

  test("refuses a broken connection file", async () => {
    await place("plain.ipynb");
    await writeFile(path.join(folder, "broken.json"), '{"ip": "127.0.0.1"');
    const { code, stderr } = await typetorch("run", "plain.ipynb", "--existing", "broken.json");
    expect({ code, stderr }).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("broken.json: not a connection file"),
    });
  });
});

describe("typetorch render", () => {
  test("executes into the pages and leaves the notebooks", async () => {
    const args = [await place("plain.ipynb"), await place("outputs.ipynb")];
    await writeFile(path.join(folder, "outputs.ipynb"), serializeNotebook(notebookOf(codeCell("3 + 4"))));
    const before = await textOf("outputs.ipynb");
    const { code, stderr } = await typetorch("render", ...args, "--execute", "--out", "site");
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining("Wrote 3 pages") });
    expect(await readdir(path.join(folder, "site"))).toEqual(["index.html", "outputs.html", "plain.html"]);
    expect(await textOf("site/plain.html")).toMatch(/<pre class="plain"[^>]*>42<\/pre/);
    expect(await textOf("plain.ipynb")).toBe(fixtureText("plain.ipynb"));
    expect(await textOf("outputs.ipynb")).toBe(before);
  });

  test("executes those that are named, and shows the others with their own outputs", async () => {
    const args = [await place("plain.ipynb"), await place("outputs.ipynb")];
    const { code, stderr } = await typetorch(
      "render",
      ...args,
      "--out",
      "site",
      "--execute-only",
      args[0] ?? "",
    );
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^.*plain.ipynb: .*cells in/m),
    });
    expect(stderr).not.toContain("outputs.ipynb: ");
    expect(await textOf("site/plain.html")).toMatch(/<pre class="plain"[^>]*>42<\/pre/);
    expect(await textOf("site/outputs.html")).toContain("<iframe");
  });

  test("writes no page at all when a notebook fails", async () => {
    const args = [await place("plain.ipynb"), await place("failing.ipynb"), "--execute", "--out", "site"];
    const { code, stderr } = await typetorch("render", ...args);
    expect(code).toBe(1);
    expect(stderr).toContain("failing.ipynb: cell 3 of 4 (In [2]) failed:");
    expect(await readdir(path.join(folder, "site"))).toEqual([]);
  });
});

describe("typetorch install", () => {
  test("writes a kernelspec that starts this kernel, and uninstall removes it", async () => {
    const { code, stdout } = await typetorch("install", "--prefix", "python");
    const spec = path.join("python", "share", "jupyter", "kernels", "typetorch");
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining(spec) });
    expect(await readdir(path.join(folder, spec))).toEqual(["kernel.json", "logo-64x64.png", "logo-svg.svg"]);
    const kernel = JSON.parse(await textOf(path.join(spec, "kernel.json"))) as {
      argv: string[];
      language: string;
    };
    expect(kernel.language).toBe("typescript");
    expect(kernel.argv[0]).toBe(process.execPath);
    expect(kernel.argv).toContain("{connection_file}");
    expect((await typetorch("uninstall", "--prefix", "python")).code).toBe(0);
    expect((await typetorch("uninstall", "--prefix", "python")).code).toBe(2);
  });
});

describe("typetorch doctor", () => {
  test("does not mind a reader that leaves early", async () => {
    const child = spawn(process.execPath, [MAIN, "doctor"], { cwd: folder });
    let stderr = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    child.stdout.destroy();
    const [code] = (await once(child, "close")) as [number | null];
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("finds that everything needed works here", async () => {
    const { code, stdout } = await typetorch("doctor");
    expect({ code, stdout }).toMatchObject({ code: 0 });
    expect(stdout).toContain("✓ the kernel starts, runs 1 + 1 and ends");
    expect(stdout).toMatch(/✓ Node v\d+\.\d+\.\d+ \(needed: >=20\.19\)/);
  });
});
