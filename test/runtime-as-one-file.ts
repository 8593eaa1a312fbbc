/**
 * Gives tests the runtime as one file, made of the sources when they begin. To load it as some five hundred modules takes each process longer than most files' tests,
 * and code that Vite has rewritten runs slower: this is also nearer to what users import. Failures are told at the lines of the sources, as their map says.
 */
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "rolldown";
import type { Plugin } from "vitest/config";

const sources: string = fileURLToPath(new URL("../runtime/", import.meta.url));
const builds: string = fileURLToPath(new URL("../build/tests/", import.meta.url));

/** Where one run's file is: beside those of others, which may run at the same time. */
function makeFolder(): string {
  mkdirSync(builds, { recursive: true });
  const folder = mkdtempSync(join(builds, "runtime-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Programs of threads and of other processes: they must not run here. */
const programs = /(?:threads.worker|context.attempt)\.ts$/;

/** Modules that say where those are: as sources, beside themselves. */
const places = /(?:threads|context).program\.ts$/;

/** Every module by its name without `.ts`, the package's entry first: they run in the order in which users' programs load them. */
function modules(): Record<string, string> {
  const files = readdirSync(sources, { recursive: true, encoding: "utf8" });
  const names = files
    .filter((file) => file.endsWith(".ts") && !programs.test(file))
    .map((file) => file.slice(0, -".ts".length))
    .toSorted((a, b) => Number(b === "index") - Number(a === "index"));
  return Object.fromEntries(names.map((name) => [name, join(sources, `${name}.ts`)]));
}

/** Makes the file, and beside it one for each module that only hands on what that module exports. */
async function makeOneFile(): Promise<string> {
  const folder = makeFolder();
  await build({
    input: modules(),
    platform: "node",
    external: [/^[^./]/],
    treeshake: false,
    logLevel: "warn",
    plugins: [
      {
        name: "source-urls",
        transform: (code, id) =>
          places.test(id)
            ? { code: code.replaceAll("import.meta.url", JSON.stringify(pathToFileURL(id).href)), map: null }
            : null,
      },
    ],
    output: {
      dir: folder,
      format: "esm",
      keepNames: true,
      sourcemap: true,
      codeSplitting: { groups: [{ name: "runtime" }] },
    },
  });
  return folder;
}

let made: Promise<string> | undefined;

/** The plugin; where tests are watched it does nothing, so that a change of a source is seen. */
export function runtimeAsOneFile(): Plugin {
  let isWatching = false;
  return {
    name: "runtime-as-one-file",
    enforce: "pre",
    configureVitest: ({ vitest }) => {
      isWatching = vitest.config.watch;
    },
    async resolveId(source, importer) {
      if (isWatching || importer === undefined || !source.startsWith(".")) return null;
      const file = relative(sources, resolve(dirname(importer), source));
      if (file.startsWith("..") || !file.endsWith(".ts")) return null;
      made ??= makeOneFile();
      return { id: join(await made, `${file.slice(0, -".ts".length)}.js`), external: true };
    },
  };
}
