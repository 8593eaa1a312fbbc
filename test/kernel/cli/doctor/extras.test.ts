import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { checkKernelspecs, describePython } from "../../../../kernel/cli/doctor/extras.ts";
import { installKernelspec } from "../../../../kernel/cli/jupyter/kernelspec.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "typetorch-doctor-"));
  vi.stubEnv("JUPYTER_PATH", folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** What the doctor says of the kernelspec in the test's folder. */
async function findingHere(): Promise<unknown> {
  return (await checkKernelspecs(null)).find(({ text }) => text.includes(folder));
}

describe("checkKernelspecs", () => {
  test("finds a kernelspec on JUPYTER_PATH that starts a program that exists", async () => {
    const spec = path.join(folder, "kernels", "typetorch");
    await mkdir(spec, { recursive: true });
    await writeFile(
      path.join(spec, "kernel.json"),
      JSON.stringify({ argv: [process.execPath, "{connection_file}"] }),
    );
    expect(await findingHere()).toEqual({ state: "ok", text: `kernelspec in ${spec}` });
  });

  test("notices that what a kernelspec starts has been moved away", async () => {
    const spec = await installKernelspec(folder);
    await writeFile(
      path.join(spec, "kernel.json"),
      JSON.stringify({ argv: [path.join(folder, "gone", "node")] }),
    );
    expect(await findingHere()).toMatchObject({
      state: "missing",
      text: expect.stringContaining(`${path.join(folder, "gone", "node")} does not exist`),
    });
  });

  test("does not break on a kernelspec that is no JSON", async () => {
    const spec = await installKernelspec(folder);
    await writeFile(path.join(spec, "kernel.json"), "{");
    expect(await findingHere()).toMatchObject({
      text: expect.stringContaining("its kernel.json is not JSON"),
    });
  });
});

describe("describePython", () => {
  test("says how to get JupyterLab where it is missing", () => {
    const python = { version: "3.12.1", jupyterLab: "", jupyterClient: "8.6", prefix: "/opt" };
    for (const findings of [describePython(null), describePython(python)]) {
      expect(findings.at(-1)).toMatchObject({
        state: "missing",
        advice: expect.stringContaining("pip install jupyterlab"),
      });
    }
  });

  test("names the versions that it found", () => {
    const python = { version: "3.12.1", jupyterLab: "4.6.0", jupyterClient: "8.6", prefix: "/opt" };
    expect(describePython(python).map(({ text }) => text)).toEqual([
      "Python 3.12.1 in /opt",
      "JupyterLab 4.6.0",
    ]);
  });
});
