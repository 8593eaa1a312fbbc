import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileModule } from "../language/index.ts";
import type { CompiledCell, Position } from "../language/types.ts";
import { isTypeScript, isUserFile } from "./modules/files.ts";
import { moduleSettings } from "./modules/settings.ts";

/** The cells that ran, by name: where positions in stack traces are looked up. */
export class CellLibrary {
  readonly #cells = new Map<string, CompiledCell>();

  /** Front ends run code without counting it (`store_history: false`): every run still gets a name of its own. */
  unusedName(name: string): string {
    let unused = name;
    for (let again = 2; this.#cells.has(unused); again += 1) unused = name.replace("]", `.${again}]`);
    return unused;
  }

  add(cell: CompiledCell): void {
    this.#cells.set(cell.name, cell);
  }

  /** The cell as it was written, or the text of a file of the user's, by its URL. */
  textOf(file: string): string | undefined {
    return this.#cells.get(file)?.source ?? (isUserFile(file) ? textOfFile(file) : undefined);
  }

  /** Whether a stack frame's file is a cell. */
  has(file: string): boolean {
    return this.#cells.has(file);
  }

  /** Where a position in code that runs stems from; `null` for a file that runs as it was written. */
  locate(file: string, position: Position): Position | null {
    const cell = this.#cells.get(file);
    if (cell !== undefined) return cell.toSource(position);
    return isTypeScript(file) && isUserFile(file) ? locateInFile(file, position) : null;
  }
}

function textOfFile(url: string): string | undefined {
  try {
    return readFileSync(fileURLToPath(url), "utf8");
  } catch {
    return undefined; // It may be gone by now.
  }
}

/** Errors are rare, so a file is compiled once more for its positions in place of keeping every mapping. */
function locateInFile(url: string, position: Position): Position | null {
  try {
    const file = fileURLToPath(url);
    return compileModule(readFileSync(file, "utf8"), file, moduleSettings()).toSource(position);
  } catch {
    // The file may be gone, or be half edited by now: then the position of the running code is the best that is known.
    return null;
  }
}
