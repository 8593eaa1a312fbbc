/** Which classes a model takes for which. */
import { describe } from "../binding.ts";
import { ValueError } from "../errors/valueError.ts";
import { inspectAs } from "../inspect.ts";
import { argmax } from "../ops/methods.ts";
import { Tensor } from "../tensor.ts";
import { confusionText } from "./confusionText.ts";
import type { ClassRates, ConfusionSnapshot } from "./snapshots.ts";
import { integersOf, type Integers } from "./values.ts";

/** What `confusionMatrix` takes by name. */
export interface ConfusionOptions {
  /** The classes' names, in the order of their numbers; by default the numbers. */
  readonly labels?: readonly string[];
}

/** Harmonic mean, and 0 where both are. */
function harmonic(first: number, second: number): number {
  return first + second === 0 ? 0 : (2 * first * second) / (first + second);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}

function ratesOf(label: string, position: number, counts: readonly (readonly number[])[]): ClassRates {
  const found = counts[position]?.[position] ?? 0;
  const support = sum(counts[position] ?? []);
  const predicted = sum(counts.map((row) => row[position] ?? 0));
  const [precision, recall] = [found / predicted, found / support];
  return { label, support, predicted, precision, recall, f1: f1Of(precision, recall) };
}

/** With neither examples nor predictions there is nothing to say; with one of both, nothing was found. */
function f1Of(precision: number, recall: number): number {
  if (Number.isNaN(precision) && Number.isNaN(recall)) return Number.NaN;
  return harmonic(precision || 0, recall || 0);
}

/** How often each class was taken for each. As a cell's last value it is a table; `String(matrix)` is the same as text. */
export class ConfusionMatrix implements ConfusionSnapshot {
  readonly kind = "confusion";
  readonly counts: readonly (readonly number[])[];
  readonly classes: readonly ClassRates[];
  readonly total: number;
  readonly correct: number;
  readonly text: string;

  /** @internal Call `confusionMatrix`. */
  constructor(counts: readonly (readonly number[])[], labels: readonly string[]) {
    this.counts = counts;
    this.classes = labels.map((label, i) => ratesOf(label, i, counts));
    this.total = sum(counts.flat());
    this.correct = sum(counts.map((row, i) => row[i] ?? 0));
    this.text = confusionText(this);
  }

  /** The share of examples whose class was found; NaN without examples. */
  get accuracy(): number {
    return this.correct / this.total;
  }

  toString(): string {
    return this.text;
  }
}

inspectAs(ConfusionMatrix, (matrix) => matrix.text);

/** The predicted classes: as given, or the largest of each row of scores. */
function predictedClasses(predictions: Integers): readonly number[] {
  const classes =
    predictions instanceof Tensor && predictions.ndim === 2 ? argmax(predictions.detach(), 1) : predictions;
  return integersOf("confusionMatrix", "predictions", classes);
}

/** @throws ValueError for a class without a label, or below 0. */
function checkClasses(name: string, classes: readonly number[], count: number): void {
  const position = classes.findIndex((each) => each < 0 || each >= count);
  if (position >= 0)
    throw new ValueError(
      `confusionMatrix: ${name}[${position}] is class ${classes[position]}, but there are ${count} labels, for 0 to ${count - 1}.`,
    );
}

function labelsOf(labels: unknown, classes: readonly number[], scores: number): readonly string[] {
  if (labels === undefined) {
    const count = classes.reduce((most, each) => Math.max(most, each + 1), scores);
    if (count > MOST_CLASSES)
      throw new ValueError(
        `confusionMatrix: there is a class ${count - 1}, and a table of so many classes is of no use.`,
      );
    return Array.from({ length: count }, (_, i) => String(i));
  }
  if (!Array.isArray(labels))
    throw new TypeError(`confusionMatrix: labels is ${describe(labels)}, expected an array of names.`);
  return labels.map(String);
}

/** A million cells are not counted by accident. */
const MOST_CLASSES = 1000;

/**
 * How often each true class (rows) was taken for each class (columns), with the precision, recall and F1 score of each: `confusionMatrix(targets, model(x), {labels: ["cat", "dog"]})`.
 *
 * @param targets the true classes, `[N]`, whole numbers from 0: a tensor or an array
 * @param predictions the predicted classes, `[N]`, or scores `[N, classes]`, of which the largest counts
 * @throws TypeError for anything else; ValueError when there is not one prediction for each target, or a class has no label.
 */
export function confusionMatrix(
  targets: Integers,
  predictions: Integers,
  options: ConfusionOptions = {},
): ConfusionMatrix {
  const truth = integersOf("confusionMatrix", "targets", targets);
  const predicted = predictedClasses(predictions);
  if (truth.length !== predicted.length)
    throw new ValueError(
      `confusionMatrix: there are ${truth.length} targets and ${predicted.length} predictions. Each example needs one of both.`,
    );
  const scores = predictions instanceof Tensor && predictions.ndim === 2 ? predictions.size(1) : 0;
  const labels = labelsOf(options.labels, [...truth, ...predicted], scores);
  checkClasses("targets", truth, labels.length);
  checkClasses("predictions", predicted, labels.length);
  const counts = labels.map(() => labels.map(() => 0));
  truth.forEach((each, i) => {
    const row = counts[each]!; // checked above, as is the column
    row[predicted[i]!]! += 1;
  });
  return new ConfusionMatrix(counts, labels);
}
