import { execFile } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

/** What the JavaScript peers need. They are 100 MB, so they are no dependencies of ours: they are fetched when a benchmark first wants them. */
const packages: readonly string[] = [
  "@tensorflow/tfjs-core@4.22.0",
  "@tensorflow/tfjs-backend-cpu@4.22.0",
  "@tensorflow/tfjs-backend-wasm@4.22.0",
  "@tensorflow/tfjs-layers@4.22.0",
  "@jax-js/jax@0.1.25",
];

/** Where they are kept, outside of the repository. */
function peersFolder(): string {
  const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
  return join(cache, "typetorch", "bench-peers");
}

/** Installs the peers where they are not there yet. */
export async function installPeers(say: (line: string) => void): Promise<string> {
  const folder = peersFolder();
  if (packages.every((name) => existsSync(join(folder, "node_modules", name.replace(/@[^@/]+$/, "")))))
    return folder;
  say(`Fetching tfjs and jax-js into ${folder}, about 100 MB, once. (--peers PyTorch goes without.)`);
  mkdirSync(folder, { recursive: true });
  const flags = ["--prefix", folder, "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact"];
  await promisify(execFile)("npm", ["install", ...flags, ...packages]);
  return folder;
}
