import type { Diagnostic } from "vscode-languageserver-protocol";
import { declarationsOf } from "../declarations.ts";
import { parse } from "../parse.ts";
import { ownJsx, type ProjectSettings } from "../project-settings.ts";
import type { CellDiagnostic, TypesMode } from "../types.ts";
import { Answers } from "./answers.ts";
import { carriedType } from "./cell-document.ts";
import { CellDocuments, type CellSource } from "./cell-documents.ts";
import { noCompletion, type CompleteContent } from "./completion.ts";
import { complaintKey, dependantsOf, type KnownCell } from "./dependants.ts";
import { cellDiagnostics } from "./diagnostics.ts";
import { FrontQuestions } from "./front-questions.ts";
import { nothingToInspect, type InspectContent } from "./inspection.ts";
import { LocalFiles } from "./local-files.ts";
import { cleanMessage, moduleFiles, type ModuleFiles } from "./messages.ts";
import { optionsType } from "./option-keys.ts";
import {
  DOCUMENT_PREFIX,
  DOCUMENTS,
  makeProject,
  ownJsxTypes,
  type OwnTypes,
  type Project,
} from "./project.ts";
import type { FrontQuestion } from "./questions.ts";
import { CONFIGURATION, TypeServer, typeScriptExecutable } from "./type-server.ts";

/** A pause after which the service prepares for the cells to come. */
const IDLE_MS = 60;

const emptyCell = {
  source: "",
  declares: { names: new Map(), exported: new Set<string>() },
  language: "ts",
} as const;

/** What a language service works on. */
export interface ServiceOptions {
  /** Absolute path of the notebook's folder. */
  readonly cwd: string;
  readonly own: OwnTypes;
  /** Path of TypeScript's program; by default that of the `typescript` package. */
  readonly executable?: string;
}

/** A cell that is about to run. */
export interface CellToCheck {
  /** Such as `Cell[3]`. */
  readonly name: string;
  readonly source: string;
  readonly mode: TypesMode;
}

/** A comment at the front of a cell that switches its check off, as at the front of a file. */
function optsOut(source: string): boolean {
  const [comments = ""] = /^(?:\s+|\/\/.*|\/\*[^]*?\*\/)*/u.exec(source) ?? [];
  return /^[\s/*]*@ts-nocheck\b/mu.test(comments);
}

/** Whether later cells see nothing of a cell: it declares no name, and adds nothing to a module or to what is global. */
function leavesNothing({ declares, source }: CellSource): boolean {
  return declares.names.size === 0 && declares.exported.size === 0 && !/\bdeclare\b/u.test(source);
}

/** Types of the cells of one notebook: what is wrong in a cell before it runs, and which names later cells see. */
export class LanguageService {
  readonly #server: TypeServer;
  readonly #documents: CellDocuments;
  readonly #front: FrontQuestions;
  readonly #files: LocalFiles;
  readonly #answers = new Answers();
  readonly #project: Project;
  #isLean = true;
  readonly #cells = new Map<string, KnownCell>();
  /** Names of cells by the number of their document. */
  readonly #names = new Map<number, string>();
  readonly #own: ModuleFiles;
  #last: Promise<unknown> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;
  /** What is wrong with the user's configuration. */
  readonly problem: string | null;
  /** What the configuration says about code that runs. */
  readonly settings: ProjectSettings;

  private constructor(server: TypeServer, cwd: string, own: OwnTypes, project: Project) {
    const { settings } = project;
    this.settings = settings;
    this.#server = server;
    this.#project = project;
    this.problem = project.problem;
    this.#own = moduleFiles(own.modules);
    this.#documents = new CellDocuments(server);
    this.#files = new LocalFiles(cwd, settings.paths, Object.keys(own.modules));
    this.#front = new FrontQuestions({
      server,
      documents: this.#documents,
      cwd,
      clean: (text) => this.#clean(text),
    });
  }

  /** Reads the user's configuration and makes the service; the server starts with the first request, such as {@link warm}. */
  static async open({
    cwd,
    own,
    executable = typeScriptExecutable(),
  }: ServiceOptions): Promise<LanguageService> {
    const project = await makeProject(executable, cwd, own);
    const { settings } = project;
    const server = new TypeServer(executable, cwd, DOCUMENTS);
    server.write(CONFIGURATION, project.lean?.configuration ?? project.configuration, "jsonc");
    server.write(
      `${DOCUMENT_PREFIX}types.d.ts`,
      carriedType + optionsType + (settings.jsx === ownJsx ? ownJsxTypes : ""),
    );
    for (const [name, text] of project.lean?.library ?? []) server.write(DOCUMENT_PREFIX + name, text);
    return new LanguageService(server, cwd, own, project);
  }

  /** Process id of the server, if it runs. */
  get serverPid(): number | null {
    return this.#server.pid;
  }

  /**
   * Starts the server, so that the first cell finds it ready. It does not read the library's declarations before a cell imports
   * them: all 600 files would be gone through again whenever a cell's document is opened.
   */
  async warm(): Promise<void> {
    await this.#inTurn(async () => {
      this.#documents.openFirst();
      return this.#diagnose(this.#documents.write(emptyCell));
    });
  }

  /**
   * Checks a cell. Without errors its names are visible to later cells when this resolves; with errors, once {@link accept}
   * says that it runs all the same.
   *
   * @throws ServerLostError
   */
  async check({ name, source, mode }: CellToCheck): Promise<CellDiagnostic[]> {
    return this.#inTurn(async () => {
      const { program, language } = parse(source);
      if (program === null) return [];
      const cell: CellSource = { source, declares: declarationsOf(program), language };
      const known: KnownCell = { cell, number: null, before: null, complaints: new Set() };
      this.#cells.set(name, known);
      if (mode === "off" || optsOut(source)) {
        this.#commit(name, known);
        return [];
      }
      const items = await this.#itemsOf(cell).catch((error: unknown) => {
        // The cell runs without an answer, and later ones see its names.
        this.#commit(name, known);
        throw error;
      });
      const found = cellDiagnostics(items, { name, source, program }).map((each) => this.#cleaned(each));
      known.complaints = new Set(found.map(complaintKey));
      if (mode === "error" && found.some(({ severity }) => severity === "error")) return found;
      this.#commit(name, known);
      return [...found, ...(await this.#broken(name, known))];
    });
  }

  async #itemsOf(cell: CellSource): Promise<readonly Diagnostic[]> {
    const { scope } = this.#documents;
    const changed = this.#files.changed(cell.source);
    if (changed.length > 0) this.#answers.forget();
    this.#server.filesChanged(changed);
    if (this.#isLean && this.#files.importsPackages) this.#useWholeLibrary();
    const known = this.#answers.find(cell.source, scope);
    if (known !== undefined) return known;
    const items = await this.#diagnose(this.#documents.write(cell));
    this.#answers.keep(cell.source, scope, items);
    return items;
  }

  /** Declarations of packages may refer to parts of TypeScript's library by name, such as those of browsers. */
  #useWholeLibrary(): void {
    this.#isLean = false;
    this.#server.write(CONFIGURATION, this.#project.configuration, "jsonc");
    for (const name of this.#project.lean?.library.keys() ?? []) this.#server.close(DOCUMENT_PREFIX + name);
  }

  /** What a cell breaks in functions of older cells, which see its names from now on in place of those that they were made with. */
  async #broken(name: string, changed: KnownCell): Promise<CellDiagnostic[]> {
    const broken: CellDiagnostic[] = [];
    for (const [older, { cell, complaints }] of dependantsOf(changed, this.#cells, this.#documents.scope)) {
      const { program } = parse(cell.source);
      if (program === null) continue;
      const items = await this.#diagnose(this.#documents.write(cell));
      for (const each of cellDiagnostics(items, { name: older, source: cell.source, program })) {
        if (!each.deferred || each.missing !== null || complaints.has(complaintKey(each))) continue;
        const message = `${this.#clean(each.message)} ${name} has declared anew what this function uses.`;
        broken.push({ ...each, message, severity: "warning" });
      }
    }
    return broken;
  }

  /** A cell with errors runs: its names are visible from now on. */
  accept(name: string): void {
    void this.#inTurn(async () => {
      const known = this.#cells.get(name);
      if (known?.number === null) this.#commit(name, known);
    });
  }

  /** A cell threw: of the values that it declares only those in `existing` came to be. */
  retract(name: string, existing: readonly string[]): void {
    void this.#inTurn(async () => {
      const known = this.#cells.get(name);
      if (known === undefined || known.number === null || known.before === null) return;
      const scope = this.#documents.scope.copy();
      scope.takeBack(known.number, known.before, new Set(existing));
      this.#documents.restore(scope);
    });
  }

  /** Answers a `complete_request`; with no matches when the server is lost. */
  async complete(content: FrontQuestion["content"]): Promise<CompleteContent> {
    return this.#inTurn(() => this.#front.complete(content)).catch(() => noCompletion(content.cursor_pos));
  }

  /** Answers an `inspect_request`; nothing is found when the server is lost. */
  async inspect(content: FrontQuestion["content"]): Promise<InspectContent> {
    return this.#inTurn(() => this.#front.inspect(content)).catch(() => nothingToInspect);
  }

  /** Ends the server. */
  stop(): void {
    clearTimeout(this.#idle);
    this.#server.stop();
  }

  /** The next cell gets the document of one that leaves nothing: only a text changes then, and no file comes to the program. */
  #commit(name: string, known: KnownCell): void {
    if (leavesNothing(known.cell)) return;
    known.before = this.#documents.scope;
    known.number = this.#documents.commit(known.cell);
    this.#names.set(known.number, name);
    this.#whenIdle();
  }

  /** Opens documents for the cells to come once nothing is asked any more: cells that follow at once do not wait for it. */
  #whenIdle(): void {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => {
      void this.#inTurn(async () => {
        if (this.#documents.openAhead()) this.#whenIdle();
      });
    }, IDLE_MS).unref();
  }

  async #diagnose(document: string): Promise<readonly Diagnostic[]> {
    const textDocument = { uri: this.#server.uri(document) };
    const { items } = await this.#server.request<{ items: Diagnostic[] }>("textDocument/diagnostic", {
      textDocument,
    });
    return items;
  }

  #cleaned(diagnostic: CellDiagnostic): CellDiagnostic {
    return { ...diagnostic, message: this.#clean(diagnostic.message) };
  }

  #clean(text: string): string {
    return cleanMessage(text, (number) => this.#names.get(number), this.#own);
  }

  /** One after the other: the documents that a request is about must be those that the server has when it answers. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => {}); // whoever asked is told; the next one must not fail with it
    return done;
  }
}
