import { homedir } from "node:os";
import path from "node:path";

/** What the location of Jupyter's files depends on; a parameter so that every platform can be tested on any. */
export interface PlatformFacts {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** The facts of this process. */
export function currentPlatform(): PlatformFacts {
  return { platform: process.platform, env: process.env, home: homedir() };
}

/**
 * The folder of a user's own Jupyter data, by jupyter_core's `jupyter_data_dir`
 * (https://docs.jupyter.org/en/latest/use/jupyter-directories.html#data-files).
 */
export function userDataDir(facts: PlatformFacts): string {
  const { platform, env, home } = facts;
  const join = joinerFor(platform);
  if (env["JUPYTER_DATA_DIR"]) return env["JUPYTER_DATA_DIR"];
  if (platform === "darwin") {
    return join(
      home,
      "Library",
      ...(usesPlatformDirs(env) ? ["Application Support", "Jupyter"] : ["Jupyter"]),
    );
  }
  if (platform === "win32") {
    if (usesPlatformDirs(env) && env["LOCALAPPDATA"]) return join(env["LOCALAPPDATA"], "Jupyter");
    if (env["APPDATA"]) return join(env["APPDATA"], "jupyter");
    return join(env["JUPYTER_CONFIG_DIR"] || join(home, ".jupyter"), "data");
  }
  return join(env["XDG_DATA_HOME"] || join(home, ".local", "share"), "jupyter");
}

/** Jupyter's switch for the platform's customary folders; on Linux both are the same. */
function usesPlatformDirs(env: PlatformFacts["env"]): boolean {
  const value = env["JUPYTER_PLATFORM_DIRS"]?.toLowerCase();
  return value !== undefined && !["no", "n", "false", "off", "0", "0.0"].includes(value);
}

/** The Jupyter data folder of an installation prefix, such as that of a Python environment. */
export function prefixDataDir(prefix: string, platform: NodeJS.Platform): string {
  return joinerFor(platform)(prefix, "share", "jupyter");
}

/** The folders that all users of a machine share. */
export function systemDataDirs(facts: PlatformFacts): string[] {
  if (facts.platform !== "win32") return ["/usr/local/share/jupyter", "/usr/share/jupyter"];
  const programData = facts.env["PROGRAMDATA"];
  return programData ? [path.win32.join(programData, "jupyter")] : [];
}

/** Where a kernelspec of this name lies in a Jupyter data folder. */
export function kernelspecDir(dataDir: string, kernelName: string): string {
  return path.join(dataDir, "kernels", kernelName);
}

/** Reads the separators of the platform in question, which need not be the one that runs. */
function joinerFor(platform: NodeJS.Platform): typeof path.join {
  return platform === "win32" ? path.win32.join : path.posix.join;
}
