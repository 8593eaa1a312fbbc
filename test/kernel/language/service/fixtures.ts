import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { LanguageService } from "../../../../kernel/language/service/language-service.ts";
import type { CellDiagnostic, TypesMode } from "../../../../kernel/language/types.ts";

const runtime = fileURLToPath(new URL("../../../../dist/runtime/index.d.ts", import.meta.url));

/** A notebook as far as its types go. */
export class TypedNotebook {
  readonly folder: string;
  readonly service: LanguageService;
  #cells = 0;

  private constructor(folder: string, service: LanguageService) {
    this.folder = folder;
    this.service = service;
  }

  /** Opens a notebook in a folder that is gone after `close`. `prepare` puts files there before. */
  static async open(prepare: (folder: string) => void = () => {}): Promise<TypedNotebook> {
    const folder = realpathSync(mkdtempSync(join(tmpdir(), "typed-")));
    prepare(folder);
    const own = { modules: { typetorch: runtime }, globals: null };
    return new TypedNotebook(folder, await LanguageService.open({ cwd: folder, own }));
  }

  close(): void {
    this.service.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Name of the latest cell. */
  get latest(): string {
    return `Cell[${this.#cells}]`;
  }

  check(source: string, mode: TypesMode = "error"): Promise<CellDiagnostic[]> {
    this.#cells += 1;
    return this.service.check({ name: this.latest, source, mode });
  }

  /** What is wrong in a cell, one line each: `error 1:7 TS2322`. */
  async codes(source: string): Promise<string[]> {
    const found = await this.check(source);
    return found.map(({ severity, start, code }) => `${severity} ${start.line}:${start.column} TS${code}`);
  }
}

/** A text with `|` where the cursor stands, as Jupyter sends it. */
export function cursorIn(marked: string): { code: string; cursor_pos: number; detail_level: 0 } {
  return {
    code: marked.replace("|", ""),
    cursor_pos: Array.from(marked).indexOf("|"),
    detail_level: 0,
  };
}
