import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Contestant, type Command } from "./contestants/contestant.ts";
import { installPeers } from "./contestants/peers.ts";
import type { Failure } from "./contestants/protocol.ts";
import { reason } from "./contestants/protocol.ts";
import { pytorchProgram } from "./contestants/pytorch.ts";
import { measureMemory, measureRow, type Effort, type MemoryResult, type RowResult } from "./measure.ts";
import type { Configuration, GroupResult, Run } from "./results.ts";
import type { ContestantName, Group, MemoryRow, Row } from "./row.ts";
import { importTime } from "./startup.ts";

/** What is to be measured. */
export interface Plan {
  readonly groups: readonly Group[];
  readonly memory: readonly MemoryRow[];
  readonly peers: readonly ContestantName[];
  readonly effort: Effort;
  /** Whether the import of the library is timed too. */
  readonly startup: boolean;
}

/** Who hears how it goes on. */
export interface Listener {
  say(line: string): void;
  began(configuration: Configuration): void;
  measured(row: Row, result: RowResult): void;
  measuredMemory(row: MemoryRow, result: MemoryResult | Failure): void;
}

/** What a Node program says about itself. */
export async function nodeVersions(node: string): Promise<{ node: string; v8: string }> {
  const { stdout } = await promisify(execFile)(node, ["-p", "JSON.stringify(process.versions)"]);
  return JSON.parse(stdout) as { node: string; v8: string }; // Node's own list of versions
}

/** The part of a plan that a BLAS can change. */
export function blasPlan(plan: Plan): Plan {
  return { ...plan, groups: plan.groups.filter(({ usesBlas }) => usesBlas), memory: [], startup: false };
}

/** Measures everything in the plan under one configuration; `null` where we cannot run under it. */
export async function runConfiguration(
  configuration: Configuration,
  plan: Plan,
  listener: Listener,
): Promise<Run | null> {
  if (plan.groups.length + plan.memory.length === 0) return null;
  listener.began(configuration);
  const started = await startAll(configuration, plan.peers, listener);
  const contestants = [...started.values()].filter((one) => one instanceof Contestant);
  try {
    if (!(started.get("typetorch") instanceof Contestant)) return null;
    const groups: GroupResult[] = [];
    for (const group of plan.groups)
      groups.push({ group, rows: await measureRows(group.rows, contestants, plan.effort, listener) });
    const memory: Run["memory"][number][] = [];
    for (const row of plan.memory) {
      const start = async (): Promise<Contestant | Failure> => Contestant.start(typetorch(configuration));
      const result = await measureMemory(row, start, plan.effort.steps);
      listener.measuredMemory(row, result);
      memory.push({ row, result });
    }
    const startup = plan.startup ? await importTime(configuration.node) : null;
    if (startup !== null) listener.say(`import of the library: ${Math.round(startup)} ms`);
    return { configuration, contestants: versions(started), groups, memory, importTime: startup };
  } finally {
    for (const contestant of contestants) contestant.stop();
  }
}

async function measureRows(
  rows: readonly Row[],
  contestants: readonly Contestant[],
  effort: Effort,
  listener: Listener,
): Promise<GroupResult["rows"]> {
  const results: { row: Row; result: RowResult }[] = [];
  for (const row of rows) {
    const result = await measureRow(row, contestants, effort);
    listener.measured(row, result);
    results.push({ row, result });
  }
  return results;
}

type Started = Map<ContestantName, Contestant | Failure>;

async function startAll(
  configuration: Configuration,
  peers: readonly ContestantName[],
  listener: Listener,
): Promise<Started> {
  const started: Started = new Map();
  const ours = await Contestant.start(typetorch(configuration));
  started.set("typetorch", ours);
  if (!(ours instanceof Contestant)) {
    listener.say(`typetorch does not take part: ${ours.failed}`);
    return started;
  }
  for (const name of peers) {
    // In Node they compute on one thread, and nothing of theirs depends on our BLAS.
    if (name !== "PyTorch" && (configuration.threads > 1 || configuration.blas)) continue;
    const one = await startPeer(name, configuration, listener);
    started.set(name, one);
    if (!(one instanceof Contestant)) listener.say(`${name} does not take part: ${one.failed}`);
  }
  return started;
}

async function startPeer(
  name: ContestantName,
  configuration: Configuration,
  listener: Listener,
): Promise<Contestant | Failure> {
  if (name === "PyTorch") return startPyTorch(configuration.threads);
  try {
    const folder = await installPeers((line) => listener.say(line));
    const program = configuration.node;
    const script = name === "jax-js" ? ["jax.js", folder] : ["tfjs.js", folder, name.replace("tfjs-", "")];
    return await Contestant.start({ name, program, arguments: besideThis(script) });
  } catch (error) {
    return { failed: reason(error) };
  }
}

async function startPyTorch(threads: number): Promise<Contestant | Failure> {
  const program = process.env["PYTHON"] ?? "python3";
  const found = await Contestant.start({
    name: "PyTorch",
    program,
    arguments: ["-c", pytorchProgram, String(threads)],
  });
  if (found instanceof Contestant) return found;
  return {
    failed: `${found.failed}. Set the variable PYTHON to a Python that has torch; "${program}" was tried`,
  };
}

function typetorch({ node, threads, blas }: Configuration): Command {
  const script = besideThis(["typetorch.js", String(threads), blas ? "blas" : "wasm"]);
  return { name: "typetorch", program: node, arguments: script };
}

/** The arguments of Node for a script in `contestants/`. */
function besideThis([script = "", ...words]: readonly string[]): string[] {
  return [fileURLToPath(new URL(`contestants/${script}`, import.meta.url)), ...words];
}

function versions(started: Started): Run["contestants"] {
  const result: Partial<Record<ContestantName, string | Failure>> = {};
  for (const [name, one] of started) result[name] = one instanceof Contestant ? one.version : one;
  return result;
}
