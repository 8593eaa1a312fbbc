import process from "node:process";
import { fileURLToPath } from "node:url";
import type { MessagePort } from "node:worker_threads";
import { LanguageClient } from "../language/index.ts";
import { resolveOwn } from "./modules/own.ts";
import { typesModeOf } from "./type-check.ts";

/** Modules of this package that cells import, whose types are its own wherever the notebook lies. */
const ownModules = ["typetorch", "typetorch/renderers", "tslab"];

/** The file with the types of one of the package's modules, as its build puts it beside the module. */
function declarationsOf(url: string): string {
  return fileURLToPath(url).replace(/\.js$/u, ".d.ts");
}

/**
 * The language service for cells of the folder `cwd`. Its thread starts when it is asked to, or is first needed.
 *
 * @param port where front ends' questions come from, as `FrontQuestion`
 */
export function openLanguage(cwd: string, port?: MessagePort): LanguageClient {
  const data = {
    cwd,
    own: {
      modules: Object.fromEntries(ownModules.map((name) => [name, declarationsOf(resolveOwn(name))])),
      globals: declarationsOf(new URL("./cell-globals.js", import.meta.url).href),
    },
    eager: typesModeOf(process.env) !== "off",
  };
  return new LanguageClient(data, port);
}
