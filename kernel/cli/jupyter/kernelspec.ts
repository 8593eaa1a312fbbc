import { rm, stat } from "node:fs/promises";
import path from "node:path";

import { kernelSpec } from "../../launch.ts";
import { ensureWritableFolder, writeFilesAtomically } from "../files.ts";
import { InputError } from "../input-error.ts";
import { logoPng, logoSvg } from "./logo.ts";
import { currentPlatform, kernelspecDir, prefixDataDir, userDataDir } from "../../jupyter-paths.ts";
import { pythonPrefix } from "./python.ts";

/** The name under which front ends know the kernel. */
export const KERNEL_NAME = "typetorch";

/** Which of Jupyter's data folders is meant; none of them is the user's own. */
export interface InstallTarget {
  readonly user?: boolean;
  readonly prefix?: string;
  readonly sysPrefix?: boolean;
}

/** The Jupyter data folder of a target. At most one of its fields may be set: the command line sees to that. */
export async function targetDataDir(target: InstallTarget): Promise<string> {
  const facts = currentPlatform();
  if (target.prefix !== undefined) return prefixDataDir(path.resolve(target.prefix), facts.platform);
  if (target.sysPrefix === true) return prefixDataDir(await pythonPrefix(facts), facts.platform);
  return userDataDir(facts);
}

/**
 * Writes the kernelspec (https://jupyter-client.readthedocs.io/en/stable/kernels.html#kernel-specs) below a Jupyter
 * data folder, over an older one.
 *
 * @returns the folder of the kernelspec
 */
export async function installKernelspec(dataDir: string): Promise<string> {
  const folder = kernelspecDir(dataDir, KERNEL_NAME);
  await ensureWritableFolder(folder);
  await writeFilesAtomically([
    { file: path.join(folder, "logo-svg.svg"), content: logoSvg() },
    { file: path.join(folder, "logo-64x64.png"), content: logoPng() },
    { file: path.join(folder, "kernel.json"), content: JSON.stringify(kernelSpec(), null, 2) + "\n" },
  ]);
  return folder;
}

/**
 * Removes the kernelspec from a Jupyter data folder.
 *
 * @returns the folder that was removed
 * @throws InputError when there is none.
 */
export async function uninstallKernelspec(dataDir: string): Promise<string> {
  const folder = kernelspecDir(dataDir, KERNEL_NAME);
  const installed = await stat(path.join(folder, "kernel.json")).catch(() => null);
  if (installed === null) {
    throw new InputError(
      `${folder}: no kernelspec is installed here. "typetorch doctor" lists where one is.`,
    );
  }
  await rm(folder, { recursive: true });
  return folder;
}
