import type { ProjectSettings } from "./project-settings.ts";

/** What the `*` of a pattern stands for; `null` when the specifier does not match. */
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

/** The paths that the configuration's `paths` (https://www.typescriptlang.org/tsconfig/#paths) have for an import, before any ending is tried. */
export function mappedPaths(specifier: string, paths: ProjectSettings["paths"]): string[] {
  const ranked = Object.entries(paths).toSorted(([a], [b]) => rank(b) - rank(a));
  for (const [pattern, substitutions] of ranked) {
    const star = matched(pattern, specifier);
    if (star !== null) return substitutions.map((each) => each.replace("*", () => star));
  }
  return [];
}
