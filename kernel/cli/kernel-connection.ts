import { KernelClient, KernelSilentError, KernelUnreachableError, startKernel } from "../client/index.ts";
import { kernelSpec } from "../launch.ts";
import { ConnectionError, readConnectionFile } from "../wire/index.ts";
import { ExecutionError } from "./execution-error.ts";
import { InputError } from "./input-error.ts";
import { KERNEL_NAME } from "./jupyter/kernelspec.ts";
import type { CellRunner, KernelMetadata } from "./notebook/execute.ts";

/** A kernel that is ready to run cells. */
export interface OpenKernel {
  readonly runner: CellRunner;
  readonly metadata: KernelMetadata;
  /** Ends a kernel that was started for this command; leaves one that ran already. */
  close(): Promise<void>;
}

/** A kernel that runs answers within milliseconds, also while it runs a cell; this allows for a machine that swaps. */
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Starts a kernel that works in `folder`, or connects to the one of a connection file.
 *
 * @param file the notebook that it is for, for messages
 * @throws InputError when the connection file leads to no kernel; ExecutionError when a kernel does not start.
 */
export async function openKernel(
  file: string,
  folder: string,
  existing: string | undefined,
  signal?: AbortSignal,
): Promise<OpenKernel> {
  return existing === undefined ? startOwn(file, folder, signal) : connectTo(existing, signal);
}

async function startOwn(file: string, folder: string, signal: AbortSignal | undefined): Promise<OpenKernel> {
  const kernel = await startKernel({ cwd: folder }).catch((error: unknown) => {
    throw new ExecutionError(`${file}: the kernel did not start: ${messageOf(error)}`, { cause: error });
  });
  return {
    runner: abortable(kernel.client, signal),
    metadata: await kernelMetadata(kernel.client),
    async close() {
      // Who pressed Ctrl-C does not wait for a cell that may not stop.
      await (signal?.aborted === true ? kernel.kill() : kernel.shutdown());
    },
  };
}

async function connectTo(connectionFile: string, signal: AbortSignal | undefined): Promise<OpenKernel> {
  const client = await connect(connectionFile);
  return {
    runner: abortable(client, signal),
    metadata: await kernelMetadata(client),
    close: async () => client.close(),
  };
}

async function connect(connectionFile: string): Promise<KernelClient> {
  try {
    return await KernelClient.connect(await readConnectionFile(connectionFile), {
      timeoutMs: CONNECT_TIMEOUT_MS,
    });
  } catch (error) {
    if (error instanceof ConnectionError)
      throw new InputError(`--existing ${error.message}`, { cause: error });
    if (error instanceof KernelUnreachableError || error instanceof KernelSilentError) {
      throw new InputError(`--existing ${connectionFile}: ${error.message}`, { cause: error });
    }
    throw error;
  }
}

/** Rejects at once when the signal aborts, also when the cell does not let itself be interrupted. */
function abortable(client: KernelClient, signal: AbortSignal | undefined): CellRunner {
  if (signal === undefined) return client;
  const aborted = rejection(signal);
  return {
    async execute(code, options) {
      const execution = client.execute(code, { ...options, signal });
      execution.catch(() => undefined); // after an abort nobody waits for it
      return Promise.race([execution, aborted]);
    },
  };
}

function rejection(signal: AbortSignal): Promise<never> {
  const rejected = new Promise<never>((_resolve, reject) => {
    if (signal.aborted) reject(signal.reason);
    else signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  rejected.catch(() => undefined); // nobody may be running a cell when it happens
  return rejected;
}

/** What a notebook says of the kernel that wrote its outputs. */
async function kernelMetadata(client: KernelClient): Promise<KernelMetadata> {
  const { language_info } = await client.kernelInfo();
  const { display_name, language } = kernelSpec();
  return { kernelspec: { name: KERNEL_NAME, display_name, language }, language_info: { ...language_info } };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
