import path from "node:path";

import { installKernelspec, targetDataDir, uninstallKernelspec } from "../jupyter/kernelspec.ts";
import { prefixDataDir } from "../../jupyter-paths.ts";
import type { InstallTarget } from "../jupyter/kernelspec.ts";

/** `typetorch install`: writes the kernelspec and says how to use it. */
export async function install(target: InstallTarget, write: (text: string) => void): Promise<void> {
  const folder = await installKernelspec(await targetDataDir(target));
  write(`Installed the kernel "typetorch" in ${folder}\n\n${usage(target)}\n`);
}

/** `typetorch uninstall`: removes what `install` with the same flags wrote. */
export async function uninstall(target: InstallTarget, write: (text: string) => void): Promise<void> {
  const folder = await uninstallKernelspec(await targetDataDir(target));
  write(`Removed ${folder}\n`);
}

function usage({ prefix }: InstallTarget): string {
  const searched =
    prefix === undefined
      ? ""
      : "If that prefix is not your Python's own, tell Jupyter where to look: " +
        `JUPYTER_PATH=${prefixDataDir(path.resolve(prefix), process.platform)}\n\n`;
  return (
    `${searched}JupyterLab and Notebook: jupyter lab, then choose "TypeScript (typetorch)" in the launcher.\n` +
    "VS Code: open a notebook, Select Kernel, Jupyter Kernel.\n" +
    "Without Jupyter: typetorch run NOTEBOOK executes a notebook, typetorch render NOTEBOOK --out DIR makes pages."
  );
}
