/** What a run of the benchmark found out, as data. */
import type { Ratio } from "./goals.ts";
import type { Failure } from "./contestants/protocol.ts";
import type { MemoryResult, RowResult } from "./measure.ts";
import type { ContestantName, Group, MemoryRow, Row } from "./row.ts";
import type { Timing } from "./statistics.ts";

/** Under what the contestants ran. */
export interface Configuration {
  /** The Node program of the JavaScript contestants. */
  readonly node: string;
  readonly nodeVersion: string;
  readonly v8Version: string;
  readonly threads: number;
  /** Whether our matrix products go to the system's BLAS. */
  readonly blas: boolean;
}

/** One configuration's results. */
export interface Run {
  readonly configuration: Configuration;
  /** Who took part, with versions; or why somebody did not. */
  readonly contestants: Readonly<Partial<Record<ContestantName, string | Failure>>>;
  readonly groups: readonly GroupResult[];
  /** Milliseconds to import the library; `null` where that was not asked. */
  readonly importTime: number | null;
  readonly memory: readonly { readonly row: MemoryRow; readonly result: MemoryResult | Failure }[];
}

export interface GroupResult {
  readonly group: Group;
  readonly rows: readonly { readonly row: Row; readonly result: RowResult }[];
}

/** The times where somebody was measured; `null` where not. */
function timingOf(result: RowResult, name: ContestantName): Timing | null {
  const found = result[name];
  return found === undefined || "failed" in found ? null : found;
}

/** Our time over PyTorch's: of the medians, and of the best rounds; `null` where one of them is missing. */
export function ratioOf(result: RowResult): { readonly median: number; readonly best: number } | null {
  const ours = timingOf(result, "typetorch");
  const theirs = timingOf(result, "PyTorch");
  if (ours === null || theirs === null) return null;
  return { median: ours.median / theirs.median, best: ours.best / theirs.best };
}

/** The ratios of the rows that count for a goal, and how many of those rows have none. */
export function ratiosFor(run: Run, goal: string): { readonly ratios: Ratio[]; readonly unmeasured: number } {
  const rows = run.groups.flatMap(({ rows }) => rows.filter(({ row }) => row.goals.includes(goal)));
  const ratios = rows.flatMap(({ row, result }) => {
    const ratio = ratioOf(result);
    return ratio === null ? [] : [{ row: row.name, ratio: ratio.median }];
  });
  return { ratios, unmeasured: rows.length - ratios.length };
}

/** "Node 24.1.0, 2 threads, BLAS" */
export function configurationText({ nodeVersion, threads, blas }: Configuration): string {
  const count = threads === 1 ? "1 thread" : `${threads} threads`;
  return `Node ${nodeVersion}, ${count}${blas ? ", BLAS" : ""}`;
}
