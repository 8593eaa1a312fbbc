import path from "node:path";

/** Which files belong to which module, for {@link cleanMessage}. */
export type ModuleFiles = readonly (readonly [file: RegExp, specifier: string])[];

/** The files in the folders of modules, by whatever path they are named, relative ones too. */
export function moduleFiles(modules: Readonly<Record<string, string>>): ModuleFiles {
  return Object.entries(modules).map(([specifier, file]) => {
    const folder = path.dirname(file).split(path.sep).slice(-2).join("/");
    const written = folder.replaceAll(/[.*+?^${}()|[\]\\]/gu, String.raw`\$&`);
    return [new RegExp(`"[^"\\s]*${written}/[^"\\s]*"`, "gu"), JSON.stringify(specifier)] as const;
  });
}

/**
 * Writes a message as if cells were not modules: documents of cells become the cells' names, those of names disappear. The kernel's own
 * modules are named as cells import them.
 */
export function cleanMessage(
  message: string,
  cellName: (document: number) => string | undefined,
  own: ModuleFiles = [],
): string {
  const named = own.reduce((text, [file, specifier]) => text.replaceAll(file, specifier), message);
  return named
    .replaceAll(
      /(?:typeof )?import\("[^"]*\.typetorch-cell-(\d+)"\)(\.?)/gu,
      (_, number: string, dot: string) => {
        const name = cellName(Number(number));
        return name === undefined ? "" : `${name}${dot}`;
      },
    )
    .replaceAll("(alias) ", "")
    .replaceAll(/import\("[^"]*\.typetorch-[a-z]+-\d+"\)\.?/gu, "")
    .replaceAll(/\b__(?:narrowed|type|value)__/gu, "");
}
