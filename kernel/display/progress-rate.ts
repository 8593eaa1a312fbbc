/** How much the last interval counts against those before. tqdm's number. */
const SMOOTHING = 0.3;

/** Steps per second on the whole; `null` before the first step. */
export function meanRate(completed: number, seconds: number): number | null {
  return completed > 0 && seconds > 0 ? completed / seconds : null;
}

/**
 * Steps per second lately: an exponential average over the intervals between the moments at which somebody asks, so that what
 * is left is told by the speed of now and not by a slow start. After tqdm (tqdm.github.io).
 */
export class SmoothRate {
  #steps = 0;
  #seconds = 0;
  #averageSteps = 0;
  #averageSeconds = 0;

  /** Forgets what was before. */
  begin(): void {
    [this.#steps, this.#seconds, this.#averageSteps, this.#averageSeconds] = [0, 0, 0, 0];
  }

  /** The rate when `completed` steps are done after so many seconds; `null` before the first step. */
  at(completed: number, seconds: number): number | null {
    if (completed > this.#steps && seconds > this.#seconds) {
      this.#averageSteps += SMOOTHING * (completed - this.#steps - this.#averageSteps);
      this.#averageSeconds += SMOOTHING * (seconds - this.#seconds - this.#averageSeconds);
      [this.#steps, this.#seconds] = [completed, seconds];
    }
    // Both averages begin at 0, which their quotient does not notice.
    return this.#averageSeconds > 0 ? this.#averageSteps / this.#averageSeconds : null;
  }
}
