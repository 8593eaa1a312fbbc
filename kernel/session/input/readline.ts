import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import readline, { type Interface, type ReadLineOptions } from "node:readline";
import promises, { type ReadLineOptions as PromisingOptions } from "node:readline/promises";
import { promisify } from "node:util";
import type { InputSource } from "../types.ts";
import { LineStream } from "./line-stream.ts";

type InputOf = () => InputSource;
type Answer = (line: string) => void;
interface QuestionOptions {
  readonly signal?: AbortSignal;
}

/**
 * Makes `node:readline` ask the user of the cell where it reads from `process.stdin`: a question is one request for input,
 * with its text as the prompt, and lines are asked for as long as somebody listens to them. Interfaces on other streams stay
 * Node's own.
 *
 * The stream alone would not do: it cannot know whether a line that Node's interface reads ahead is wanted.
 */
function installReadline(inputOf: InputOf): void {
  const { createInterface } = readline;
  readline.createInterface = ((...given: Parameters<typeof createInterface>) =>
    reads(given)
      ? withCallbacks(
          attached((options: ReadLineOptions) => createInterface(options), given, inputOf),
          inputOf,
        )
      : createInterface(...given)) as typeof createInterface; // overloaded, which one function expression cannot declare
  const { createInterface: createPromising } = promises;
  promises.createInterface = ((...given: Parameters<typeof createPromising>) =>
    reads(given)
      ? withPromises(
          attached((options: PromisingOptions) => createPromising(options), given, inputOf),
          inputOf,
        )
      : createPromising(...given)) as typeof createPromising; // as above
  syncBuiltinESMExports();
}

/** The first argument is the stream itself, or options that hold it. */
function reads([first]: readonly unknown[]): boolean {
  const { input } = (first ?? {}) as { readonly input?: unknown }; // of whatever a user passes
  return first instanceof LineStream || input instanceof LineStream;
}

/** An interface on a stream of its own, which asks only while somebody listens to its lines. */
function attached<Options extends object, Made extends Interface | promises.Interface>(
  create: (options: Options & { readonly input: LineStream }) => Made,
  [first, output]: readonly unknown[],
  inputOf: InputOf,
): Made {
  // See `reads`: one or the other was given.
  const options = (first instanceof LineStream ? { output } : first) as Options;
  let made: Made | null = null;
  const lines = new LineStream(inputOf, () => (made?.listenerCount("line") ?? 0) > 0);
  made = create({ ...options, input: lines, terminal: false });
  made.on("newListener", (name: string | symbol) => name === "line" && lines.look());
  made.on("close", () => lines.destroy());
  lines.on("error", (error) => void made?.emit("error", error));
  return made;
}

function withCallbacks(made: Interface, inputOf: InputOf): Interface {
  const { question } = made;
  const ask = (
    query: string,
    options: QuestionOptions | Answer,
    answer: Answer = options as Answer,
  ): void => {
    if (isClosed(made))
      Reflect.apply(question, made, [query, answer]); // which says so
    else
      void asked(query, options as QuestionOptions, inputOf).then(answer, (error) =>
        made.emit("error", error),
      );
  };
  const asking = async (query: string, options: QuestionOptions = {}): Promise<string> =>
    asked(query, options, inputOf);
  return Object.assign(made, { question: Object.assign(ask, { [promisify.custom]: asking }) });
}

function withPromises(made: promises.Interface, inputOf: InputOf): promises.Interface {
  const { question } = made;
  const ask = async (query: string, options: QuestionOptions = {}): Promise<string> =>
    isClosed(made)
      ? (Reflect.apply(question, made, [query]) as Promise<string>)
      : asked(query, options, inputOf);
  return Object.assign(made, { question: ask });
}

/** The types of Node 20 do not have this property, which its interfaces do. */
function isClosed(made: object): boolean {
  return Reflect.get(made, "closed") === true;
}

async function asked(query: string, { signal }: QuestionOptions, inputOf: InputOf): Promise<string> {
  signal?.throwIfAborted();
  const line = inputOf().ask({ prompt: query, password: false });
  if (signal === undefined) return line;
  return Promise.race([
    line,
    new Promise<never>((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason as Error), { once: true }); // an Error, unless the user chose otherwise
    }),
  ]);
}

/** Replaces `process.stdin`, which is empty in a kernel, by what the user of the cell types. */
export function installStdin(inputOf: InputOf): void {
  let stdin = new LineStream(inputOf);
  const get = (): LineStream => {
    // Leaving a `for await` loop destroys the stream that it read; the next cell reads again.
    if (stdin.destroyed) stdin = new LineStream(inputOf);
    return stdin;
  };
  Object.defineProperty(process, "stdin", { get, configurable: true, enumerable: true });
  installReadline(inputOf);
}
