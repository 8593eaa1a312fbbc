import type { CellDiagnostic } from "../types.ts";
import { mentionedWords } from "./cell-document.ts";
import type { CellSource } from "./cell-documents.ts";
import type { Scope } from "./scope.ts";

/** So many older cells are looked at again when a name is declared anew; each takes some milliseconds. */
const MOST = 8;

/** A cell that runs or ran. */
export interface KnownCell {
  readonly cell: CellSource;
  /** Number of its document; `null` while its names are not visible. */
  number: number | null;
  /** What was visible before it. */
  before: Scope | null;
  /** What was wrong in it when it ran. */
  complaints: ReadonlySet<string>;
}

/** A complaint by its place and its kind. */
export function complaintKey({ code, start }: CellDiagnostic): string {
  return `${code} ${start.line}:${start.column}`;
}

/** Whether something that a cell declared is still what its name means. */
function isAlive({ cell, number }: KnownCell, scope: Scope): boolean {
  return [...cell.declares.names.keys()].some((name) => scope.names.get(name)?.value?.document === number);
}

/** Older cells, the latest first, that use names which a cell declares, and whose functions can still be called. */
export function dependantsOf(
  changed: KnownCell,
  cells: ReadonlyMap<string, KnownCell>,
  scope: Scope,
): [name: string, KnownCell][] {
  const names = [...changed.cell.declares.names.keys()];
  const uses = ({ cell }: KnownCell): boolean => {
    const words = mentionedWords(cell.source);
    return names.some((name) => words.has(name) && !cell.declares.names.has(name));
  };
  return [...cells]
    .toReversed()
    .filter(([, each]) => each !== changed && each.number !== null && isAlive(each, scope) && uses(each))
    .slice(0, MOST);
}
