/**
 * A line search: how far to go along a direction, so that the loss falls enough and its slope has become small (the strong Wolfe conditions).
 *
 * Source: `torch/optim/lbfgs.py`; Nocedal and Wright, "Numerical Optimization" (2006), algorithms 3.5 and 3.6; Schmidt's minFunc for the rules of progress.
 */
import type { Tensor } from "../tensor.ts";

/** A place on the line. */
export interface Place {
  /** How far along the direction, in units of its length. */
  readonly t: number;
  readonly loss: number;
  /** The gradient of all parameters there, as one vector. */
  readonly grad: Tensor;
  /** The derivative of the loss along the direction. */
  readonly slope: number;
}

/** What a search may do. */
interface Limits {
  /** The largest element of the direction. */
  readonly size: number;
  /** Places closer to each other are one. */
  readonly tolerance_change: number;
  /** How often the loss may be computed. */
  readonly evaluations: number;
}

/** Shares of the slope at the start: how much the loss must fall, and how flat it must have become. */
const enoughDecrease = 1e-4;
const flatness = 0.9;

/** The minimum of the cubic through two places with their slopes, between bounds. */
function cubicMinimum(
  a: Place,
  b: Place,
  [low, high]: readonly [number, number] = ordered(a.t, b.t),
): number {
  const middle = a.slope + b.slope - (3 * (a.loss - b.loss)) / (a.t - b.t);
  const square = middle * middle - a.slope * b.slope;
  if (!(square >= 0)) return (low + high) / 2;
  const root = Math.sqrt(square);
  const [near, far] = a.t <= b.t ? [a, b] : [b, a];
  const t = far.t - (far.t - near.t) * ((far.slope + root - middle) / (far.slope - near.slope + 2 * root));
  return Math.min(Math.max(t, low), high);
}

function ordered(a: number, b: number): readonly [number, number] {
  return a <= b ? [a, b] : [b, a];
}

/** One search along one line. */
class Search {
  readonly #evaluate: (t: number) => Place;
  readonly #start: Place;
  readonly #limits: Limits;
  /** How often the loss was computed after the first time. */
  #count = 0;

  constructor(evaluate: (t: number) => Place, start: Place, limits: Limits) {
    this.#evaluate = evaluate;
    this.#start = start;
    this.#limits = limits;
  }

  get evaluations(): number {
    return this.#count + 1;
  }

  run(first: number): Place {
    const bracket = this.#bracket(this.#evaluate(first));
    return bracket.length === 1 ? bracket[0] : this.#zoom(...bracket);
  }

  get #exhausted(): boolean {
    return this.#count >= this.#limits.evaluations;
  }

  #next(t: number): Place {
    this.#count++;
    return this.#evaluate(t);
  }

  #isTooHigh({ t, loss }: Place): boolean {
    return loss > this.#start.loss + enoughDecrease * t * this.#start.slope;
  }

  #isFlat({ slope }: Place): boolean {
    return Math.abs(slope) <= -flatness * this.#start.slope;
  }

  /** A place that is good enough, or two with one in between. */
  #bracket(first: Place): [Place] | [Place, Place] {
    let [before, now] = [this.#start, first];
    while (!this.#exhausted) {
      if (this.#isTooHigh(now) || (this.#count > 1 && now.loss >= before.loss)) return [before, now];
      if (this.#isFlat(now)) return [now];
      if (now.slope >= 0) return [before, now];
      const t = cubicMinimum(before, now, [now.t + 0.01 * (now.t - before.t), now.t * 10]);
      [before, now] = [now, this.#next(t)];
    }
    return [this.#start, now];
  }

  /** Draws two places together around one that is good enough; the answer is the lower of them at the end. */
  #zoom(left: Place, right: Place): Place {
    const ends: [Place, Place] = [left, right];
    let low: 0 | 1 = left.loss <= right.loss ? 0 : 1;
    let stuck = false;
    while (!this.#exhausted) {
      if (Math.abs(ends[1].t - ends[0].t) * this.#limits.size < this.#limits.tolerance_change) break;
      const guess = keepInside(cubicMinimum(...ends), ends, stuck);
      ({ stuck } = guess);
      const now = this.#next(guess.t);
      const high = low === 0 ? 1 : 0;
      if (this.#isTooHigh(now) || now.loss >= ends[low].loss) {
        ends[high] = now;
        low = ends[0].loss <= ends[1].loss ? 0 : 1;
        continue;
      }
      const done = this.#isFlat(now);
      if (!done && now.slope * (ends[high].t - ends[low].t) >= 0) ends[high] = ends[low];
      ends[low] = now;
      if (done) break;
    }
    return ends[low];
  }
}

/** A guess away from both ends, where the guess before was close to one as well. */
function keepInside(
  t: number,
  ends: readonly [Place, Place],
  stuck: boolean,
): { readonly t: number; readonly stuck: boolean } {
  const [least, most] = ordered(ends[0].t, ends[1].t);
  const margin = 0.1 * (most - least);
  if (!(Math.min(most - t, t - least) < margin)) return { t, stuck: false };
  if (!stuck && t < most && t > least) return { t, stuck: true };
  return { t: Math.abs(t - most) < Math.abs(t - least) ? most - margin : least + margin, stuck: false };
}

/** Searches from `start` along a direction, with `first` as the first guess. The answer is the place, and how often the loss was computed. */
export function strongWolfe(
  evaluate: (t: number) => Place,
  start: Place,
  first: number,
  limits: Limits,
): { readonly place: Place; readonly evaluations: number } {
  const search = new Search(evaluate, start, limits);
  const place = search.run(first);
  return { place, evaluations: search.evaluations };
}
