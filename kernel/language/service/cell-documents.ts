import type { LocationLink } from "vscode-languageserver-protocol";
import type { Declarations } from "../declarations.ts";
import type { CellLanguage } from "../parse.ts";
import { cellDocument, handOn, type Imported } from "./cell-document.ts";
import { DOCUMENT_PREFIX } from "./project.ts";
import { Scope } from "./scope.ts";
import type { TypeServer } from "./type-server.ts";

/** So many cells import from each other directly; what is older comes through one document. */
const BLOCK = 16;
/** So many documents are open for cells to come in the beginning. Until TypeScript has read its libraries they cost next to nothing. */
const AHEAD = 40;
/** So many are kept open later, when each costs TypeScript as much as a cell, while a cell may be running. */
const KEPT_AHEAD = 16;

const nothing: Declarations = { names: new Map(), exported: new Set() };

function cellName(number: number, language: CellLanguage = "ts"): string {
  return `${DOCUMENT_PREFIX}cell-${number}.${language}`;
}

function olderName(block: number): string {
  return `${DOCUMENT_PREFIX}older-${block}.ts`;
}

function blockOf(number: number): number {
  return Math.floor(number / BLOCK);
}

/** What the document of a cell imports: the cells before it in its block, and everything older as one document. */
function importedBy(number: number): Imported {
  const first = blockOf(number) * BLOCK;
  const older = `./${olderName(blockOf(number))}`;
  const specifiers = [older];
  for (let before = first; before < number; before += 1) specifiers.push(`./${cellName(before)}`);
  return {
    specifiers,
    specifierOf: (document) => (document < first ? older : `./${cellName(document)}`),
  };
}

/** What a cell is checked as. */
export interface CellSource {
  readonly source: string;
  readonly declares: Declarations;
  readonly language: CellLanguage;
  readonly alsoWanted?: Iterable<string>;
}

/**
 * The documents of cells. Each cell that ran is a module that never changes; the next one imports what it uses of them.
 *
 * TypeScript reads a whole program anew, 10 to 40 ms, when a file comes or goes or a file's list of imports changes, and needs
 * 3 ms when only the text of one file is another. So the documents of the next cells are opened beforehand, while nothing
 * else happens, and each has the same imports from the beginning, whatever text it will get.
 */
export class CellDocuments {
  readonly #server: TypeServer;
  #scope = new Scope();
  #number = 0;
  #opened = 0;

  constructor(server: TypeServer) {
    this.#server = server;
  }

  get scope(): Scope {
    return this.#scope;
  }

  /** Writes a text as the next cell's, and answers with the name of its document. */
  write({ source, declares, language, alsoWanted = [] }: CellSource): string {
    // Without a document in store the cell's is opened with its text.
    if (this.#opened === this.#number) this.#openNext();
    const name = cellName(this.#number, language);
    const imported = importedBy(this.#number);
    const text = cellDocument({ source, declares, scope: this.#scope, imported, alsoWanted });
    // A document that none imports when it is opened is outside of the notebook's project, and does not know the kernel's globals.
    if (language === "tsx")
      this.#server.write(cellName(this.#number), `export * from ${JSON.stringify(`./${name}`)};`);
    else this.#server.close(cellName(this.#number, "tsx"));
    this.#server.write(name, text, language === "tsx" ? "typescriptreact" : "typescript");
    return name;
  }

  /** The next document becomes the cell's for good: its names are visible from now on. Answers with its number. */
  commit(cell: CellSource): number {
    const number = this.#number;
    // A question of a front end may have put another text there meanwhile.
    this.write(cell);
    this.#scope = this.#scope.copy();
    this.#scope.declare(number, cell.declares);
    this.#number += 1;
    this.#writeOlder();
    return number;
  }

  /** Replaces what is visible, as when a cell threw before it had declared everything. */
  restore(scope: Scope): void {
    this.#scope = scope;
    this.#writeOlder();
  }

  /** The text of one of the documents, by its URI; `undefined` for other files. */
  text(uri: string): string | undefined {
    const name = /\/(\.typetorch-[^/]*)$/u.exec(uri)?.[1];
    return name === undefined ? undefined : this.#server.read(name);
  }

  /** Where a document declares a name; `null` when that cannot be said. */
  declarationLink(number: number, name: string): LocationLink | null {
    const document =
      this.#server.read(cellName(number, "tsx")) === undefined ? cellName(number) : cellName(number, "tsx");
    const text = this.#server.read(document) ?? "";
    const pattern = new RegExp(
      String.raw`\b(?:const|let|var|function\*?|class|enum|interface|type|namespace)\s+${name.replaceAll("$", String.raw`\$`)}\b`,
      "gu",
    );
    // The first line is the kernel's.
    const found = [...text.matchAll(pattern)].find(({ index }) => text.slice(0, index).includes("\n"));
    if (found === undefined) return null;
    const lines = text.slice(0, found.index).split("\n");
    const start = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
    const range = { start, end: start };
    return { targetUri: this.#server.uri(document), targetRange: range, targetSelectionRange: range };
  }

  /** Opens documents for the cells to come, before the first one. */
  openFirst(): void {
    while (this.#openUpTo(AHEAD));
  }

  /** Opens one more document, if too few are open; answers whether it did. */
  openAhead(): boolean {
    return this.#openUpTo(KEPT_AHEAD);
  }

  #openUpTo(ahead: number): boolean {
    if (this.#opened > this.#number + ahead) return false;
    const number = this.#openNext();
    const text = cellDocument({
      source: "",
      declares: nothing,
      scope: new Scope(),
      imported: importedBy(number),
    });
    this.#server.write(cellName(number), text);
    return true;
  }

  /** The number of the next document to open; what it imports is open. */
  #openNext(): number {
    const number = this.#opened;
    if (number % BLOCK === 0) this.#server.write(olderName(blockOf(number)), this.#older(blockOf(number)));
    this.#opened += 1;
    return number;
  }

  /** The first cell of a block sees the block before it through a document, which was opened too early to know its names. */
  #writeOlder(): void {
    const block = blockOf(this.#number);
    if (this.#number % BLOCK === 0 && this.#server.read(olderName(block)) !== undefined)
      this.#server.write(olderName(block), this.#older(block));
  }

  /** What a module exports itself hides what it exports of another one by a star. */
  #older(block: number): string {
    if (block === 0) return "export {};";
    const lines = [`export * from ${JSON.stringify(`./${olderName(block - 1)}`)};`];
    const contributions = this.#scope.contributions();
    for (let number = (block - 1) * BLOCK; number < block * BLOCK; number += 1)
      lines.push(handOn(`./${cellName(number)}`, contributions.get(number)));
    return lines.join("\n");
  }
}
