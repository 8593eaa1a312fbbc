import type { DeclaredName, Declarations, ValueKind } from "../declarations.ts";

/** Where the value or the type of a name comes from. */
export interface Origin {
  /** Number of the cell's document. */
  readonly document: number;
  /** How the value is handed on; `null` for a type without a value. */
  readonly value: ValueKind | null;
}

/** A name, as cells see it that come later. */
export interface VisibleName {
  readonly value: Origin | null;
  readonly type: Origin | null;
}

/** The names that one document contributes, as it exports them. */
export interface Contribution {
  readonly values: readonly string[];
  /** Variables, which have a narrower type at the end of their cell. */
  readonly narrowed: readonly string[];
  /** Types whose value, if there is one, is of another document. */
  readonly types: readonly string[];
}

/** The names of all cells so far: a cell that declares a name again replaces it for the cells that follow. */
export class Scope {
  readonly #names: Map<string, VisibleName>;

  constructor(names: ReadonlyMap<string, VisibleName> = new Map()) {
    this.#names = new Map(names);
  }

  get names(): ReadonlyMap<string, VisibleName> {
    return this.#names;
  }

  /** A scope that later changes of this one leave alone. */
  copy(): Scope {
    return new Scope(this.#names);
  }

  /** Makes the names of a cell visible. */
  declare(document: number, { names }: Declarations): void {
    for (const [name, declared] of names) this.#names.set(name, this.#next(name, document, declared));
  }

  /** Puts back what values of a document meant `before`, except for those in `existing`: the document's cell threw. */
  takeBack(document: number, before: Scope, existing: ReadonlySet<string>): void {
    for (const [name, { value }] of this.#names) {
      if (value?.document !== document || existing.has(name)) continue;
      const visible = before.names.get(name);
      if (visible === undefined) this.#names.delete(name);
      else this.#names.set(name, visible);
    }
  }

  /** What documents must hand on so that a cell sees everything, by their numbers. */
  contributions(): Map<number, Contribution> {
    const found = new Map<number, { values: string[]; narrowed: string[]; types: string[] }>();
    const of = (document: number): { values: string[]; narrowed: string[]; types: string[] } => {
      const lists = found.get(document) ?? { values: [], narrowed: [], types: [] };
      found.set(document, lists);
      return lists;
    };
    for (const [name, { value, type }] of this.#names) {
      if (value !== null) {
        of(value.document).values.push(name);
        if (value.value !== "import") of(value.document).narrowed.push(name);
      }
      if (type !== null && type.document !== value?.document) of(type.document).types.push(name);
    }
    return found;
  }

  /**
   * A type that is declared beside a value, as in `type Color = keyof typeof Color`, leaves the value what it was, and a value
   * leaves a mere type; a class is both, and is replaced as both.
   */
  #next(name: string, document: number, declared: DeclaredName): VisibleName {
    const before = this.#names.get(name);
    const origin: Origin = { document, value: declared.value };
    if (declared.value === null) return { value: before?.value ?? null, type: origin };
    if (declared.type) return { value: origin, type: origin };
    const type = before?.type ?? null;
    return { value: origin, type: type?.value === null ? type : null };
  }
}
