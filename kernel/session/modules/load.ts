import type { ImportRequest } from "../../language/types.ts";
import { resolveSpecifier } from "./resolve.ts";

/** Loads a module for a cell. */
export async function loadModule(specifier: unknown, request: ImportRequest, cwd: string): Promise<object> {
  const url = resolveSpecifier(String(specifier), cwd);
  return import(url, request.with && { with: request.with });
}
