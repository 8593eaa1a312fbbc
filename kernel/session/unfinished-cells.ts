import type { CellDiagnostic } from "../language/types.ts";

const NO_NAMESPACE = 2503;

/** So many cells are remembered, the latest. */
const mostRemembered = 50;

function declares(source: string, name: string): boolean {
  const word = name.replaceAll("$", "\\$");
  const declared = `(?:const|let|var|class|function\\*?|enum|namespace|interface|type)\\s+${word}(?![\\w$])`;
  // A name in the braces or brackets of a declaration, or of an import.
  const taken = `(?:const|let|var|import)\\b[^=;]*(?<![\\w$])${word}(?![\\w$])[^;]*(?:=|from)`;
  return new RegExp(`${declared}|${taken}`, "u").test(source);
}

/** Cells that did not run, or not to their end: what they would have declared is what later cells miss. */
export class UnfinishedCells {
  readonly #sources = new Map<string, string>();
  #begun = { name: "", source: "" };

  begin(name: string, source: string): void {
    this.#begun = { name, source };
  }

  /** The cell that was begun last has not run to its end. */
  add(name: string): void {
    if (name !== this.#begun.name) return;
    this.#sources.set(name, this.#begun.source);
    const [oldest] = this.#sources.keys();
    if (this.#sources.size > mostRemembered && oldest !== undefined) this.#sources.delete(oldest);
  }

  /** Which of them declares a name that is missing; `null` when none does. */
  adviceFor({ missing, cell, code }: CellDiagnostic): string | null {
    // A namespace may be missing where a value of that name is there.
    if (missing === null || code === NO_NAMESPACE) return null;
    const found = [...this.#sources].findLast(([name, source]) => name !== cell && declares(source, missing));
    return found === undefined
      ? null
      : `${found[0]} declares it, and has not run to its end: mend that one first.`;
  }
}
