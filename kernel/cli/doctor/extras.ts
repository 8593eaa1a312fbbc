import { access, readFile } from "node:fs/promises";
import { availableParallelism, totalmem } from "node:os";
import path from "node:path";

import { KERNEL_NAME } from "../jupyter/kernelspec.ts";
import {
  currentPlatform,
  kernelspecDir,
  prefixDataDir,
  systemDataDirs,
  userDataDir,
} from "../../jupyter-paths.ts";
import { askPython } from "../jupyter/python.ts";
import type { Finding } from "./finding.ts";

/** A line of Python that prints its version, JupyterLab's version or nothing, and its prefix, as three lines. */
const ASK_PYTHON = `
import sys, importlib.metadata as m
def version(name):
    try: return m.version(name)
    except m.PackageNotFoundError: return ""
print(sys.version.split()[0]); print(version("jupyterlab")); print(version("jupyter_client")); print(sys.prefix)`;

/** What was found of Python: everything about Jupyter hangs on it. */
export interface PythonFacts {
  readonly version: string;
  readonly jupyterLab: string;
  readonly jupyterClient: string;
  readonly prefix: string;
}

/** Asks the Python on the PATH; `null` when there is none. */
export async function findPython(): Promise<PythonFacts | null> {
  const answer = await askPython(ASK_PYTHON);
  if (answer === null) return null;
  const [version = "", jupyterLab = "", jupyterClient = "", prefix = ""] = answer.split(/\r?\n/);
  return { version, jupyterLab, jupyterClient, prefix };
}

/** Python, JupyterLab and the client library, of which typetorch itself needs none. */
export function describePython(python: PythonFacts | null): Finding[] {
  const advice = "Only for JupyterLab: pip install jupyterlab, then typetorch install";
  if (python === null) return [{ state: "missing", text: "no Python, no JupyterLab", advice }];
  const found: Finding = { state: "ok", text: `Python ${python.version} in ${python.prefix}` };
  if (python.jupyterLab !== "") return [found, { state: "ok", text: `JupyterLab ${python.jupyterLab}` }];
  const client = python.jupyterClient === "" ? "" : ` (jupyter_client ${python.jupyterClient} is there)`;
  return [found, { state: "missing", text: `no JupyterLab${client}`, advice }];
}

/** Where the kernelspec is installed, and whether what it starts still exists. */
export async function checkKernelspecs(python: PythonFacts | null): Promise<Finding[]> {
  const facts = currentPlatform();
  const jupyterPath = (facts.env["JUPYTER_PATH"] ?? "")
    .split(path.delimiter)
    .filter((folder) => folder !== "");
  const prefixes = [facts.env["VIRTUAL_ENV"], facts.env["CONDA_PREFIX"], python?.prefix].filter(
    (prefix) => prefix !== undefined && prefix !== "",
  );
  const dataDirs = [
    ...jupyterPath,
    userDataDir(facts),
    ...prefixes.map((prefix) => prefixDataDir(prefix ?? "", facts.platform)),
    ...systemDataDirs(facts),
  ];
  const folders = [...new Set(dataDirs.map((dataDir) => kernelspecDir(dataDir, KERNEL_NAME)))];
  const findings = await Promise.all(folders.map(checkKernelspec));
  const installed = findings.filter((finding) => finding !== null);
  if (installed.length > 0) return installed;
  return [{ state: "missing", text: "the kernel is not installed for Jupyter", advice: "typetorch install" }];
}

async function checkKernelspec(folder: string): Promise<Finding | null> {
  const text = await readFile(path.join(folder, "kernel.json"), "utf8").catch(() => null);
  if (text === null) return null;
  const gone = await missingProgram(text);
  if (gone === null) return { state: "ok", text: `kernelspec in ${folder}` };
  return {
    state: "missing",
    text: `kernelspec in ${folder}, but ${gone}`,
    advice: "Write it again with typetorch install and the flags it was installed with.",
  };
}

/** What keeps the command of a kernel.json from starting, `null` if nothing does. */
async function missingProgram(kernelJson: string): Promise<string | null> {
  let argv: unknown;
  try {
    argv = (JSON.parse(kernelJson) as { argv?: unknown } | null)?.argv; // checked below
  } catch {
    return "its kernel.json is not JSON";
  }
  if (!Array.isArray(argv)) return "its kernel.json has no argv";
  for (const word of argv) {
    if (typeof word !== "string" || !path.isAbsolute(word)) continue;
    if (
      await access(word).then(
        () => false,
        () => true,
      )
    )
      return `${word} does not exist`;
  }
  return null;
}

/** Cores and memory, for information. */
export function describeMachine(): Finding {
  const gigabytes = (totalmem() / 1e9).toFixed(1);
  return {
    state: "ok",
    text: `${process.platform} ${process.arch}, ${availableParallelism()} cores, ${gigabytes} GB of memory`,
  };
}
