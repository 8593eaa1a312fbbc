import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { InputError } from "../input-error.ts";
import type { PlatformFacts } from "../../jupyter-paths.ts";

const execute = promisify(execFile);

/** Asking a Python that hangs (a broken shim, a store alias) must not hang the command. */
const PYTHON_TIMEOUT_MS = 20_000;

/** Runs a line of Python with the first interpreter on the PATH; `null` when there is none or the line fails. */
export async function askPython(code: string): Promise<string | null> {
  for (const command of ["python3", "python"]) {
    try {
      const { stdout } = await execute(command, ["-c", code], { timeout: PYTHON_TIMEOUT_MS });
      return stdout.trim();
    } catch {
      continue;
    }
  }
  return null;
}

/**
 * The prefix of the Python environment in use: the activated virtual or conda environment, else the one that the
 * interpreter on the PATH names.
 *
 * @throws InputError when there is no Python to ask.
 */
export async function pythonPrefix(facts: PlatformFacts): Promise<string> {
  const activated = facts.env["VIRTUAL_ENV"] || facts.env["CONDA_PREFIX"];
  if (activated) return activated;
  const prefix = await askPython("import sys; print(sys.prefix)");
  if (prefix) return prefix;
  throw new InputError(
    "--sys-prefix needs a Python environment, but VIRTUAL_ENV and CONDA_PREFIX are not set and no python3 or python " +
      "was found on the PATH. Activate the environment, or use --user or --prefix DIR.",
  );
}
