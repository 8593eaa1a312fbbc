/** The start of WebGL: which way is taken, once for a process, when a program first asks for the device. */
import { RuntimeError } from "../../../errors/runtimeError.ts";
import { adviseForDrivers, adviseForGl, systemHere } from "./advice.ts";
import * as notes from "./cache.ts";
import {
  describeFailure,
  ways,
  type ContextDescription,
  type Diagnosis,
  type Failure,
  type Way,
} from "./description.ts";
import { nativeFolder } from "./library.ts";
import { openContext, type OpenContext } from "./open.ts";
import { probe } from "./probe.ts";
import { waysHere } from "./ways.ts";

/** What a start uses; tests have parts of their own. */
export interface StartParts {
  /** Where the native part of `gl` is. Throws where it is not. */
  readonly nativeFolder: () => string;
  /** Tries a way where nothing can be lost. */
  readonly probe: typeof probe;
  /** Opens a context in this process. */
  readonly open: (way: Way) => OpenContext;
  readonly ways: readonly Way[];
  /** The value of `TYPETORCH_WEBGL`. */
  readonly wish: () => string | undefined;
}

const realParts: StartParts = {
  nativeFolder,
  probe,
  open: openContext,
  ways: waysHere(),
  wish: () => process.env["TYPETORCH_WEBGL"],
};

/** Finds a context, opens it, and remembers both. */
export class WebGLStart {
  readonly #parts: StartParts;
  #diagnosis: Diagnosis | null = null;
  #context: OpenContext | null = null;

  constructor(parts: Partial<StartParts> = {}) {
    this.#parts = { ...realParts, ...parts };
  }

  /** What WebGL is here, without opening it in this process. The first call may start processes that try it; what it finds is kept. */
  diagnose(): Diagnosis {
    this.#diagnosis ??= this.#recall() ?? this.#find();
    return this.#diagnosis;
  }

  /** As `diagnose`, but tries everything again, whatever was found earlier. */
  examine(): Diagnosis {
    this.#diagnosis = this.#refusal() ?? this.#find();
    return this.#diagnosis;
  }

  /**
   * The context, opened at the first call.
   *
   * @throws RuntimeError with the reason of each way, and what to install, where there is none.
   */
  open(): OpenContext {
    this.#context ??= this.#openFirst();
    return this.#context;
  }

  /** Whether a context is open. */
  get isOpen(): boolean {
    return this.#context !== null;
  }

  /** Lets go of a context that was lost: the next `open` makes another. */
  abandon(): void {
    this.#context = null;
  }

  /** What can be said without trying: a note of an earlier start, a wish, a package that is not there. */
  #recall(): Diagnosis | null {
    const refusal = this.#refusal();
    if (refusal !== null) return refusal;
    const context = notes.recall();
    return context === null ? null : { context, failures: [], advice: [] };
  }

  #refusal(): Diagnosis | null {
    const wish = this.#parts.wish();
    if (wish === "off")
      return refuse("it is switched off by TYPETORCH_WEBGL=off", ["Unset the variable TYPETORCH_WEBGL"]);
    if (wish !== undefined && wish !== "" && !ways.includes(wish as Way))
      // compared as text
      return refuse(`TYPETORCH_WEBGL=${wish} names no way to open it`, [
        `Write one of ${["off", ...ways].join(", ")}, or unset the variable`,
      ]);
    try {
      this.#parts.nativeFolder();
      return null;
    } catch {
      return refuse("the optional package gl is not installed, or was not built", adviseForGl(systemHere()));
    }
  }

  /** Tries the ways. A graphics card is worth looking further; of those that draw on the processor, the first is taken. */
  #find(): Diagnosis {
    const failures: Failure[] = [];
    let found: ContextDescription | null = null;
    for (const way of this.#waysToTry()) {
      // A second display of the same machine would draw with the same driver.
      if (found !== null && way === "xvfb") continue;
      const answer = this.#parts.probe(way);
      if ("package" in answer && answer.package) return refuse(answer.reason, adviseForGl(systemHere()));
      if ("reason" in answer) failures.push({ way, reason: answer.reason });
      else if (found === null || !answer.description.software) found = answer.description;
      if (found?.software === false) break;
    }
    return { context: found, failures, advice: found === null ? adviseForDrivers(systemHere()) : [] };
  }

  #waysToTry(): readonly Way[] {
    const wish = this.#parts.wish();
    return wish === undefined || wish === "" ? this.#parts.ways : [wish as Way]; // `#refusal` has looked at it
  }

  #openFirst(): OpenContext {
    const diagnosis = this.diagnose();
    if (diagnosis.context === null) throw unavailable(diagnosis);
    // Taken away first: where opening ends the process, the next one looks anew.
    notes.forget();
    try {
      return this.#openAs(diagnosis.context.way);
    } catch (error) {
      return this.#openAnew(diagnosis.context.way, error);
    }
  }

  #openAs(way: Way): OpenContext {
    const opened = this.#parts.open(way);
    notes.remember(opened.description);
    return opened;
  }

  /** What an earlier start found does not work any more, or not in this process. */
  #openAnew(failed: Way, error: unknown): OpenContext {
    const here = { way: failed, reason: error instanceof Error ? error.message : String(error) };
    const again = this.#find();
    const failures = [here, ...again.failures];
    const way = again.context?.way;
    if (way !== undefined && way !== failed)
      try {
        const opened = this.#openAs(way);
        this.#diagnosis = { context: opened.description, failures, advice: [] };
        return opened;
      } catch (reason) {
        failures.push({ way, reason: reason instanceof Error ? reason.message : String(reason) });
      }
    this.#diagnosis = { context: null, failures, advice: adviseForDrivers(systemHere()) };
    throw unavailable(this.#diagnosis);
  }
}

function refuse(reason: string, advice: readonly string[]): Diagnosis {
  return { context: null, failures: [{ way: null, reason }], advice };
}

function unavailable({ failures, advice }: Diagnosis): RuntimeError {
  const reasons = failures.map((failure) => `\n  ${describeFailure(failure)}`).join("");
  const steps = advice.map((line) => `\n  ${line}`).join("");
  return new RuntimeError(
    `There is no WebGL device here:${reasons}\nTensors stay on "cpu", which computes the same. To get one:${steps}\nand start again; \`typetorch doctor\` shows what was tried.`,
  );
}

const start: WebGLStart = new WebGLStart();

/** The process's context. @throws RuntimeError where there is none. */
export function webglContext(): OpenContext {
  return start.open();
}

/** Why there is no WebGL here, and what to do; `null` where there is. */
export function missingWebGL(): string | null {
  const diagnosis = start.diagnose();
  return diagnosis.context === null ? unavailable(diagnosis).message : null;
}

/** What WebGL is here, without opening it. */
export function diagnoseWebGL(): Diagnosis {
  return start.diagnose();
}

/** Lets go of a lost context: the next use opens another. */
export function abandonWebGL(): void {
  start.abandon();
}
