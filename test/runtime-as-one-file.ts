/**
 * Gives tests the runtime as one file, made of the sources when they begin. To load it as some five hundred modules takes each process longer than most files' tests,
 * and code that Vite has rewritten runs slower: this is also nearer to what users import. Failures are told at the lines of the sources, as their map says.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "rolldown";
import type { Plugin } from "vitest/config";

const root: string = fileURLToPath(new URL("../", import.meta.url));
const sources: string = join(root, "runtime");
const builds: string = join(root, "build", "tests");
/** Folders of what imports the runtime. */
const importing = ["test", "renderers", "kernel", "bench"];

/** A module's name, its path in the runtime without `.ts`; `null` for other files. */
function moduleOf(file: string): string | null {
  const path = relative(sources, file);
  return path.startsWith("..") || !path.endsWith(".ts") ? null : path.slice(0, -".ts".length);
}

/** Where one run's file is: beside those of others, which may run at the same time. */
function makeFolder(): string {
  mkdirSync(builds, { recursive: true });
  const folder = mkdtempSync(join(builds, "runtime-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Modules that say where the programs of threads and of other processes are: as sources, beside themselves. */
const places = /(?:threads|context).program\.ts$/;

/** Modules of the runtime that a file imports; those that it only takes types from may be programs. */
function importedBy(file: string): string[] {
  const imports = readFileSync(file, "utf8").matchAll(
    /^(?:import|export)(?! type\b)[^;]* from "(\.[^"]*\.ts)"/gm,
  );
  return [...imports]
    .map(([, path]) => moduleOf(resolve(dirname(file), path!)))
    .filter((name) => name !== null);
}

/**
 * The modules that tests, and what they test, import, the package's entry first: they run in the order in which users' programs load them. Not all that there are: some are
 * programs, which must not run here.
 */
function entries(): Record<string, string> {
  const files = importing.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .map((file) => join(root, folder, file)),
  );
  const names = new Set(["index", ...files.flatMap(importedBy)]);
  return Object.fromEntries([...names].map((name) => [name, join(sources, `${name}.ts`)]));
}

/** Makes the file, and beside it one for each module that only hands on what that module exports. */
async function makeOneFile(): Promise<string> {
  const folder = makeFolder();
  await build({
    input: entries(),
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
      const name = moduleOf(resolve(dirname(importer), source));
      if (name === null) return null;
      made ??= makeOneFile();
      return { id: join(await made, `${name}.js`), external: true };
    },
  };
}
