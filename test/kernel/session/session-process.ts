import { fork, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Broadcast, DisplayContent, ExecuteOutcome } from "../../../kernel/session/types.ts";

/** One call of the output sink. */
export type Output =
  | { readonly type: "stream"; readonly name: "stdout" | "stderr"; readonly text: string }
  | ({ readonly type: "display" | "update" } & DisplayContent)
  | { readonly type: "clear"; readonly wait: boolean }
  | { readonly type: "broadcast"; readonly message: Broadcast };

/** How a cell ended, and what it put out until then. */
export interface Executed {
  readonly cell: number;
  readonly outcome: ExecuteOutcome;
  readonly outputs: readonly Output[];
}

type Interrupt = "busy" | "shown" | "waiting";

/** A session of the built kernel in a process of its own. */
export class SessionProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, (answer: unknown) => void>();
  #asked = 0;

  private constructor(cwd: string, types: boolean) {
    const script = fileURLToPath(new URL("session-child.mjs", import.meta.url));
    this.#child = fork(script, [cwd, ...(types ? ["types"] : [])], {
      execArgv: ["--no-force-async-hooks-checks"],
    });
    this.#child.on("message", (message) => {
      // The child is ours: it sends nothing else.
      const { id, answer } = message as { id: number; answer: unknown };
      this.#waiting.get(id)?.(answer);
      this.#waiting.delete(id);
    });
  }

  /** Starts a session whose cells are in the folder `cwd`; with `types` they are checked. */
  static async start(
    cwd: string,
    { types = false }: { readonly types?: boolean } = {},
  ): Promise<SessionProcess> {
    const process = new SessionProcess(cwd, types);
    await new Promise((resolve) => process.#waiting.set(0, resolve));
    return process;
  }

  /** Runs a cell; with `interrupt`, it is interrupted while its code runs, once it has put something out, or while it waits. */
  execute(code: string, interrupt?: Interrupt): Promise<Executed> {
    return this.#ask("execute", { code, interrupt }) as Promise<Executed>;
  }

  /** Runs a cell that must succeed, and answers with the plain text of its value; `null` if it shows none. */
  async value(code: string): Promise<unknown> {
    const { outcome } = await this.execute(code);
    if (outcome.status === "error") throw new Error(`${code}\n${outcome.error.traceback.join("\n")}`);
    return outcome.result?.data["text/plain"] ?? null;
  }

  /** What a cell has put out until now. */
  outputs(cell: number): Promise<Output[]> {
    return this.#ask("outputs", { cell }) as Promise<Output[]>;
  }

  evaluateExpressions(expressions: Record<string, string>): Promise<Record<string, ExecuteOutcome>> {
    return this.#ask("expressions", { expressions }) as Promise<Record<string, ExecuteOutcome>>;
  }

  stop(): void {
    this.#child.disconnect();
  }

  #ask(ask: string, request: object): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      this.#waiting.set(id, resolve);
      this.#child.send({ id, ask, ...request });
    });
  }
}

/** Text of an error as a front end without colours shows it. */
export function plainTraceback({ outcome }: Executed): string {
  if (outcome.status === "ok") throw new Error("The cell did not fail.");
  // oxlint-disable-next-line no-control-regex -- ANSI escapes begin with a control character
  return outcome.error.traceback.join("\n").replaceAll(/\u001B\[\d+m/gu, "");
}

/** All that a cell wrote to one stream. */
export function streamText(outputs: readonly Output[], name: "stdout" | "stderr"): string {
  return outputs
    .map((output) => (output.type === "stream" && output.name === name ? output.text : ""))
    .join("");
}
