import { writtenName } from "../language/index.ts";

/** The names of the global object that cells have declared, so that later cells mean these. */
export class DeclaredGlobals {
  /** What the global object has when the first cell runs. What a cell puts there is the cell's own affair. */
  readonly all: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(globalThis));
  readonly taken: Set<string>;

  /** @param own names that cells have from the beginning, and nobody else */
  constructor(own: Iterable<string>) {
    this.taken = new Set(own);
  }

  /** A cell has ended, and these of its bindings exist. */
  add(bindings: Iterable<string>): void {
    for (const binding of bindings) {
      const name = writtenName(binding);
      if (name !== binding) this.taken.add(name);
    }
  }
}
