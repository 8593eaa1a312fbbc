import process from "node:process";
import { parentPort, workerData, type MessagePort } from "node:worker_threads";
import { defaultSettings } from "../project-settings.ts";
import { LanguageService } from "./language-service.ts";
import type {
  FromLanguage,
  FrontAnswer,
  FrontQuestion,
  LanguageThreadData,
  ToLanguage,
} from "./questions.ts";

/*
 * The entry of the thread in which the language service lives: it owns the process of TypeScript's server, answers the main thread
 * about cells that are about to run, and front ends, through a port of their own, while cells run.
 */

/** Set by LanguageClient, our only caller. */
const { port, ...data } = workerData as LanguageThreadData & { readonly port: MessagePort };

const service = LanguageService.open(data);
service.then(announce, (error: unknown) => {
  toMain({ type: "configured", settings: defaultSettings });
  toMain({ type: "notice", text: reason(error) });
});

parentPort?.on("message", (message: ToLanguage) => void take(message));
port.on("message", (question: FrontQuestion) => void answer(question));
process.on("exit", () => void service.then((opened) => opened.stop()));

function toMain(message: FromLanguage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
  parentPort?.postMessage(message);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function announce(opened: LanguageService): Promise<void> {
  toMain({ type: "configured", settings: opened.settings });
  if (opened.problem !== null) toMain({ type: "notice", text: opened.problem });
  // A server that cannot be started is told of with the first cell.
  if (data.eager) await opened.warm().catch(() => {});
}

async function take(message: ToLanguage): Promise<void> {
  if (message.type === "check") {
    const { id, ...cell } = message;
    const result = await service
      .then((opened) => opened.check(cell))
      .then(
        (diagnostics) => ({ diagnostics, failure: null }),
        (error: unknown) => ({ diagnostics: [], failure: reason(error) }),
      );
    toMain({ type: "checked", id, ...result });
    return;
  }
  const opened = await service;
  if (message.type === "accept") opened.accept(message.name);
  else opened.retract(message.name, message.existing);
}

async function answer({ id, type, content }: FrontQuestion): Promise<void> {
  const opened = await service;
  const reply = await (type === "complete_request" ? opened.complete(content) : opened.inspect(content));
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
  port.postMessage({ id, content: reply } satisfies FrontAnswer);
}
