import { homedir } from "node:os";
import { join } from "node:path";

/** Our part of the user's folder for what can be made again, as each system has it. It need not exist. */
export function cacheFolder(): string {
  return join(usersCacheFolder(), "typetorch");
}

function usersCacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  if (XDG_CACHE_HOME !== undefined && XDG_CACHE_HOME !== "") return XDG_CACHE_HOME;
  if (process.platform === "darwin") return join(homedir(), "Library", "Caches");
  if (process.platform === "win32" && LOCALAPPDATA !== undefined) return LOCALAPPDATA;
  return join(homedir(), ".cache");
}
