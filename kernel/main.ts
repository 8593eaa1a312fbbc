import { randomUUID } from "node:crypto";
import type { EventEmitter } from "node:events";
import { userInfo } from "node:os";
import path from "node:path";
// From the module: cells may replace the globals.
import { setTimeout } from "node:timers";
import { MessageChannel } from "node:worker_threads";
import { currentPlatform, userDataDir } from "./jupyter-paths.ts";
import { History, HistoryFiles, kernelInfo, KernelLoop } from "./loop/index.ts";
import type { Session } from "./session/index.ts";
import {
  endDescendants,
  logLine,
  Transport,
  TransportError,
  type ShellRequest,
  type TransportHandlers,
} from "./transport/index.ts";
import { ConnectionError, readConnectionFile } from "./wire/index.ts";

/*
 * The kernel's process: `node --no-force-async-hooks-checks main.js CONNECTION_FILE`.
 */

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

/** Long enough for the answer to a client that has asked before the kernel was there. */
const LANGUAGE_START_MS = 10;

/** Kept before any cell runs: cells may replace globals, and in a cell `process.exit` first answers the cell. */
const exit = process.exit.bind(process);

async function main(args: readonly string[]): Promise<void> {
  const [connectionFile] = args;
  if (connectionFile === undefined || args.length > 1) {
    logLine(
      `Expected one argument, the path of a connection file; got ${args.length}. Jupyter starts the kernel so.`,
    );
    exit(EXIT_USAGE);
    return;
  }
  const info = await readConnectionFile(connectionFile);
  const sender = { session: randomUUID(), username: userInfo().username };
  let loop: KernelLoop<ShellRequest> | null = null;
  let recover: (() => void) | null = null;
  const close = (): void => {
    loop?.flush();
    transport.closeSync();
    endDescendants();
  };
  const end = (code: number): never => {
    loop?.end(code);
    return exitClosing(code, close);
  };
  const handlers: TransportHandlers = {
    onRequest: (request) => void loop?.handle(request),
    onInterrupted: () => {
      recover?.();
      loop?.interrupted();
    },
    onShutdown: () => exitClosing(0, close),
    onFailure: fail,
  };
  const { port1: questions, port2: answers } = new MessageChannel();
  // Clients try to connect ten times a second, so the sockets come first; what runs cells is loaded while their thread opens them.
  const opening = Transport.open(info, sender, kernelInfo, handlers, questions);
  const [transport, { createSession, openLanguage }, { installPrelude, recoverRuntime }] = await Promise.all([
    opening,
    import("./session/index.ts"),
    import("./prelude/index.ts"),
  ]);
  recover = recoverRuntime;
  const language = openLanguage(process.cwd(), answers);
  const session = await createSession({ types: language, exit: end, ...kernelIdOf(connectionFile) });
  installPrelude();
  process.on("exit", close);
  surviveErrors(session);
  loop = new KernelLoop({ front: transport, session, kernelInfo, history: openHistory(), log: logLine });
  transport.begin();
  // Not before the kernel answers: the first cell is seldom sent at once, and starts it if it is.
  setTimeout(() => language.start(), LANGUAGE_START_MS);
}

/** Ends the process, with `close` as the last listener of its end: those of cells may still print. */
function exitClosing(code: number, close: () => void): never {
  process.off("exit", close);
  process.on("exit", close);
  return exit(code);
}

/** A Jupyter server names the connection file by the id under which it knows the kernel. */
function kernelIdOf(connectionFile: string): { readonly kernelId?: string } {
  const kernelId = /^kernel-(?<id>[\w-]+)\.json$/u.exec(path.basename(connectionFile))?.groups?.["id"];
  return kernelId === undefined ? {} : { kernelId };
}

/** Cells are kept in Jupyter's data folder, unless the environment says TYPETORCH_HISTORY=off. */
function openHistory(): History {
  if (process.env["TYPETORCH_HISTORY"] === "off") return new History(null);
  return new History(
    new HistoryFiles(path.join(userDataDir(currentPlatform()), "typetorch", "history"), logLine),
  );
}

/** Listeners of the process that stay when a cell removes them, one by one or all at once. */
function keepListeners(kept: Readonly<Record<string, (...values: never[]) => void>>): void {
  const emitter: EventEmitter = process; // its own types know single events only
  const restore = (): void => {
    for (const [event, listener] of Object.entries({ ...kept, removeListener: restore })) {
      if (!emitter.listeners(event).includes(listener)) emitter.on(event, listener);
    }
  };
  restore();
  // It empties the list of all events at its end, also of what `restore` has put there meanwhile.
  const removeAllListeners = process.removeAllListeners.bind(process);
  process.removeAllListeners = (...event): NodeJS.Process => {
    removeAllListeners(...event);
    restore();
    return process;
  };
}

/** An error of a late timer or a forgotten promise is output of its cell; the kernel and its variables live on. */
function surviveErrors(session: Session): void {
  keepListeners({
    uncaughtException: (error: unknown) => session.reportUncaught(error),
    unhandledRejection: (reason: unknown, promise: Promise<unknown>) =>
      session.reportUncaught(reason, promise),
  });
}

/** Mistakes in the call are told in one line; anything else is a defect of the kernel, and its stack is of use. */
function explain(error: unknown): string {
  if (error instanceof ConnectionError || error instanceof TransportError) return error.message;
  return `The kernel failed. ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}

function fail(error: unknown): void {
  logLine(explain(error));
  exit(EXIT_FAILURE);
}

main(process.argv.slice(2)).catch(fail);
