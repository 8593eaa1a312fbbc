import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import type { ContestantName, Snippet } from "../row.ts";
import { reason, type Failure, type Greeting, type Ran, type Request, type Stepped } from "./protocol.ts";

/** How to start a contestant's process. */
export interface Command {
  readonly name: ContestantName;
  readonly program: string;
  readonly arguments: readonly string[];
}

/** A process that takes longer for one answer hangs, as far as a benchmark is concerned. */
const patience = 300_000;

/** A library in a process of its own, which runs rows on request. One that crashes in a row is started anew for the next. */
export class Contestant {
  readonly name: ContestantName;
  readonly version: string;
  readonly #command: Command;
  #process: LineProcess;

  private constructor(command: Command, process: LineProcess, version: string) {
    this.name = command.name;
    this.#command = command;
    this.#process = process;
    this.version = version;
  }

  /** Starts it; where it cannot run, says why. */
  static async start(command: Command): Promise<Contestant | Failure> {
    const process = new LineProcess(command);
    try {
      const greeting = JSON.parse(await process.answer()) as Greeting; // protocol.ts
      if ("ready" in greeting) return new Contestant(command, process, greeting.ready);
      process.stop();
      return greeting;
    } catch (error) {
      process.stop();
      return { failed: reason(error) };
    }
  }

  /** Compiles a row and runs its preparation; `null` when that worked. */
  async prepare({ prepare, body }: Snippet): Promise<Failure | null> {
    const answer = await this.#ask<Failure | { prepared: true }>({ request: "prepare", prepare, body });
    return "failed" in answer ? answer : null;
  }

  /** Runs the row's body so often. */
  async run(repeat: number): Promise<Ran | Failure> {
    return this.#ask({ request: "run", repeat });
  }

  /** Runs the row's body so often and watches the memory. */
  async steps(repeat: number): Promise<Stepped | Failure> {
    return this.#ask({ request: "steps", repeat });
  }

  stop(): void {
    this.#process.stop();
  }

  async #ask<Answer>(request: Request): Promise<Answer | Failure> {
    try {
      this.#process.write(JSON.stringify(request));
      return JSON.parse(await this.#process.answer()) as Answer; // protocol.ts
    } catch (error) {
      await this.#restart();
      return { failed: reason(error) };
    }
  }

  async #restart(): Promise<void> {
    this.#process.stop();
    this.#process = new LineProcess(this.#command);
    await this.#process.answer(); // the greeting
  }
}

/** A child process that answers in lines. */
class LineProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #lines: AsyncIterator<string>;
  readonly #ended: Promise<never>;
  #complaints = "";

  constructor(command: Command) {
    this.#child = spawn(command.program, command.arguments);
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
    this.#child.stderr.on(
      "data",
      (text) => (this.#complaints = (this.#complaints + String(text)).slice(-2000)),
    );
    this.#child.stdin.on("error", () => undefined); // `ended` tells
    this.#ended = new Promise((_, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => {
        const lines = this.#complaints.trim().split("\n");
        const complaint = lines.findLast((line) => /^\w*(Error|error)\b/.test(line)) ?? lines.at(-1);
        reject(
          new Error(`its process ended with ${signal ?? `code ${code}`}${complaint ? `: ${complaint}` : ""}`),
        );
      });
    });
    this.#ended.catch(() => undefined); // heard while an answer is awaited
  }

  write(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The next line; throws when the process ends before it, or takes too long. */
  async answer(): Promise<string> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${patience / 1000} s`)), patience);
    });
    try {
      const line = await Promise.race([this.#nextLine(), this.#ended, late]);
      return line;
    } finally {
      clearTimeout(timer);
    }
  }

  async #nextLine(): Promise<string> {
    const { value, done } = await this.#lines.next();
    return done === true ? this.#ended : value;
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}
