import { findFile, isPathSpecifier } from "./files.ts";
import { moduleSettings } from "./settings.ts";

/** What the `*` of a pattern of `paths` stands for; `null` when the specifier does not match. */
function matched(pattern: string, specifier: string): string | null {
  const star = pattern.indexOf("*");
  if (star < 0) return pattern === specifier ? "" : null;
  const [before, after] = [pattern.slice(0, star), pattern.slice(star + 1)];
  const fits = specifier.length >= before.length + after.length;
  if (!fits || !specifier.startsWith(before) || !specifier.endsWith(after)) return null;
  return specifier.slice(before.length, specifier.length - after.length);
}

/** As TypeScript ranks them: a pattern without a star, then the one with the most text before it. */
function rank(pattern: string): number {
  const star = pattern.indexOf("*");
  return star < 0 ? Infinity : star;
}

/** The file that the configuration's `paths` (https://www.typescriptlang.org/tsconfig/#paths) have for an import. */
function mappedFile(specifier: string, parentUrl: string): string | null {
  const ranked = Object.entries(moduleSettings().paths).toSorted(([a], [b]) => rank(b) - rank(a));
  for (const [pattern, substitutions] of ranked) {
    const star = matched(pattern, specifier);
    if (star === null) continue;
    const files = substitutions.map((each) =>
      findFile(
        each.replace("*", () => star),
        parentUrl,
      ),
    );
    return files.find((file) => file !== null) ?? null;
  }
  return null;
}

/** The file of the user's that an import means, by its path or by the configuration; `null` if there is none. */
export function findUserFile(specifier: string, parentUrl: string): string | null {
  return isPathSpecifier(specifier) ? findFile(specifier, parentUrl) : mappedFile(specifier, parentUrl);
}
