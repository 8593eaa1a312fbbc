/**
 * The singular values of a bidiagonal matrix by implicit QR steps, with zero shifts where small values need them. In LAPACK's order of operations, which decides about
 * the signs of the vectors.
 *
 * Source: LAPACK, `bdsqr`, and the beginning of `bdsdc` for a lower bidiagonal matrix.
 */
import { rotateRows, rotation, sign, singular2, smallerSingular2 } from "./rotations.ts";

/** A bidiagonal matrix, and the vectors that its rotations turn, one a row. */
export interface BidiagonalProblem {
  /** The diagonal; the singular values afterwards. */
  readonly d: Float64Array;
  /** The elements beside it. */
  readonly e: Float64Array;
  /** Whether they stand below it. */
  readonly lower: boolean;
  readonly left: Float64Array | null;
  readonly right: Float64Array | null;
}

/** What the steps on a block need to know. */
interface Iteration extends BidiagonalProblem {
  readonly n: number;
  readonly eps: number;
  readonly tolerance: number;
  readonly threshold: number;
}

/** Most steps for each pair of singular values. */
const most = 6;

function turn(vectors: Float64Array | null, n: number, row: number, c: number, s: number): void {
  if (vectors !== null) rotateRows(vectors, n, row, c, s);
}

/** Rotates a lower bidiagonal matrix into an upper one. The answer is what is to be done with the left vectors at the end. */
function makeUpper({ d, e, lower, left }: BidiagonalProblem): () => void {
  if (!lower) return () => undefined;
  const n = d.length;
  const turns = Array.from({ length: Math.max(n - 1, 0) }, (_, i) => {
    const { c, s, r } = rotation(d[i]!, e[i]!);
    d[i] = r;
    e[i] = s * d[i + 1]!;
    d[i + 1]! *= c;
    return { c, s };
  });
  return () => {
    if (left === null) return;
    for (let i = turns.length - 1; i >= 0; i--) rotateColumns(left, n, i, turns[i]!.c, -turns[i]!.s);
  };
}

/** Rotates columns `column` and the next of an `n × n` matrix, as `rotateRows` does rows. */
function rotateColumns(a: Float64Array, n: number, column: number, c: number, s: number): void {
  for (let i = 0; i < n; i++) {
    const place = i * n + column;
    const [x, y] = [a[place]!, a[place + 1]!];
    a[place + 1] = c * y - s * x;
    a[place] = s * y + c * x;
  }
}

/** Below which size an element beside the diagonal counts as 0, relative to the smallest singular value. */
function thresholdOf(d: Float64Array, e: Float64Array, tolerance: number): number {
  const n = d.length;
  let mu = Math.abs(d[0]!);
  let least = mu;
  for (let i = 1; i < n && least !== 0; i++) {
    mu = Math.abs(d[i]!) * (mu / (mu + Math.abs(e[i - 1]!)));
    least = Math.min(least, mu);
  }
  return Math.max((tolerance * least) / Math.sqrt(n), most * n * n * 2 ** -1022);
}

/**
 * Makes the matrix diagonal; the diagonal becomes the singular values in descending order. The answer is 0, or how many elements did not become 0.
 */
export function diagonalizeBidiagonal(problem: BidiagonalProblem, eps: number): number {
  const n = problem.d.length;
  if (n === 0) return 0;
  if (n === 1) {
    makeSinglePositive(problem);
    return 0;
  }
  const finish = makeUpper(problem);
  const tolerance = Math.max(10, Math.min(100, eps ** (-1 / 8))) * eps;
  const threshold = thresholdOf(problem.d, problem.e, tolerance);
  const info = iterate({ ...problem, n, eps, tolerance, threshold });
  makePositive(problem);
  sortDescending(problem);
  finish();
  return info;
}

/** The one element's sign goes to the left vector, as in LAPACK's `bdsdc`. */
function makeSinglePositive({ d, left }: BidiagonalProblem): void {
  if (left !== null) left[0] = sign(1, d[0]!);
  d[0] = Math.abs(d[0]!);
}

/** The block that is worked on, and which way: from its large end to its small one. */
interface Block {
  low: number;
  high: number;
  downwards: boolean;
}

function iterate(state: Iteration): number {
  const { d, e, n } = state;
  const last: Block = { low: -1, high: -1, downwards: true };
  let high = n - 1;
  let steps = 0;
  while (high > 0) {
    if (steps > most * n * n || Number.isNaN(d[high]!)) return e.filter((value) => value !== 0).length;
    const { low, largest } = blockBelow(state, high);
    if (low === high) {
      high--;
    } else if (low === high - 1) {
      solvePair(state, low);
      high -= 2;
    } else {
      if (low > last.high || high < last.low) last.downwards = Math.abs(d[low]!) >= Math.abs(d[high]!);
      const smallest = deflate(state, low, high, last.downwards);
      if (smallest === null) continue;
      [last.low, last.high] = [low, high];
      steps += high - low;
      runStep(state, low, high, last.downwards, smallest / largest);
    }
  }
  return 0;
}

/** The block that ends at `high`: where it begins, and its largest element. */
function blockBelow({ d, e, threshold }: Iteration, high: number): { low: number; largest: number } {
  let largest = Math.abs(d[high]!);
  for (let low = high - 1; low >= 0; low--) {
    const [size, beside] = [Math.abs(d[low]!), Math.abs(e[low]!)];
    if (beside <= threshold) {
      e[low] = 0;
      return { low: low + 1, largest };
    }
    largest = Math.max(largest, size, beside);
  }
  return { low: 0, largest };
}

function solvePair({ d, e, n, left, right }: Iteration, low: number): void {
  const { smaller, larger, left: l, right: r } = singular2(d[low]!, e[low]!, d[low + 1]!);
  [d[low], e[low], d[low + 1]] = [larger, 0, smaller];
  turn(right, n, low, r[0], r[1]);
  turn(left, n, low, l[0], l[1]);
}

/** Looks for elements that are as good as 0, and makes one 0: then the answer is `null`. Otherwise it bounds the smallest singular value. */
function deflate(
  { d, e, tolerance }: Iteration,
  low: number,
  high: number,
  downwards: boolean,
): number | null {
  const end = downwards ? high - 1 : low;
  if (Math.abs(e[end]!) <= tolerance * Math.abs(d[downwards ? high : low]!)) {
    e[end] = 0;
    return null;
  }
  let mu = Math.abs(d[downwards ? low : high]!);
  let least = mu;
  for (let step = 0; step < high - low; step++) {
    const i = downwards ? low + step : high - 1 - step;
    if (Math.abs(e[i]!) <= tolerance * mu) {
      e[i] = 0;
      return null;
    }
    mu = Math.abs(d[downwards ? i + 1 : i]!) * (mu / (mu + Math.abs(e[i]!)));
    least = Math.min(least, mu);
  }
  return least;
}

function runStep(state: Iteration, low: number, high: number, downwards: boolean, ratio: number): void {
  const shift = shiftOf(state, low, high, downwards, ratio);
  if (downwards) {
    if (shift === 0) zeroShiftDown(state, low, high);
    else shiftedDown(state, low, high, shift);
    if (Math.abs(state.e[high - 1]!) <= state.threshold) state.e[high - 1] = 0;
  } else {
    if (shift === 0) zeroShiftUp(state, low, high);
    else shiftedUp(state, low, high, shift);
    if (Math.abs(state.e[low]!) <= state.threshold) state.e[low] = 0;
  }
}

/** The shift, or 0 where it would cost small values their accuracy. */
function shiftOf(
  { d, e, n, eps, tolerance }: Iteration,
  low: number,
  high: number,
  downwards: boolean,
  ratio: number,
): number {
  if (n * tolerance * ratio <= Math.max(eps, 0.01 * tolerance)) return 0;
  const start = Math.abs(d[downwards ? low : high]!);
  const at = downwards ? high - 1 : low;
  const shift = smallerSingular2(d[at]!, e[at]!, d[at + 1]!);
  return start > 0 && (shift / start) ** 2 < eps ? 0 : shift;
}

function zeroShiftDown({ d, e, n, left, right }: Iteration, low: number, high: number): void {
  let [c, oldC, oldS] = [1, 1, 0];
  for (let i = low; i < high; i++) {
    const first = rotation(d[i]! * c, e[i]!);
    c = first.c;
    if (i > low) e[i - 1] = oldS * first.r;
    const second = rotation(oldC * first.r, d[i + 1]! * first.s);
    [oldC, oldS, d[i]] = [second.c, second.s, second.r];
    turn(right, n, i, first.c, first.s);
    turn(left, n, i, oldC, oldS);
  }
  const rest = d[high]! * c;
  d[high] = rest * oldC;
  e[high - 1] = rest * oldS;
}

function zeroShiftUp({ d, e, n, left, right }: Iteration, low: number, high: number): void {
  let [c, oldC, oldS] = [1, 1, 0];
  for (let i = high; i > low; i--) {
    const first = rotation(d[i]! * c, e[i - 1]!);
    c = first.c;
    if (i < high) e[i] = oldS * first.r;
    const second = rotation(oldC * first.r, d[i - 1]! * first.s);
    [oldC, oldS, d[i]] = [second.c, second.s, second.r];
    turn(right, n, i - 1, oldC, -oldS);
    turn(left, n, i - 1, first.c, -first.s);
  }
  const rest = d[low]! * c;
  d[low] = rest * oldC;
  e[low] = rest * oldS;
}

function shiftedStart(value: number, shift: number): number {
  return (Math.abs(value) - shift) * (sign(1, value) + shift / value);
}

function shiftedDown({ d, e, n, left, right }: Iteration, low: number, high: number, shift: number): void {
  let f = shiftedStart(d[low]!, shift);
  let g = e[low]!;
  for (let i = low; i < high; i++) {
    const first = rotation(f, g);
    if (i > low) e[i - 1] = first.r;
    f = first.c * d[i]! + first.s * e[i]!;
    e[i] = first.c * e[i]! - first.s * d[i]!;
    g = first.s * d[i + 1]!;
    d[i + 1]! *= first.c;
    const second = rotation(f, g);
    d[i] = second.r;
    f = second.c * e[i]! + second.s * d[i + 1]!;
    d[i + 1] = second.c * d[i + 1]! - second.s * e[i]!;
    if (i < high - 1) {
      g = second.s * e[i + 1]!;
      e[i + 1]! *= second.c;
    }
    turn(right, n, i, first.c, first.s);
    turn(left, n, i, second.c, second.s);
  }
  e[high - 1] = f;
}

function shiftedUp({ d, e, n, left, right }: Iteration, low: number, high: number, shift: number): void {
  let f = shiftedStart(d[high]!, shift);
  let g = e[high - 1]!;
  for (let i = high; i > low; i--) {
    const first = rotation(f, g);
    if (i < high) e[i] = first.r;
    f = first.c * d[i]! + first.s * e[i - 1]!;
    e[i - 1] = first.c * e[i - 1]! - first.s * d[i]!;
    g = first.s * d[i - 1]!;
    d[i - 1]! *= first.c;
    const second = rotation(f, g);
    d[i] = second.r;
    f = second.c * e[i - 1]! + second.s * d[i - 1]!;
    d[i - 1] = second.c * d[i - 1]! - second.s * e[i - 1]!;
    if (i > low + 1) {
      g = second.s * e[i - 2]!;
      e[i - 2]! *= second.c;
    }
    turn(right, n, i - 1, second.c, -second.s);
    turn(left, n, i - 1, first.c, -first.s);
  }
  e[low] = f;
}

function makePositive({ d, right }: BidiagonalProblem): void {
  const n = d.length;
  for (let i = 0; i < n; i++) {
    if (d[i]! >= 0 && !Object.is(d[i], -0)) continue;
    d[i] = -d[i]!;
    if (right !== null) for (let k = i * n; k < (i + 1) * n; k++) right[k] = -right[k]!;
  }
}

function sortDescending({ d, left, right }: BidiagonalProblem): void {
  const n = d.length;
  for (let end = n - 1; end > 0; end--) {
    let least = 0;
    for (let j = 1; j <= end; j++) if (d[j]! <= d[least]!) least = j;
    if (least === end) continue;
    [d[least], d[end]] = [d[end]!, d[least]!];
    for (const vectors of [left, right]) if (vectors !== null) swapVectors(vectors, n, least, end);
  }
}

function swapVectors(vectors: Float64Array, n: number, first: number, second: number): void {
  const kept = vectors.slice(first * n, (first + 1) * n);
  vectors.copyWithin(first * n, second * n, (second + 1) * n);
  vectors.set(kept, second * n);
}
