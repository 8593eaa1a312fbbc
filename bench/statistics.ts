/** The arithmetic of the benchmark. */

/** The value below which the fraction `at` of the values lies, interpolated between neighbours as numpy does. */
export function quantile(values: readonly number[], at: number): number {
  if (values.length === 0) throw new RangeError("quantile: expected at least one value, got none.");
  const sorted = values.toSorted((a, b) => a - b);
  const position = (sorted.length - 1) * at;
  const below = Math.floor(position);
  const low = sorted[below]!; // in range: 0 <= at <= 1
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!; // in range
  return low + (high - low) * (position - below);
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The distance between the quartiles as a fraction of the median: how much the rounds disagree. */
export function spread(values: readonly number[]): number {
  return (quantile(values, 0.75) - quantile(values, 0.25)) / median(values);
}

/** The mean that suits ratios: twice as fast and twice as slow cancel out. */
export function geometricMean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("geometricMean: expected at least one value, got none.");
  const bad = values.find((value) => !(value > 0));
  if (bad !== undefined)
    throw new RangeError(`geometricMean: expected positive values, got ${bad} among ${values.length}.`);
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** One row as one contestant did it. */
export interface Timing {
  /** Microseconds for one run of the body: the middle of the rounds. */
  readonly median: number;
  /** The fastest round: what remains when others on the machine disturb as little as they ever did. */
  readonly best: number;
  readonly spread: number;
  readonly rounds: number;
}

/** Sums up the rounds, each of which is microseconds for one run. */
export function timing(rounds: readonly number[]): Timing {
  return {
    median: median(rounds),
    best: Math.min(...rounds),
    spread: spread(rounds),
    rounds: rounds.length,
  };
}
