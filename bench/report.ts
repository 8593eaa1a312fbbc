/** The results as a page of Markdown. */
import type { Failure } from "./contestants/protocol.ts";
import { duration, megabytes, ratioText, table } from "./format.ts";
import {
  goals,
  importLimit,
  judge,
  limitText,
  memoryLimits,
  type Circumstances,
  type Goal,
} from "./goals.ts";
import type { MemoryResult } from "./measure.ts";
import { configurationText, ratioOf, ratiosFor, type GroupResult, type Run } from "./results.ts";
import { contestantNames, languageOf, type ContestantName, type Row } from "./row.ts";
import type { Timing } from "./statistics.ts";

/** What the page says about where and when it was measured. */
export interface Surroundings {
  readonly date: string;
  readonly processor: string;
  readonly cores: number;
  readonly system: string;
  /** Processes that wanted to run when it began; of a machine with nothing else to do, below 1. */
  readonly load: number;
  readonly quick: boolean;
}

/** The whole page. */
export function report(runs: readonly Run[], surroundings: Surroundings): string {
  const parts = [
    "# Benchmark",
    introduction(runs, surroundings),
    "## Goals",
    goalsText,
    goalsTable(runs),
    ...runs.flatMap(runSections),
  ];
  return `${parts.join("\n\n")}\n`;
}

const goalsText =
  "A figure is our time over PyTorch's on as many threads: the geometric mean of a goal's rows and the largest, or the one there is. ✓ is met, ✗ is not. A figure " +
  "without either is outside of what the goal speaks about.";

function introduction(runs: readonly Run[], the: Surroundings): string {
  const lines = [
    `- ${the.date}, ${the.processor}, ${the.cores} cores, ${the.system}, load ${the.load.toFixed(1)}${the.quick ? ", quick: a first impression" : ""}`,
    ...versionLines(runs),
  ];
  return `Written by \`npm run bench\`; [README.md](README.md) says how it measures.\n\n${lines.join("\n")}`;
}

/** Who took part, each version once. */
function versionLines(runs: readonly Run[]): string[] {
  const nodes = runs.map(
    ({ configuration }) => `Node ${configuration.nodeVersion} (V8 ${configuration.v8Version})`,
  );
  const others = contestantNames.flatMap((name) =>
    runs.flatMap(({ contestants }) => {
      const found = contestants[name];
      if (found === undefined) return [];
      return typeof found === "string" ? `${name} ${found}` : `${name}: absent: ${found.failed}`;
    }),
  );
  return [...new Set([...nodes, ...others])].map((line) => `- ${line}`);
}

function goalsTable(runs: readonly Run[]): string {
  const head = ["goal", "limit", ...runs.map(({ configuration }) => configurationText(configuration))];
  const rows = goals.map((goal) => [goal.name, allLimits(goal), ...runs.map((run) => goalCell(goal, run))]);
  const loops = runs[0]?.memory ?? [];
  const memory = loops.flatMap(({ row }) => [
    [`${row.name}: time`, `≤ ${memoryLimits.time}`, ...runs.map((run) => memoryCell(run, row.name, "time"))],
    [`${row.name}: peak`, `≤ ${memoryLimits.peak}`, ...runs.map((run) => memoryCell(run, row.name, "peak"))],
  ]);
  const startup = ["import of the library", `≤ ${importLimit} ms`, ...runs.map(importCell)];
  const filled = [...rows, startup].filter((cells) => cells.slice(2).some((cell) => cell !== ""));
  return table(head, [...filled, ...memory]);
}

function allLimits({ limits, withBlas, sinceNode }: Goal): string {
  const since = sinceNode === undefined ? "" : ` (Node ${sinceNode})`;
  return `${limitText(limits)}${since}${withBlas === undefined ? "" : `; with BLAS ${limitText(withBlas)}`}`;
}

const circumstancesOf = ({ configuration: { nodeVersion, blas } }: Run): Circumstances => ({
  nodeMajor: Number.parseInt(nodeVersion, 10),
  blas,
});

const mark = (met: boolean | null): string => (met === null ? "" : met ? " ✓" : " ✗");

function goalCell(goal: Goal, run: Run): string {
  const { ratios, unmeasured } = ratiosFor(run, goal.name);
  const verdict = judge(goal, ratios, unmeasured, circumstancesOf(run));
  if (verdict === null) return unmeasured > 0 ? "not measured" : "";
  const missing = unmeasured > 0 ? `, ${unmeasured} not measured` : "";
  const { mean, worst } = verdict;
  const figures =
    ratios.length === 1
      ? ratioText(mean)
      : `${ratioText(mean)}, largest ${ratioText(worst.ratio)} (${worst.row.split(", ")[0]})`;
  return figures + missing + mark(verdict.met);
}

function importCell({ importTime }: Run): string {
  return importTime === null ? "" : `${Math.round(importTime)} ms${mark(importTime <= importLimit)}`;
}

function memoryCell(run: Run, name: string, what: "time" | "peak"): string {
  const result = run.memory.find(({ row }) => row.name === name)?.result;
  if (result === undefined) return "";
  if ("failed" in result) return "not measured";
  const ratio = memoryRatio(result, what);
  return ratioText(ratio) + mark(ratio <= memoryLimits[what]);
}

function memoryRatio({ naive, freed, peak, steady }: MemoryResult, what: "time" | "peak"): number {
  return what === "time" ? naive / freed : peak / steady;
}

function runSections(run: Run): string[] {
  const sections = run.groups.flatMap((group) => groupSection(group));
  const memory = run.memory.length === 0 ? [] : ["### memory", memoryTable(run)];
  return [`## ${configurationText(run.configuration)}`, ...sections, ...memory];
}

function groupSection({ group, rows }: GroupResult): string[] {
  const peers = contestantNames.filter(
    (name) => !judged.has(name) && rows.some(({ result }) => result[name] !== undefined),
  );
  const head = ["", "typetorch", "PyTorch", "ratio", "of the best", "goal", ...peers];
  const body = rows.map(({ row, result }) => {
    const ratio = ratioOf(result);
    return [
      row.name,
      cell(row, "typetorch", result.typetorch),
      cell(row, "PyTorch", result.PyTorch),
      ratio === null ? "" : ratioText(ratio.median),
      ratio === null ? "" : ratioText(ratio.best),
      limitOfEach(row),
      ...peers.map((name) => cell(row, name, result[name])),
    ];
  });
  const failures = rows.flatMap(({ row, result }) =>
    contestantNames.flatMap((name) => {
      const found = result[name];
      return found !== undefined && "failed" in found ? `- ${name}, ${row.name}: ${found.failed}` : [];
    }),
  );
  const complaints = failures.length === 0 ? [] : [failures.join("\n")];
  return [`### ${group.name}`, group.description, table(head, body), ...complaints];
}

const judged: ReadonlySet<ContestantName> = new Set(["typetorch", "PyTorch"]);

/** What each row of the goal has to come to; a limit of the mean is in the table of goals. */
function limitOfEach(row: Row): string {
  const limits = goals.filter(({ name }) => row.goals.includes(name)).flatMap(({ limits }) => limits);
  return limits
    .filter(({ of }) => of === "each")
    .map(({ most }) => `≤ ${most}`)
    .join(", ");
}

function cell(row: Row, name: ContestantName, found: Timing | Failure | undefined): string {
  if (row.code[languageOf[name]] === undefined) return "";
  if (found === undefined) return "";
  if ("failed" in found) return "failed";
  return `${duration(found.median)} ± ${Math.round(found.spread * 50)} %`;
}

function memoryTable({ memory }: Run): string {
  const head = ["", "no dispose", "freed", "ratio", "peak", "steady", "ratio"];
  return table(
    head,
    memory.map(({ row, result }) => {
      if ("failed" in result) return [`${row.name}: ${result.failed}`];
      const { steps, naive, freed, peak, steady } = result;
      const figures = [duration(naive), duration(freed), ratioText(memoryRatio(result, "time"))];
      const bytes = [megabytes(peak), megabytes(steady), ratioText(memoryRatio(result, "peak"))];
      return [`${steps} ${row.name}`, ...figures, ...bytes];
    }),
  );
}
