import childProcess from "node:child_process";
import { syncBuiltinESMExports } from "node:module";
import process from "node:process";
import type { Readable } from "node:stream";
import { contextCell } from "./cell-context.ts";

/*
 * A child process that inherits the kernel's standard output would write past the notebook. Of those that cells start, the
 * output comes through a pipe and is written as the cell's own.
 */

type StreamName = "stdout" | "stderr";
type Stdio = readonly unknown[];

interface SpawnOptions {
  readonly stdio?: unknown;
  readonly [name: string]: unknown;
}

/** `ChildProcess.prototype.spawn`, which `spawn`, `exec`, `execFile` and `fork` all call; Node's types leave it out. */
interface Spawning {
  spawn: (this: childProcess.ChildProcess, options: SpawnOptions) => unknown;
}

const names: readonly (StreamName | null)[] = [null, "stdout", "stderr"];

/** The stream of this process that an entry of `stdio` stands for; `null` for pipes, files and what else there is. */
function inherited(entry: unknown, index: number): StreamName | null {
  if (entry === "inherit") return names[index] ?? null;
  if (entry === 1 || entry === process.stdout) return "stdout";
  return entry === 2 || entry === process.stderr ? "stderr" : null;
}

/** `stdio` as a list of entries. */
function entriesOf(stdio: unknown): Stdio {
  return Array.isArray(stdio) ? (stdio as Stdio) : [stdio, stdio, stdio];
}

/** The streams to which entries of `stdio` write, by index; `null` when none of them is this process's. */
function targetsOf(stdio: unknown): (StreamName | null)[] | null {
  if (contextCell() === null || stdio === undefined || stdio === "pipe" || stdio === "ignore") return null;
  const targets = entriesOf(stdio).map(inherited);
  return targets.some((target) => target !== null) ? targets : null;
}

function withPipes(stdio: unknown, targets: readonly (StreamName | null)[]): unknown[] {
  return entriesOf(stdio).map((entry, index) => (targets[index] === null ? entry : "pipe"));
}

/** Writes what comes through a pipe as the cell's, and hides the pipe: whoever inherits has none. */
function forward(child: childProcess.ChildProcess, targets: readonly (StreamName | null)[]): void {
  for (const [index, target] of targets.entries()) {
    const stream = child.stdio?.[index] as Readable | null | undefined; // output, by the indices of `names`
    if (target === null || stream === null || stream === undefined) continue;
    stream.on("data", (chunk: Uint8Array) => process[target].write(chunk));
    Object.assign(child.stdio, { [index]: null });
    const name = names[index];
    if (name !== null && name !== undefined) child[name] = null;
  }
}

function followSpawn(): void {
  // The types of Node lack the method that every way to start a process ends in.
  const prototype = childProcess.ChildProcess.prototype as unknown as Spawning;
  const { spawn } = prototype;
  prototype.spawn = function (options): unknown {
    const targets = targetsOf(options.stdio);
    if (targets === null) return spawn.call(this, options);
    const answer = spawn.call(this, { ...options, stdio: withPipes(options.stdio, targets) });
    forward(this, targets);
    return answer;
  };
}

type SpawnSync = (
  command: string,
  args: readonly string[],
  options: SpawnOptions,
) => childProcess.SpawnSyncReturns<Buffer>;

/** Runs a command to its end, with what it would have inherited written as the cell's. */
function runSync(
  spawnSync: SpawnSync,
  command: string,
  args: readonly string[],
  options: SpawnOptions,
  targets: readonly (StreamName | null)[],
): childProcess.SpawnSyncReturns<Buffer> {
  const piped = { maxBuffer: Infinity, ...options, stdio: withPipes(options.stdio, targets) };
  const result = spawnSync(command, args, piped);
  for (const [index, target] of targets.entries()) {
    const output = result.output?.[index];
    if (target === null || output === null || output === undefined) continue;
    process[target].write(output);
    result.output[index] = null;
  }
  const [, stdout, stderr] = result.output ?? [];
  return Object.assign(result, { stdout: stdout ?? null, stderr: stderr ?? null });
}

/** As `execSync` and `execFileSync` fail. */
function checkSuccess(command: string, result: childProcess.SpawnSyncReturns<Buffer>): void {
  if (result.error !== undefined) throw Object.assign(result.error, { ...result, error: undefined });
  if (result.status !== 0) throw Object.assign(new Error(`Command failed: ${command}`), result);
}

function followSync(): void {
  const { spawnSync, execFileSync, execSync } = childProcess;
  const plainSpawnSync = spawnSync as unknown as SpawnSync; // with all of its arguments it is this
  const follow =
    (original: (...values: never[]) => unknown, checked: boolean, shell: boolean) =>
    (command: string, ...rest: unknown[]): unknown => {
      const args = Array.isArray(rest[0]) ? (rest[0] as string[]) : [];
      const options = (Array.isArray(rest[0]) ? rest[1] : (rest[0] ?? rest[1])) as SpawnOptions | undefined;
      const targets = targetsOf(options?.stdio);
      if (options === undefined || targets === null)
        return Reflect.apply(original, childProcess, [command, ...rest]);
      const shellOption = shell ? { shell: options["shell"] ?? true } : {};
      const result = runSync(plainSpawnSync, command, args, { ...options, ...shellOption }, targets);
      if (!checked) return result;
      checkSuccess([command, ...args].join(" "), result);
      return targets[1] === null ? result.output[1] : null;
    };
  Object.assign(childProcess, {
    spawnSync: follow(spawnSync, false, false),
    execFileSync: follow(execFileSync, true, false),
    execSync: follow(execSync, true, true),
  });
}

let following = false;

/** Begins to bring the output of cells' child processes into the notebook. Once for the process. */
export function followChildren(): void {
  if (following) return;
  following = true;
  followSpawn();
  followSync();
  syncBuiltinESMExports(); // for those who import the functions by name
}
