import { createInterface } from "node:readline";
import { compileFunction } from "node:vm";
import type { Snippet } from "../row.ts";
import { median } from "../statistics.ts";
import { reason, type Failure, type Ran, type Request, type Stepped } from "./protocol.ts";

/** A library to measure, in a process of its own. */
export interface Library {
  /** With which versions it runs, for people. */
  readonly version: string;
  /** The names that a row's text can use. */
  readonly scope: Readonly<Record<string, unknown>>;
  /**
   * What happens to each result: the wait until it is computed, and giving its memory back where the library wants that. An expression in the scope's names and
   * `result`; it may use `await`.
   */
  readonly settle?: string;
}

/** Runs the body so often; some libraries compute later, and are awaited. */
export type Loop = (repeat: number) => unknown;

/** Samples of memory in a loop of steps. */
const samples = 200;

/**
 * Compiles a row: its `prepare` runs now, its body in a loop of its own. The last result is returned, so that no compiler can leave the work out.
 */
export function compile({ scope, settle }: Library, { prepare, body }: Snippet): Loop {
  const [kind, each] =
    settle === undefined ? ["", "last = body();"] : ["async ", `const result = body(); ${settle};`];
  const source = `"use strict"; ${prepare};
    const body = () => (${body});
    return ${kind}(repeat) => {
      let last;
      for (let i = 0; i < repeat; i++) { ${each} }
      return last;
    };`;
  // Its parameters are the scope's names, and the text returns the loop above.
  return compileFunction(source, Object.keys(scope))(...Object.values(scope)) as Loop;
}

async function run(loop: Loop, repeat: number): Promise<Ran> {
  const start = performance.now();
  const pending = loop(repeat);
  if (pending instanceof Promise) await pending;
  return { microseconds: (performance.now() - start) * 1000 };
}

/** Runs steps in chunks without leaving the synchronous code, and looks at the memory between the chunks. */
function runSteps(loop: Loop, repeat: number): Stepped {
  const resident: number[] = [];
  const chunk = Math.ceil(repeat / samples);
  let microseconds = 0;
  for (let done = 0; done < repeat; done += chunk) {
    const start = performance.now();
    loop(Math.min(chunk, repeat - done));
    microseconds += (performance.now() - start) * 1000;
    resident.push(process.memoryUsage.rss());
  }
  const steady = median(resident.slice(resident.length >> 1));
  return { microseconds, peak: Math.max(...resident), steady };
}

function answer(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

/** Says who it is, then answers requests until the benchmark closes standard input. */
export async function serve(open: () => Promise<Library>): Promise<void> {
  let library: Library;
  try {
    library = await open();
  } catch (error) {
    answer({ failed: reason(error) });
    return;
  }
  answer({ ready: library.version });
  const handle = handlerOf(library);
  for await (const line of createInterface(process.stdin)) {
    const request = JSON.parse(line) as Request; // the benchmark wrote it
    try {
      answer(await handle(request));
    } catch (error) {
      answer({ failed: reason(error) } satisfies Failure);
    }
  }
  process.exit(); // whatever threads the library keeps
}

/** Answers one request; it remembers the row that was prepared last. */
function handlerOf(library: Library): (request: Request) => Promise<object> {
  let loop: Loop | null = null;
  return async (request) => {
    if (request.request === "prepare") {
      loop = compile(library, request);
      return { prepared: true };
    }
    if (loop === null) throw new Error("no row is prepared");
    return request.request === "run" ? run(loop, request.repeat) : runSteps(loop, request.repeat);
  };
}
