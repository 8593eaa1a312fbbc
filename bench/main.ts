/** `npm run bench`: everything in README.md beside this file. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, platform, release } from "node:os";
import { readArguments, usage, UsageError, type Options } from "./arguments.ts";
import type { Failure } from "./contestants/protocol.ts";
import { duration, megabytes, pad, ratioText } from "./format.ts";
import { fullEffort, quickEffort, type MemoryResult, type RowResult } from "./measure.ts";
import { report } from "./report.ts";
import { configurationText, ratioOf, type Configuration, type Run } from "./results.ts";
import { contestantNames, type Group, type MemoryRow, type Row } from "./row.ts";
import { groups, memory } from "./rows/index.ts";
import { blasPlan, nodeVersions, runConfiguration, type Listener, type Plan } from "./run.ts";
import { sectionOf, webglTitle, withSection } from "./section.ts";

/** The name of the memory rows' group, which has no rows of the usual kind. */
const memoryGroup = "memory";

const terminal: Listener = {
  say: (line) => console.log(line),
  began: (configuration) => console.log(`\n${configurationText(configuration)}`),
  measured: (row, result) => console.log(resultLine(row, result)),
  measuredMemory: (row, result) => console.log(memoryLine(row, result)),
};

function resultLine(row: Row, result: RowResult): string {
  const ratio = ratioOf(result);
  const times = contestantNames.flatMap((name) => {
    const found = result[name];
    if (found === undefined) return [];
    return `${name} ${"failed" in found ? `failed: ${found.failed}` : duration(found.median)}`;
  });
  const ratios = ratio === null ? "" : `${ratioText(ratio.median)} (best ${ratioText(ratio.best)})`;
  return `${pad(row.name, 48, false)} ${pad(ratios, 18, false)} ${times.join(" · ")}`;
}

function memoryLine(row: MemoryRow, result: MemoryResult | Failure): string {
  if ("failed" in result) return `${row.name} failed: ${result.failed}`;
  const { steps, naive, freed, peak, steady } = result;
  const time = `${duration(naive)} a step, freed ${duration(freed)}: ${ratioText(naive / freed)}`;
  return `${steps} ${row.name}: ${time}; peak ${megabytes(peak)}, steady ${megabytes(steady)}: ${ratioText(peak / steady)}`;
}

/** The groups with the rows that the command line asks for. */
function select(options: Options): Pick<Plan, "groups" | "memory"> {
  const wanted = (name: string): boolean =>
    options.rows.length === 0 || options.rows.some((text) => name.toLowerCase().includes(text.toLowerCase()));
  const chosen = (name: string): boolean => options.groups.length === 0 || options.groups.includes(name);
  const some = groups
    .filter(({ name }) => chosen(name))
    .map(({ rows, ...rest }): Group => Object.assign(rest, { rows: rows.filter(({ name }) => wanted(name)) }))
    .filter(({ rows }) => rows.length > 0);
  return { groups: some, memory: chosen(memoryGroup) ? memory.filter(({ name }) => wanted(name)) : [] };
}

function list(): void {
  for (const { name, rows } of groups)
    console.log(`${name}\n${rows.map((row) => `  ${row.name}`).join("\n")}`);
  console.log(`${memoryGroup}\n${memory.map((row) => `  ${row.name}`).join("\n")}`);
}

/** @throws UsageError when the program is not a Node that runs. */
async function versionsOf(node: string): ReturnType<typeof nodeVersions> {
  try {
    return await nodeVersions(node);
  } catch (error) {
    throw new UsageError(
      `--node: ${node} does not run as Node: ${error instanceof Error ? error.message : String(error)}. Give the path of a node program.`,
    );
  }
}

async function measureAll(options: Options): Promise<Run[]> {
  const { peers, quick } = options;
  const selected = select(options);
  if (selected.groups.length + selected.memory.length === 0)
    throw new UsageError(
      `--row: no row's name contains ${options.rows.join(" or ")}. --list names them all.`,
    );
  const startup = options.rows.length === 0 && options.groups.length === 0;
  const plan: Plan = { ...selected, peers, startup, effort: quick ? quickEffort : fullEffort };
  const runs: Run[] = [];
  const everyVersion = await Promise.all(options.nodes.map(versionsOf));
  for (const [position, node] of options.nodes.entries()) {
    const versions = everyVersion[position]!;
    for (const threads of options.threads) {
      for (const blas of [false, true]) {
        const configuration: Configuration = {
          node,
          nodeVersion: versions.node,
          v8Version: versions.v8,
          threads,
          blas,
        };
        const run = await runConfiguration(configuration, blas ? blasPlan(plan) : plan, terminal);
        if (run !== null) runs.push(run);
      }
    }
  }
  return runs;
}

/** The page with what `webgl.ts` has written into the one that was there. */
function withWebGL(page: string, out: string): string {
  const kept = existsSync(out) ? sectionOf(readFileSync(out, "utf8"), webglTitle) : null;
  return kept === null ? page : withSection(page, webglTitle, kept);
}

async function main(): Promise<void> {
  const options = readArguments(process.argv.slice(2), [...groups.map(({ name }) => name), memoryGroup]);
  if (options.help) return console.log(usage);
  if (options.list) return list();
  const [load = Number.NaN] = loadavg();
  const runs = await measureAll(options);
  const page = report(runs, {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model ?? "unknown processor",
    cores: availableParallelism(),
    system: `${platform()} ${release()} ${arch()}`,
    load,
    quick: options.quick,
  });
  if (options.out === null) return;
  writeFileSync(options.out, withWebGL(page, options.out));
  console.log(`\nWritten: ${options.out}`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
