import { fileURLToPath } from "node:url";

/** A program and its arguments. */
export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** What Jupyter's `kernel.json` holds. */
export interface KernelSpec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly interrupt_mode: "message" | "signal";
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * Without this flag Node aborts with "async hook stack has become corrupted" when a loop in a timer callback is
 * interrupted (seen on Node 20.20).
 */
const NODE_FLAGS: readonly string[] = ["--no-force-async-hooks-checks"];

/** The kernel always runs as built; this module may itself run from source, in tests. */
const BUILT_ENTRY: string = import.meta.url.endsWith(".ts") ? "../dist/kernel/main.js" : "./main.js";

/** How to start a kernel that listens where `connectionFile` says. Both paths are absolute. */
export function kernelCommand(connectionFile: string): Command {
  const entry = fileURLToPath(new URL(BUILT_ENTRY, import.meta.url));
  return { command: process.execPath, args: [...NODE_FLAGS, entry, connectionFile] };
}

/** The kernelspec of this installation. Jupyter replaces `{connection_file}` itself. */
export function kernelSpec(): KernelSpec {
  const { command, args } = kernelCommand("{connection_file}");
  return {
    argv: [command, ...args],
    display_name: "TypeScript (typetorch)",
    language: "typescript",
    interrupt_mode: "message",
    // Clients that encrypt their channels make keys for kernels that say so.
    metadata: { debugger: false, supported_encryption: "curve" },
  };
}
