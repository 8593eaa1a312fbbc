import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { kernelCommand } from "../launch.ts";
import { readConnectionFile, type ConnectionInfo } from "../wire/index.ts";
import { freeConnection } from "./free-connection.ts";
import { KernelClient } from "./kernel-client.ts";
import { KernelDiedError } from "./kernel-died-error.ts";

/** How to start a kernel. */
export interface StartOptions {
  /** Where cells resolve relative paths and packages. */
  readonly cwd: string;
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Use this connection file instead of a fresh one with free ports on loopback. */
  readonly connectionFile?: string;
  /** How long the kernel may take until it answers; 30 s unless said. */
  readonly startTimeoutMs?: number;
  /** Called with what the kernel writes to its own standard error, such as refused messages. */
  readonly onStderr?: (text: string) => void;
}

/** How a process ended; exactly one of the two is not `null`. */
export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

const START_TIMEOUT_MS = 30_000;
/** Ports that were free a moment ago may be taken when the kernel binds them, by another kernel that starts; then others are tried. */
const PORT_ATTEMPTS = 3;
/** A kernel that was asked to end has this long before it is killed. */
const SHUTDOWN_TIMEOUT_MS = 5_000;
const STDERR_KEPT_CHARACTERS = 8_192;
const STDERR_SHOWN_LINES = 20;

/**
 * Starts a kernel and connects to it.
 * @throws KernelDiedError with what the kernel wrote to standard error, when it ends before it answers; otherwise as
 *   `KernelClient.connect`, after ending the process.
 */
export async function startKernel(options: StartOptions): Promise<KernelProcess> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (attempt === PORT_ATTEMPTS || options.connectionFile !== undefined || !isPortTaken(error))
        throw error;
    }
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof KernelDiedError && error.stderr.includes("the port is already in use");
}

async function startOnce(options: StartOptions): Promise<KernelProcess> {
  const file = await connectionFileFor(options);
  const kernel = new KernelProcess(launch(file.path, options), file, options);
  try {
    await kernel.client.ready(options.startTimeoutMs ?? START_TIMEOUT_MS);
    return kernel;
  } catch (error) {
    await kernel.kill();
    throw error;
  }
}

interface ConnectionFile {
  readonly path: string;
  readonly info: ConnectionInfo;
  /** The folder that was made for the file and goes away with the kernel. */
  readonly folder: string | null;
}

/** A kernel that runs as a child of this process, with a connection to it. */
export class KernelProcess {
  /** The connection; it fails with KernelDiedError when the process ends by itself. */
  readonly client: KernelClient;
  readonly connectionInfo: ConnectionInfo;
  readonly connectionFile: string;
  /** Resolves when the process has ended, however it did. */
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  #stderr = "";

  /** Use {@link startKernel}, which also waits until the kernel answers. */
  constructor(child: ChildProcess, file: ConnectionFile, options: StartOptions) {
    this.#child = child;
    this.connectionFile = file.path;
    this.connectionInfo = file.info;
    this.client = new KernelClient(file.info);
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT_CHARACTERS);
      options.onStderr?.(text);
    });
    child.once("error", (error) => (this.#stderr += error.message));
    this.exited = exitOf(child).then(async (exit) => {
      if (file.folder !== null) await rm(file.folder, { recursive: true, force: true });
      this.client.close(this.#died(exit));
      return exit;
    });
  }

  /** The kernel's process id. */
  get pid(): number {
    return this.#child.pid ?? 0; // 0 when it could not be started, which `exited` and `client` report
  }

  /** Stops the running cell. */
  async interrupt(): Promise<void> {
    await this.client.interrupt();
  }

  /** Asks the kernel to end, and kills it when it does not; resolves when the process is gone. */
  async shutdown(): Promise<Exit> {
    const asked = this.client.shutdown().catch(() => {}); // a kernel that died already is what was wanted
    const ended = Promise.all([asked, this.exited]);
    const late = new AbortController();
    await Promise.race([
      ended,
      sleep(SHUTDOWN_TIMEOUT_MS, undefined, { signal: late.signal }).catch(() => {}),
    ]);
    late.abort();
    return this.kill();
  }

  /** Ends the process at once if it still runs; resolves when it is gone. */
  async kill(): Promise<Exit> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill("SIGKILL");
    return this.exited;
  }

  #died({ code, signal }: Exit): KernelDiedError {
    const lines = this.#stderr.trimEnd().split("\n").slice(-STDERR_SHOWN_LINES);
    return new KernelDiedError(code, signal, lines.join("\n"));
  }
}

async function connectionFileFor(options: StartOptions): Promise<ConnectionFile> {
  if (options.connectionFile !== undefined) {
    const info = await readConnectionFile(options.connectionFile);
    return { path: options.connectionFile, info, folder: null };
  }
  const info = await freeConnection();
  const folder = await mkdtemp(join(tmpdir(), "typetorch-kernel-"));
  const path = join(folder, "connection.json");
  // The key lets anyone run code here, so nobody else may read it.
  await writeFile(path, JSON.stringify(info, null, 2), { mode: 0o600 });
  return { path, info, folder };
}

function launch(connectionFile: string, options: StartOptions): ChildProcess {
  const { command, args } = kernelCommand(connectionFile);
  // Jupyter's own clients set this variable: a kernel whose parent is gone ends by itself.
  // What a program executes is no history of what its user typed.
  const env = {
    ...process.env,
    JPY_PARENT_PID: String(process.pid),
    TYPETORCH_HISTORY: "off",
    ...options.env,
  };
  return spawn(command, args, { cwd: options.cwd, env, stdio: ["ignore", "inherit", "pipe"] });
}

/** `close` comes after standard error was read to its end; `error` alone means that nothing was started. */
async function exitOf(child: ChildProcess): Promise<Exit> {
  return new Promise((resolve) => {
    child.once("error", () => child.pid === undefined && resolve({ code: null, signal: null }));
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
}
