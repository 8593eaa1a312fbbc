import type { Contestant } from "./contestants/contestant.ts";
import type { Failure, Stepped } from "./contestants/protocol.ts";
import { languageOf, type ContestantName, type MemoryRow, type Row } from "./row.ts";
import { median, timing, type Timing } from "./statistics.ts";

/** How long and how often things are measured. */
export interface Effort {
  /** A body runs for at least so many microseconds before anything counts: engines compile in stages, and the last comes late. */
  readonly warmUp: number;
  /** A measurement repeats its body for at least so many microseconds. */
  readonly target: number;
  readonly rounds: number;
  /** Fewer rounds where one contestant's would take longer than so many microseconds: three, and one where each is longer. */
  readonly budget: number;
  /** Steps of the memory rows. */
  readonly steps: number;
}

export const fullEffort: Effort = {
  warmUp: 200_000,
  target: 20_000,
  rounds: 15,
  budget: 4_000_000,
  steps: 20_000,
};
export const quickEffort: Effort = {
  warmUp: 100_000,
  target: 5_000,
  rounds: 7,
  budget: 500_000,
  steps: 2_000,
};

/** What each contestant took, or why it did not; who cannot do the row is left out. */
export type RowResult = Partial<Record<ContestantName, Timing | Failure>>;

/** What a memory row came to. */
export interface MemoryResult {
  readonly steps: number;
  /** Microseconds for one step. */
  readonly naive: number;
  readonly freed: number;
  /** Bytes of the process that left its tensors to the collector. */
  readonly peak: number;
  readonly steady: number;
}

/** A contestant at the start of a row: how often its body has to be repeated. */
interface Runner {
  readonly contestant: Contestant;
  repeat: number;
  readonly rounds: number[];
  spent: number;
}

/** Rounds that are measured even where they take long together. */
const fewestRounds = 3;

/**
 * Measures one row: every contestant once, then every contestant again, and so on, so that whatever else the machine does in the meantime meets all of
 * them alike.
 */
export async function measureRow(
  row: Row,
  contestants: readonly Contestant[],
  effort: Effort,
): Promise<RowResult> {
  const result: RowResult = {};
  const runners: Runner[] = [];
  for (const contestant of contestants) {
    const snippet = row.code[languageOf[contestant.name]];
    if (snippet === undefined) continue;
    const failure = await contestant.prepare(snippet);
    const ready = failure ?? (await calibrate(contestant, effort));
    if ("failed" in ready) result[contestant.name] = ready;
    else runners.push(ready);
  }
  for (let round = 0; round < effort.rounds; round++) {
    for (const runner of runners) {
      if (round > 0 && isSpent(runner, effort.budget)) continue;
      const failure = await runRound(runner);
      if (failure !== null) result[runner.contestant.name] = failure;
    }
  }
  for (const { contestant, rounds } of runners) result[contestant.name] ??= timing(rounds);
  return result;
}

function isSpent({ rounds, spent }: Runner, budget: number): boolean {
  return spent > budget * (rounds.length < fewestRounds ? fewestRounds : 1);
}

async function runRound(runner: Runner): Promise<Failure | null> {
  const ran = await runner.contestant.run(runner.repeat);
  if ("failed" in ran) return ran;
  runner.spent += ran.microseconds;
  runner.rounds.push(ran.microseconds / runner.repeat);
  return null;
}

/** Warms a contestant up, and finds how often the body has to run for a measurement. */
async function calibrate(
  contestant: Contestant,
  { warmUp, target }: Pick<Effort, "warmUp" | "target">,
): Promise<Runner | Failure> {
  let repeat = 1;
  for (let spent = 0; ;) {
    const ran = await contestant.run(repeat);
    if ("failed" in ran) return ran;
    spent += ran.microseconds;
    const wanted = Math.ceil((1.2 * repeat * target) / Math.max(ran.microseconds, 1));
    if (spent >= warmUp && ran.microseconds >= target) return { contestant, repeat, rounds: [], spent: 0 };
    // Not all at once: the first runs are slower than the rest. And not so far that a slow first run decides.
    if (ran.microseconds < target) repeat = Math.max(repeat + 1, Math.min(wanted, repeat * 8));
  }
}

/** How often each way of a memory row runs. */
const memoryRounds = 3;

/**
 * Measures a memory row: its two ways in turn, each time in a new process, which `start` gives, and without a pause in which anything could be tidied up.
 */
export async function measureMemory(
  row: MemoryRow,
  start: () => Promise<Contestant | Failure>,
  steps: number,
): Promise<MemoryResult | Failure> {
  const naive: Stepped[] = [];
  const freed: Stepped[] = [];
  for (let round = 0; round < memoryRounds; round++) {
    const one = await runSteps(row, row.naive, start, steps);
    if ("failed" in one) return one;
    const other = await runSteps(row, row.freed, start, steps);
    if ("failed" in other) return other;
    naive.push(one);
    freed.push(other);
  }
  const perStep = (runs: readonly Stepped[]): number =>
    median(runs.map(({ microseconds }) => microseconds)) / steps;
  return {
    steps,
    naive: perStep(naive),
    freed: perStep(freed),
    peak: Math.max(...naive.map(({ peak }) => peak)),
    steady: median(naive.map(({ steady }) => steady)),
  };
}

async function runSteps(
  { prepare }: MemoryRow,
  body: string,
  start: () => Promise<Contestant | Failure>,
  steps: number,
): Promise<Stepped | Failure> {
  const contestant = await start();
  if ("failed" in contestant) return contestant;
  try {
    return (await contestant.prepare({ prepare, body })) ?? (await contestant.steps(steps));
  } finally {
    contestant.stop();
  }
}
