/** What the benchmark's figures should come to, and whether they do. */
import { geometricMean } from "./statistics.ts";

/** How the ratios of a goal's rows are judged: every one of them, or their geometric mean. */
export interface Limit {
  readonly of: "each" | "geometric mean";
  readonly most: number;
}

/** Ratios to PyTorch on as many threads. */
export interface Goal {
  /** Rows name it. */
  readonly name: string;
  readonly limits: readonly Limit[];
  /** The same where the system's BLAS multiplies matrices; absent where it makes no difference. */
  readonly withBlas?: readonly Limit[];
  /** The goal is meant for this major version of Node and later ones; on earlier ones the figures are shown alone. */
  readonly sinceNode?: number;
}

const each = (most: number): readonly Limit[] => [{ of: "each", most }];
const mean = (most: number): Limit => ({ of: "geometric mean", most });

export const goals: readonly Goal[] = [
  { name: "1000 small adds", limits: each(0.3) },
  { name: "1000 small adds with backward", limits: each(0.4) },
  { name: "pointwise 1k", limits: each(1) },
  { name: "pointwise 64k", limits: [mean(1.5), ...each(4)] },
  { name: "pointwise 1M", limits: [mean(1.5), ...each(4)] },
  { name: "pointwise 10M", limits: each(1.3) },
  { name: "reductions", limits: [mean(1.5), ...each(2)] },
  { name: "movement", limits: [mean(1.5)] },
  { name: "sort", limits: each(1) },
  { name: "products", limits: each(2.2), withBlas: each(1.1), sinceNode: 24 },
  { name: "convolution", limits: each(2.5) },
  { name: "MLP with SGD", limits: each(1.3), withBlas: each(1), sinceNode: 24 },
  { name: "MLP with Adam", limits: each(1.1), withBlas: each(1), sinceNode: 24 },
  { name: "LeNet", limits: each(1.2) },
  { name: "Transformer", limits: each(1.5) },
  { name: "loaders", limits: each(1) },
  { name: "character GPT", limits: each(2) },
  { name: "recurrent layers", limits: each(2) },
  { name: "optimizers", limits: each(1.5) },
];

/** The limits of the memory rows: the time over that of the loop that frees, and the peak over the steady state. */
export const memoryLimits = { time: 1.3, peak: 2 } as const;

/** Milliseconds that importing the library may take. */
export const importLimit = 150;

/** The circumstances of a run that goals depend on. */
export interface Circumstances {
  readonly nodeMajor: number;
  readonly blas: boolean;
}

/** The limits that hold under the circumstances, or `null` where the goal says nothing about them. */
export function limitsOf(goal: Goal, { nodeMajor, blas }: Circumstances): readonly Limit[] | null {
  if (blas) return goal.withBlas ?? goal.limits;
  return nodeMajor < (goal.sinceNode ?? 0) ? null : goal.limits;
}

/** One row's ratio, and its name, by which the worst is named. */
export interface Ratio {
  readonly row: string;
  readonly ratio: number;
}

/** A goal held against the measured ratios of its rows. */
export interface Verdict {
  readonly mean: number;
  readonly worst: Ratio;
  /** `null` where the goal says nothing about the circumstances. */
  readonly met: boolean | null;
}

/** Judges a goal by the ratios of the rows that were measured; `null` where none was. A row that could not be measured leaves its goal unmet. */
export function judge(
  goal: Goal,
  ratios: readonly Ratio[],
  unmeasured: number,
  circumstances: Circumstances,
): Verdict | null {
  if (ratios.length === 0) return null;
  const average = geometricMean(ratios.map(({ ratio }) => ratio));
  const worst = ratios.reduce((one, other) => (other.ratio > one.ratio ? other : one));
  const limits = limitsOf(goal, circumstances);
  const holds = ({ of, most }: Limit): boolean => (of === "each" ? worst.ratio : average) <= most;
  return { mean: average, worst, met: limits === null ? null : unmeasured === 0 && limits.every(holds) };
}

/** As people read it: "geometric mean ≤ 1.5, each ≤ 4". */
export function limitText(limits: readonly Limit[]): string {
  return limits.map(({ of, most }) => `${of} ≤ ${most}`).join(", ");
}
