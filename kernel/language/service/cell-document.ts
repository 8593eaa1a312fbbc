import type { DeclaredName, Declarations } from "../declarations.ts";
import { CELL_SUPPORT } from "../types.ts";
import { OPTIONS } from "./option-keys.ts";
import type { Contribution, Scope, VisibleName } from "./scope.ts";

/** Prefix of the type that a variable has at the end of its cell. */
const NARROWED = "__narrowed__";
/** Prefix of a type that is not of the document which has the value of that name. */
const TYPE = "__type__";
/** Prefix of a variable of an earlier cell, which the cell's own line declares anew. */
const VALUE = "__value__";
/** Generic type that takes `null` and `undefined` out of a variable's type where its cell has ruled them out. */
const CARRIED = "__Carried__";

/** Declares the helper type of cell documents; the text of a declaration file of the project. */
export const carriedType: string = `type ${CARRIED}<T, N> = T extends null | undefined ? (T extends N ? T : never) : T;`;

/** The line of a cell's document in which the cell's own first line stands, from 0. */
export const FIRST_LINE = 1;

/** Whether a name is the kernel's, which completions leave out. */
export function isInternalName(name: string): boolean {
  return [NARROWED, TYPE, VALUE, CARRIED, OPTIONS, CELL_SUPPORT].some((prefix) => name.startsWith(prefix));
}

/** Words of a text that may be names: a superset of what it mentions, found also where it does not parse. */
export function mentionedWords(source: string): Set<string> {
  return new Set(source.match(/[\p{ID_Start}$_][\p{ID_Continue}$\u200C\u200D]*/gu) ?? []);
}

/** The documents that a cell's document imports from, always all of them. */
export interface Imported {
  /** Specifiers, in order. */
  readonly specifiers: readonly string[];
  /** Which of them has the names of the document with a number. */
  specifierOf(document: number): string;
}

/** What a cell's document is made of. */
export interface CellText {
  readonly source: string;
  readonly declares: Declarations;
  readonly scope: Scope;
  readonly imported: Imported;
  /** Names to bring in though the text does not mention them, for completions. */
  readonly alsoWanted?: Iterable<string>;
}

/** Writes the line that brings in names of earlier cells. */
class Prelude {
  readonly #imported: Imported;
  readonly #imports: Map<string, string[]>;
  readonly #variables: string[] = [];

  constructor(imported: Imported) {
    this.#imported = imported;
    this.#imports = new Map(imported.specifiers.map((specifier) => [specifier, []]));
  }

  /** Brings in what a name means, except for what the cell declares itself. */
  add(name: string, visible: VisibleName, own: DeclaredName | undefined): void {
    if ((own?.value ?? null) === null) this.#addValue(name, visible, own === undefined);
    if (own === undefined || (!own.type && own.value !== "import")) this.#addType(name, visible);
  }

  /**
   * It always imports from the same documents, in the same number of statements: then TypeScript keeps the rest of the program
   * as it is when the text changes. None of them is `import *`, for which TypeScript looks at everything that the other document exports, such as
   * all of a library that its cell imports.
   */
  toString(): string {
    const imports = [...this.#imports].map(
      ([specifier, names]) => `import { ${names.join(", ")} } from ${JSON.stringify(specifier)};`,
    );
    return [...imports, ...this.#variables].join(" ");
  }

  #addValue(name: string, { value, type }: VisibleName, typeToo: boolean): void {
    if (value === null) return;
    const specifier = this.#imported.specifierOf(value.document);
    const declared = `typeof ${VALUE}${name}`;
    const narrowed = `${NARROWED}${name}`;
    const variable = (statement: string, ...alsoImported: string[]): void => {
      this.#import(specifier, `${name} as ${VALUE}${name}`, ...alsoImported);
      this.#variables.push(statement);
    };
    if (value.value === "const") variable(`const ${name}: ${declared} = null! as ${narrowed};`, narrowed);
    else if (value.value === "let")
      variable(`let ${name}: ${declared} = null! as ${CARRIED}<${declared}, ${narrowed}>;`, narrowed);
    else if (value.value === "loose") variable(`let ${name}: ${declared} = null! as ${declared};`);
    // An import has one origin: where the type of that name comes from elsewhere, the value is a variable beside it.
    else if (!typeToo || (type !== null && type.document !== value.document))
      variable(`const ${name}: ${declared} = null! as ${declared};`);
    else this.#import(specifier, name);
  }

  #addType(name: string, { value, type }: VisibleName): void {
    if (type === null || type.document === value?.document) return;
    this.#import(this.#imported.specifierOf(type.document), `${TYPE}${name} as ${name}`);
  }

  #import(specifier: string, ...clauses: string[]): void {
    this.#imports.get(specifier)?.push(...clauses);
  }
}

/** The end of a cell's document: exports of everything that it declares. */
function suffix({ names, exported }: Declarations): string {
  const own = [...names.keys()].filter((name) => !exported.has(name));
  const extra = [...names].flatMap(([name, { value }]) => {
    if (value === null) return [`export { ${name} as ${TYPE}${name} };`];
    return value === "import" ? [] : [`export type ${NARROWED}${name} = typeof ${name};`];
  });
  return `\n;export { ${own.join(", ")} };${extra.join("")}`;
}

/** TypeScript reads comments such as `@jsx h` only at the very front of a file. */
function pragmas(source: string): string {
  const comments = source.match(/\/\*\*?\s*@jsx\w*[^*]*\*\//gu) ?? [];
  return comments.map((comment) => comment.replaceAll(/\s+/gu, " ")).join("");
}

/** The document of a cell: a line that brings in names, the cell as it was written, and what exports its names. */
export function cellDocument({ source, declares, scope, imported, alsoWanted = [] }: CellText): string {
  const prelude = new Prelude(imported);
  for (const name of new Set([...mentionedWords(source), ...alsoWanted])) {
    const visible = scope.names.get(name);
    if (visible !== undefined) prelude.add(name, visible, declares.names.get(name));
  }
  return `${pragmas(source)}${prelude.toString()}\n${source.replace(/^#!/u, "//")}${suffix(declares)}`;
}

/** A statement that hands on what one document contributes. It stands even for nothing, so that the imports stay the same. */
export function handOn(specifier: string, contribution: Contribution | undefined): string {
  const { values = [], narrowed = [], types = [] } = contribution ?? {};
  const names = [
    ...values,
    ...narrowed.map((name) => NARROWED + name),
    ...types.flatMap((name) => [TYPE + name]),
  ];
  return `export { ${names.join(", ")} } from ${JSON.stringify(specifier)};`;
}
