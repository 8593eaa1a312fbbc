import process from "node:process";
import { styleText } from "node:util";
import type { ProjectSettings } from "../language/index.ts";
import type { CellDiagnostic, CellTypes, JupyterError, TypesMode } from "../language/types.ts";
import type { CellRun } from "./cell-run.ts";
import { useSettings } from "./modules/settings.ts";
import { errorHeader, framedPlace } from "./traceback/traceback.ts";
import { adviceFor } from "./type-advice.ts";
import { UnfinishedCells } from "./unfinished-cells.ts";

const modes: readonly string[] = ["error", "warn", "off"] satisfies TypesMode[];
const ename = "TypeScriptError";
const mostShown = 10;

function typesMode(value: unknown): TypesMode {
  if (typeof value === "string" && modes.includes(value)) return value as TypesMode; // one of the list above
  const got = typeof value === "string" ? JSON.stringify(value) : String(value);
  throw new TypeError(`Jupyter.types: expected "error", "warn" or "off"; got ${got}.`);
}

/** The mode that the environment variable TYPETORCH_TYPES asks for; `error` without one, and for a value that is none. */
export function typesModeOf(env: NodeJS.ProcessEnv): TypesMode {
  const value = env["TYPETORCH_TYPES"];
  return value !== undefined && modes.includes(value) ? (value as TypesMode) : "error"; // one of the list above
}

/** TypeScript's message without what a notebook has no use for: the files of types, and packages that would bring types of a name. */
function plainMessage({ message, missing }: CellDiagnostic): string {
  const plain = message.replaceAll(/import\("[^"]*"\)\./gu, "");
  return missing === null ? plain : plain.replace(/(?<=^Cannot find name '[^']+'\.) Do you need to .*/su, "");
}

/** What is said of one complaint, with advice where there is any. */
function text(diagnostic: CellDiagnostic, unfinished: UnfinishedCells): string {
  const advice = unfinished.adviceFor(diagnostic) ?? adviceFor(diagnostic);
  return `TS${diagnostic.code}: ${plainMessage(diagnostic)}${advice === null ? "" : ` ${advice}`}`;
}

/** Complaints with what is said of them, each of which is said once: a missing name is missing wherever it stands. */
function distinct(
  errors: readonly CellDiagnostic[],
  unfinished: UnfinishedCells,
): (readonly [string, CellDiagnostic])[] {
  const seen = new Map<string, CellDiagnostic>();
  for (const each of errors) {
    const said = text(each, unfinished);
    const key = each.missing === null ? `${said} ${each.start.line}:${each.start.column}` : said;
    if (!seen.has(key)) seen.set(key, each);
  }
  return [...seen.values()].map((each) => [text(each, unfinished), each] as const);
}

function framed(diagnostic: CellDiagnostic, header: string): string[] {
  const { cell, source, start, end } = diagnostic;
  return [header, ...framedPlace(cell, source, start, end)];
}

/** The error of a cell that does not run because of its types. */
function typeError(found: readonly CellDiagnostic[], unfinished: UnfinishedCells): JupyterError {
  const errors = distinct(found, unfinished);
  const [first] = errors;
  const more = errors.length - 1;
  const others = more > 0 ? ` (and ${more} more)` : "";
  const shown = errors.slice(0, mostShown);
  const left = errors.length - shown.length;
  return {
    ename,
    evalue:
      first === undefined
        ? ""
        : `${first[0]} (${first[1].cell}, line ${first[1].start.line}, column ${first[1].start.column})${others}`,
    traceback: [
      ...shown.flatMap(([said, each]) => framed(each, errorHeader(ename, said))),
      ...(left > 0 ? [`… and ${left} more.`] : []),
      'The cell has not run. To run it all the same, begin it with // @ts-nocheck, or turn errors into warnings: Jupyter.types = "warn".',
    ],
  };
}

function warning(said: string, diagnostic: CellDiagnostic): string {
  const header = `${styleText("yellow", "Warning", { validateStream: false })}: ${said}`;
  return `${framed(diagnostic, header).join("\n")}\n`;
}

/** A name that TypeScript does not know may have been defined as a property of `globalThis`. */
function exists({ missing }: CellDiagnostic): boolean {
  return missing !== null && Reflect.has(globalThis, missing);
}

/**
 * A module that calls itself in its own methods, `this(x)`, runs: TypeScript does not look up the parameters of `forward` while it checks the class. Its tensors are looked at when it runs.
 */
function isCallOfItself({ code, message }: CellDiagnostic): boolean {
  return code === 2345 && message.includes("'Inputs<this>'");
}

/** A cell's types, being checked while the cell is compiled. */
export interface TypeCheck {
  /** Resolves before the cell may run: with the error that keeps it from running, or `null`. Writes warnings to its `stderr`. */
  settle(): Promise<JupyterError | null>;
}

/** For what runs without a look at its types, such as expressions of front ends. */
export const unchecked: TypeCheck = { settle: async () => null };

/** Checks the types of cells before they run. */
export class TypeChecker {
  readonly #types: CellTypes | null;
  readonly #unfinished = new UnfinishedCells();
  #mode: TypesMode;
  #configured = false;

  /** @param types `null`: nothing is checked. */
  constructor(types: CellTypes | null, mode: TypesMode = typesModeOf(process.env)) {
    this.#types = types;
    this.#mode = mode;
  }

  get mode(): TypesMode {
    return this.#mode;
  }

  /** @throws TypeError for a value that is no mode */
  set mode(mode: TypesMode) {
    this.#mode = typesMode(mode);
  }

  /** Begins to check a cell. */
  begin(run: CellRun, source: string): TypeCheck {
    if (this.#types === null) return unchecked;
    this.#unfinished.begin(run.name, source);
    const mode = this.#mode;
    const checked = this.#types.check(run.name, source, mode);
    return {
      settle: async () => {
        const { diagnostics, notices } = await checked;
        await this.#configure();
        for (const notice of notices) run.output.stream("stderr", `${notice}\n`);
        return this.#judge(
          run,
          diagnostics.filter((each) => !exists(each) && !isCallOfItself(each)),
          diagnostics.length,
          mode,
        );
      },
    };
  }

  /** What the configuration says; asks nobody for a cell that can have neither JSX nor decorators. */
  async settingsFor(source: string): Promise<ProjectSettings | undefined> {
    return /<[\w>]|@/u.test(source) ? this.#types?.settings() : undefined;
  }

  /** Before a cell runs, and imports something, the configuration is known. */
  async #configure(): Promise<void> {
    if (this.#configured || this.#types === null) return;
    this.#configured = true;
    useSettings(await this.#types.settings());
  }

  /** A cell threw: only these of the values that it declares exist. */
  retract(run: CellRun, existing: readonly string[]): void {
    this.#unfinished.add(run.name);
    this.#types?.retract(run.name, existing);
  }

  #judge(run: CellRun, found: readonly CellDiagnostic[], all: number, mode: TypesMode): JupyterError | null {
    const errors = found.filter(({ severity }) => severity === "error");
    if (mode === "error" && errors.length > 0) {
      const error = typeError(errors, this.#unfinished);
      this.#unfinished.add(run.name);
      return error;
    }
    if (found.length < all) this.#types?.accept(run.name);
    for (const [said, each] of distinct(found, this.#unfinished).slice(0, mostShown))
      run.output.stream("stderr", warning(said, each));
    return null;
  }
}
