/**
 * All ways to read a sequence of labels out of steps, with repetitions and blanks in between: how probable they are together, and what share of them has which label at
 * which step. Written in operators, so that the losses made of it have derivatives of any order.
 *
 * Source: A. Graves et al., "Connectionist temporal classification" (2006), equations 5 to 12, in logarithms.
 */
import { int64 } from "../../dtype.ts";
import { allocateZeros, broadcastTo } from "../../settle.ts";
import type { Tensor } from "../../tensor.ts";
import { add, clamp, masked_fill, sub, where } from "../elementwise/arithmetic.ts";
import { eq, lt } from "../elementwise/comparison.ts";
import { cat, stack } from "../shaping/joining.ts";
import { given } from "../samples.ts";
import { gather, scatter_add } from "../shaping/scattering.ts";
import { narrow, select } from "../shaping/slicing.ts";
import { logsumexp, softmax } from "../reductions/softmax.ts";
import { expand } from "../shaping/view.ts";

/** Labels and lengths of each sequence. */
export interface Alignment {
  readonly labels: readonly (readonly number[])[];
  readonly inputLengths: readonly number[];
  readonly targetLengths: readonly number[];
  readonly blank: number;
}

/** The logarithm of what counts as impossible: no infinity, whose differences would be NaN. */
const impossible = -1e30;

/** The states of a reading: each of the labels, and a blank before, between and behind them; tensors are `[N, 2 · S + 1]`. */
interface States {
  readonly count: number;
  /** The class that is read in each state. */
  readonly classes: Tensor;
  /** States that a shorter sequence does not have. */
  readonly missing: Tensor;
  /** States that can follow the one before the one before: labels that differ from the last label. */
  readonly skipping: Tensor;
  /** States that no reading begins with, and those that one ends with. */
  readonly later: Tensor;
  readonly ending: Tensor;
}

function statesOf(alignment: Alignment): States {
  const { labels, targetLengths, blank } = alignment;
  const count = 2 * Math.max(0, ...targetLengths) + 1;
  const labelAt = (state: number, row: number): number | undefined =>
    state % 2 === 1 ? labels[row]![(state - 1) / 2] : undefined;
  const classes = labels.flatMap((_, row) =>
    Array.from({ length: count }, (_, state) => labelAt(state, row) ?? blank),
  );
  const truth = (holds: (state: number, row: number) => boolean): Tensor =>
    statesWhere(alignment, count, holds);
  return {
    count,
    classes: given(classes, int64, [labels.length, count]),
    missing: truth((state, row) => state > 2 * targetLengths[row]!),
    skipping: truth(
      (state, row) => state > 2 && state % 2 === 1 && labelAt(state, row) !== labelAt(state - 2, row),
    ),
    later: truth((state) => state > 1),
    ending: truth((state, row) => state === 2 * targetLengths[row]! || state === 2 * targetLengths[row]! - 1),
  };
}

/** The log-probability of each state at each step, `[T, N, 2 · S + 1]`. */
function stateProbabilities(logProbabilities: Tensor, { classes, missing }: States): Tensor {
  const indices = expand(classes, [logProbabilities.size(0), ...classes.shape]);
  return masked_fill(clamp(gather(logProbabilities, 2, indices), impossible), missing, impossible);
}

/** States `by` places further on, for `by < 0` further back; impossible ones come in. */
function shifted(states: Tensor, by: number): Tensor {
  const [batch, count] = states.shape as readonly [number, number];
  const distance = Math.min(Math.abs(by), count);
  const entering = expand(given([impossible], states.dtype, [1, 1]), [batch, distance]);
  return by > 0
    ? cat([entering, narrow(states, 1, 0, count - distance)], 1)
    : cat([narrow(states, 1, distance, count - distance), entering], 1);
}

/** Truth values for each sequence and state. */
function statesWhere(
  { labels }: Alignment,
  count: number,
  holds: (state: number, row: number) => boolean,
): Tensor {
  const values = labels.flatMap((_, row) =>
    Array.from({ length: count }, (_, state) => Number(holds(state, row))),
  );
  return given(values, int64, [labels.length, count]).bool();
}

/** The log-probability of everything that is read up to a step and ends there in a state, for all steps: `[T, N, 2 · S + 1]`. */
function forwards(emitted: Tensor, { skipping, later }: States): Tensor {
  const rows = [masked_fill(select(emitted, 0, 0), later, impossible)];
  for (let step = 1; step < emitted.size(0); step++) {
    const last = rows[step - 1]!;
    const skipped = masked_fill(shifted(last, 2), skipping.logical_not(), impossible);
    rows.push(add(select(emitted, 0, step), logsumexp(stack([last, shifted(last, 1), skipped]), 0)));
  }
  return stack(rows);
}

/** The same from the end: what is read from a step on and begins there in a state. */
function backwards(emitted: Tensor, { skipping, ending }: States, { inputLengths }: Alignment): Tensor {
  const steps = emitted.size(0);
  const rows: Tensor[] = [];
  let next = broadcastTo(given([impossible], emitted.dtype), ending.shape);
  const ends = masked_fill(next.mul(0), ending.logical_not(), impossible);
  for (let step = steps - 1; step >= 0; step--) {
    const skipped = shifted(masked_fill(next, skipping.logical_not(), impossible), -2);
    const onward = logsumexp(stack([next, shifted(next, -1), skipped]), 0);
    const isLast = given(
      inputLengths.map((length) => Number(step === length - 1)),
      int64,
      [inputLengths.length, 1],
    ).bool();
    next = add(select(emitted, 0, step), where(isLast, ends, onward));
    rows.unshift(next);
  }
  return stack(rows);
}

/** Minus the log-probability of the labels of each sequence, `[N]`; infinite where there is no way to read them. */
export function alignmentLosses(logProbabilities: Tensor, alignment: Alignment): Tensor {
  const states = statesOf(alignment);
  const { inputLengths, targetLengths } = alignment;
  const read = forwards(stateProbabilities(logProbabilities, states), states);
  const last = given(
    inputLengths.map((length) => Math.max(0, length - 1)),
    int64,
    [1, inputLengths.length, 1],
  );
  const final = select(gather(read, 0, expand(last, [1, inputLengths.length, states.count])), 0, 0);
  const total = logsumexp(masked_fill(final, states.ending.logical_not(), impossible), 1);
  // In no steps nothing can be read, and that surely.
  const empty = inputLengths.map((length, row) => (length > 0 ? 0 : targetLengths[row] === 0 ? 1 : 2));
  const kinds = given(empty, int64);
  const losses = masked_fill(total.neg(), lt(total, impossible / 10), Infinity);
  return masked_fill(masked_fill(losses, eq(kinds, 1), 0), eq(kinds, 2), Infinity);
}

/** The share of each class in what is read at a step, `[T, N, C]`: of all ways to read the labels, those that have it there. */
export function labelShares(logProbabilities: Tensor, alignment: Alignment): Tensor {
  const states = statesOf(alignment);
  const emitted = stateProbabilities(logProbabilities, states);
  const through = sub(add(forwards(emitted, states), backwards(emitted, states, alignment)), emitted);
  const classes = expand(states.classes, [logProbabilities.size(0), ...states.classes.shape]);
  return scatter_add(
    allocateZeros(logProbabilities.shape, logProbabilities.dtype),
    2,
    classes,
    softmax(through, 2),
  );
}
