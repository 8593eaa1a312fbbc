import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import type { Finding } from "./finding.ts";

const execute = promisify(execFile);

/** Each of three ways to open WebGL is given up after ten seconds. */
const TIMEOUT_MS = 40_000;

/** The runtime's program that tries WebGL; the kernel does not import the runtime. */
const PROGRAM = fileURLToPath(new URL("../../../runtime/backends/webgl/context/report.js", import.meta.url));

/** What the program prints. */
export interface WebGlReport {
  /** What draws and how it was opened; `null` where nothing does. */
  readonly context: string | null;
  /** Whether the processor draws. */
  readonly software: boolean;
  readonly failures: readonly string[];
  /** What to install, a line each. */
  readonly advice: readonly string[];
}

/** WebGL outside a browser: native code, which another process tries. */
export async function checkWebGl(): Promise<Finding> {
  try {
    const { stdout } = await execute(process.execPath, [PROGRAM], { timeout: TIMEOUT_MS });
    return describeWebGl(JSON.parse(stdout) as WebGlReport); // as the program prints it
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0]! : String(error);
    return { state: "missing", text: `no WebGL: it could not be tried (${reason}); tensors live on the CPU` };
  }
}

/** What WebGL is here, or why it is not and how to get it. */
export function describeWebGl({ context, software, failures, advice }: WebGlReport): Finding {
  if (context === null)
    return {
      state: "missing",
      text: "no WebGL; tensors live on the CPU",
      advice: [...failures, "To get it:", ...advice.map((line) => `  ${line}`)].join("\n      "),
    };
  const text = `WebGL: ${context}`;
  if (!software) return { state: "ok", text };
  return {
    state: "ok",
    text,
    advice: "The processor draws: right answers, but the CPU device is faster. No graphics card was found.",
  };
}
