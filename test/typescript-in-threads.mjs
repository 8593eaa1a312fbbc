/**
 * Lets threads that a test starts run TypeScript sources, also on Node 20, which cannot by itself: types are taken away as a module is loaded. Vitest does that for
 * the tests, but threads of the library, and programs that a test starts, have Node's own loader. Vitest gives this file to Node with `--import`; threads inherit that.
 */
import { readFile } from "node:fs/promises";
import { register } from "node:module";
import { fileURLToPath } from "node:url";
import { isMainThread } from "node:worker_threads";

// Node runs this file again, under this name, in the thread that loads modules.
const hooks = "?hooks";

const isHooks = import.meta.url.endsWith(hooks);
// A source that Node was given as its program is not run by Vitest, even where a test starts it.
const isVitest = isMainThread && process.env.VITEST !== undefined && !process.argv[1]?.endsWith(".ts");

if (!isHooks && !isVitest && !process.features.typescript) register(import.meta.url + hooks);

/** Node's hook that loads a module. */
export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return next(url, context);
  const { transformSync } = await import("oxc-transform");
  const { code } = transformSync(url, await readFile(fileURLToPath(url), "utf8"), { lang: "ts" });
  return { format: "module", source: code, shortCircuit: true };
}
