import type { Diagnostic } from "vscode-languageserver-protocol";
import type { Scope } from "./scope.ts";

/** So many texts are remembered. */
const MOST = 100;

/**
 * What TypeScript said about cells while the same names were visible: a cell that is run again, as one does with a look at a value, is not asked
 * about again.
 */
export class Answers {
  readonly #found = new Map<string, readonly Diagnostic[]>();
  #scope: Scope | null = null;

  /** What was said about a text; `undefined` when something else was visible then, or nothing is known. */
  find(source: string, scope: Scope): readonly Diagnostic[] | undefined {
    return this.#scope === scope ? this.#found.get(source) : undefined;
  }

  /** Remembers what was said about a text. */
  keep(source: string, scope: Scope, items: readonly Diagnostic[]): void {
    if (this.#scope !== scope || this.#found.size >= MOST) this.forget();
    this.#scope = scope;
    this.#found.set(source, items);
  }

  /** Something else has changed that texts may depend on. */
  forget(): void {
    this.#found.clear();
  }
}
