import { readFileSync } from "node:fs";
import path from "node:path";

/** Other names of TypeScript's for one of its files. */
const otherNames: Readonly<Record<string, string>> = {
  es6: "es2015",
  es7: "es2016",
  "esnext.asynciterable": "es2018.asynciterable",
  "esnext.bigint": "es2020.bigint",
  "esnext.symbol": "es2019.symbol",
};

const reference = /^\/\/\/\s*<reference\s+lib="([^"]+)"\s*\/>.*$/gmu;

/** TypeScript's library as a few documents: their texts by their names. */
export type Library = ReadonlyMap<string, string>;

/** A file whose declarations are a module's, of which only those in `declare global` are everybody's, keeps to itself. */
function isModule(text: string): boolean {
  return /^(?:export|import)\b/mu.test(text);
}

/**
 * Reads what a configuration's `lib` means, with all that it refers to, as few texts.
 *
 * TypeScript has a hundred files of it, with parts of `Array` in ten of them. For each cell it puts the parts together anew and goes through the files, a third
 * of what a small cell costs.
 *
 * @param folder absolute path of the folder in which TypeScript's own declarations lie
 * @param names such as `esnext` or `DOM`
 * @returns `null` when there is no such file
 */
export function readLibrary(folder: string, names: readonly string[]): Library | null {
  const texts = new Map<string, string>();
  const read = (given: string): void => {
    const name = otherNames[given.toLowerCase()] ?? given.toLowerCase();
    if (texts.has(name)) return;
    texts.set(name, "");
    const text = readFileSync(path.join(folder, `lib.${name}.d.ts`), "utf8");
    for (const [, referred = ""] of text.matchAll(reference)) read(referred);
    texts.set(name, text.replaceAll(reference, ""));
  };
  try {
    names.forEach(read);
  } catch {
    return null;
  }
  const all = [...texts];
  const apart = all.filter(([, text]) => isModule(text));
  const together = all.flatMap(([, text]) => (isModule(text) ? [] : [text])).join("\n");
  return new Map([
    ["library.d.ts", together],
    ...apart.map(([name, text]) => [`library.${name}.d.ts`, text] as const),
  ]);
}
