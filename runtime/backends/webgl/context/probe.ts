/** Tries a way in a process of its own: native code may crash or hang, which must not end the notebook. */
import type { SpawnSyncReturns } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Answer } from "./attempt.ts";
import type { Way } from "./description.ts";
import { program as ownProgram } from "./program.ts";

/** How a process is started; tests have programs and limits of their own. */
export interface ProbeOptions {
  readonly program?: URL;
  /** Milliseconds after which the process is ended. */
  readonly timeLimit?: number;
}

/** Tries one way, and says what it would give. */
export function probe(way: Way, { program = ownProgram, timeLimit = 10_000 }: ProbeOptions = {}): Answer {
  const isSource = program.href.endsWith(".ts");
  // What runs the sources of this process must run that one's; what a user preloads is not meant for it.
  const args = [...(isSource ? process.execArgv : []), "--no-warnings", fileURLToPath(program), way];
  const { spawnSync } = process.getBuiltinModule("node:child_process");
  const result = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: timeLimit,
    killSignal: "SIGKILL",
    windowsHide: true,
  });
  return readAnswer(result) ?? { reason: reasonOf(result, timeLimit), package: false };
}

function readAnswer({ stdout, stderr }: SpawnSyncReturns<string>): Answer | null {
  const line = (stdout ?? "").trim().split("\n").at(-1) ?? "";
  let answer: Answer;
  try {
    answer = JSON.parse(line) as Answer; // written by `attempt.ts`; anything else has neither field
  } catch {
    return null;
  }
  if (answer === null || typeof answer !== "object") return null;
  if ("description" in answer) return answer;
  if (!("reason" in answer)) return null;
  const said = driverErrors(stderr);
  return { ...answer, reason: said === "" ? answer.reason : `${answer.reason} (${said})` };
}

/** ANGLE's lines are `ERR: Display.cpp:1062 (initialize): ANGLE Display::initialize error 12289: …`, most of them twice. */
function driverErrors(stderr: string): string {
  const messages = [...stderr.matchAll(/^ERR: \S+ \(\w+\): (.*)$/gm)].map((match) => match[1]!);
  return [...new Set(messages)].join("; ").slice(0, 500);
}

function reasonOf({ error, signal, status, stderr }: SpawnSyncReturns<string>, timeLimit: number): string {
  // The type has no code; errors of the system have.
  if ((error as NodeJS.ErrnoException | undefined)?.code === "ETIMEDOUT")
    return `the driver gave no answer within ${timeLimit / 1000} s`;
  if (error !== undefined) return `no process could be started to try it: ${error.message}`;
  const said = (stderr.trim().split("\n").at(-1) ?? "").slice(0, 300);
  const how = signal === null ? `with exit code ${status}` : `by ${signal}`;
  return `the driver ended the process that tried it, ${how}${said === "" ? "" : `: ${said}`}`;
}
