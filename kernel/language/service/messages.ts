/** Writes a message as if cells were not modules: documents of cells become the cells' names, those of names disappear. */
export function cleanMessage(message: string, cellName: (document: number) => string | undefined): string {
  return message
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
