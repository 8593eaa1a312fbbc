import { tmpdir } from "node:os";

import { openKernel } from "../kernel-connection.ts";
import type { Finding } from "./finding.ts";

/** Whether a version such as `v20.20.0` is in a range such as `>=20.19`. */
export function isAtLeast(version: string, range: string): boolean {
  const [major = 0, minor = 0] = numbersOf(version);
  const [neededMajor = 0, neededMinor = 0] = numbersOf(range);
  return major === neededMajor ? minor >= neededMinor : major > neededMajor;
}

function numbersOf(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}

/** Node in the range of package.json. */
export function checkNode(version: string, range: string): Finding {
  const text = `Node ${version} (needed: ${range})`;
  if (isAtLeast(version, range)) return { state: "ok", text };
  return { state: "broken", text, advice: "Install a current Node from https://nodejs.org" };
}

/** The native part of the sockets. */
export async function checkZeroMq(): Promise<Finding> {
  try {
    const { version } = await import("zeromq");
    return { state: "ok", text: `ZeroMQ loads (libzmq ${version})` };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    return {
      state: "broken",
      text: `ZeroMQ does not load: ${reason}`,
      advice:
        "Install again with npm ci; without a prebuilt binary for this platform npm needs CMake and a C++ compiler.",
    };
  }
}

/** A kernel that starts, runs a cell and ends. */
export async function checkKernel(): Promise<Finding> {
  const start = performance.now();
  try {
    const kernel = await openKernel("doctor", tmpdir(), undefined);
    try {
      const { status } = await kernel.runner.execute("1 + 1", { onOutput: () => undefined });
      if (status !== "ok")
        return { state: "broken", text: `the kernel starts, but cannot run 1 + 1: ${status}` };
    } finally {
      await kernel.close();
    }
  } catch (error) {
    return {
      state: "broken",
      text: `the kernel does not run: ${error instanceof Error ? error.message : String(error)}`,
      advice: "Build it again with npm run build; TYPETORCH_DEBUG=1 shows more.",
    };
  }
  return {
    state: "ok",
    text: `the kernel starts, runs 1 + 1 and ends (${((performance.now() - start) / 1000).toFixed(1)} s)`,
  };
}
