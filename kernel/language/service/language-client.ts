import { MessageChannel, Worker, type MessagePort } from "node:worker_threads";
import { defaultSettings, type ProjectSettings } from "../project-settings.ts";
import type { CellTypes, CheckedCell, TypesMode } from "../types.ts";
import type { FromLanguage, LanguageThreadData, ToLanguage } from "./questions.ts";

/** A cell does not wait longer than this for its types. */
const PATIENCE_MS = 40_000;

type Checked = Extract<FromLanguage, { type: "checked" }>;

/** The main thread's side of the language service, which lives in a thread of its own. */
export class LanguageClient implements CellTypes {
  readonly #data: LanguageThreadData;
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, (checked: Checked | null) => void>();
  readonly #settings: Promise<ProjectSettings>;
  #configured: (settings: ProjectSettings) => void = () => {};
  readonly #notices: string[] = [];
  #told = false;
  #asked = 0;
  #thread: Worker | null = null;
  #failed: string | null = null;

  /**
   * Makes the client; the thread starts with {@link start}, or with the first cell.
   *
   * @param port where front ends' questions come from, as `FrontQuestion`; nobody asks any without one
   */
  constructor(data: LanguageThreadData, port: MessagePort = new MessageChannel().port2) {
    this.#data = data;
    this.#port = port;
    this.#settings = new Promise((resolve) => (this.#configured = resolve));
  }

  /** Starts the thread, which starts TypeScript's server. */
  start(): void {
    if (this.#thread !== null || this.#failed !== null) return;
    const port = this.#port;
    const thread = new Worker(new URL("./language-thread.js", import.meta.url), {
      workerData: { ...this.#data, port },
      transferList: [port],
      stdout: true,
      resourceLimits: { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 4 },
    });
    thread.unref();
    thread.on("message", (message: FromLanguage) => this.#take(message));
    thread.on("error", (error) => this.#fail(error.message));
    thread.on("exit", () => this.#fail("its thread has ended"));
    this.#thread = thread;
  }

  async check(name: string, source: string, mode: TypesMode): Promise<CheckedCell> {
    this.start();
    const checked = await this.#ask(name, source, mode);
    const failure = checked === null ? (this.#failed ?? "it does not answer") : checked.failure;
    const notices = this.#notices.splice(0);
    if (failure !== null && mode !== "off" && !this.#told) {
      this.#told = true;
      notices.push(`Types are not checked, because TypeScript's language service is not there: ${failure}`);
    }
    return { diagnostics: checked?.diagnostics ?? [], notices };
  }

  async settings(): Promise<ProjectSettings> {
    this.start();
    return this.#settings;
  }

  accept(name: string): void {
    this.#post({ type: "accept", name });
  }

  retract(name: string, existing: readonly string[]): void {
    this.#post({ type: "retract", name, existing });
  }

  #ask(name: string, source: string, mode: TypesMode): Promise<Checked | null> {
    if (this.#failed !== null) return Promise.resolve(null);
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      const timer = setTimeout(() => settle(null), PATIENCE_MS);
      const settle = (checked: Checked | null): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(checked);
      };
      this.#waiting.set(id, settle);
      this.#post({ type: "check", id, name, source, mode });
    });
  }

  #post(message: ToLanguage): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- to a thread, not to a window
    this.#thread?.postMessage(message);
  }

  #take(message: FromLanguage): void {
    if (message.type === "configured") this.#configured(message.settings);
    else if (message.type === "checked") this.#waiting.get(message.id)?.(message);
    else this.#notices.push(message.text);
  }

  #fail(reason: string): void {
    this.#failed ??= reason;
    this.#configured(defaultSettings);
    for (const settle of this.#waiting.values()) settle(null);
  }
}
