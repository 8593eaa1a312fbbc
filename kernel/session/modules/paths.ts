import { mappedPaths } from "../../language/index.ts";
import { findFile, isPathSpecifier } from "./files.ts";
import { moduleSettings } from "./settings.ts";

/** The file of the user's that an import means, by its path or by the configuration's `paths`; `null` if there is none. */
export function findUserFile(specifier: string, parentUrl: string): string | null {
  if (isPathSpecifier(specifier)) return findFile(specifier, parentUrl);
  const files = mappedPaths(specifier, moduleSettings().paths).map((each) => findFile(each, parentUrl));
  return files.find((file) => file !== null) ?? null;
}
