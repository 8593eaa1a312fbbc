/** A confusion matrix as text. */
import type { ClassRates, ConfusionSnapshot } from "./snapshots.ts";
import { textTable, type TextColumn } from "./textTable.ts";
import { grouped, percent } from "./words.ts";

/** More columns fit no terminal. */
const MOST_COLUMNS = 16;
const MOST_CONFUSIONS = 3;

/** One class that was taken for another. */
interface Confusion {
  readonly truth: string;
  readonly taken: string;
  readonly count: number;
}

function confusions({
  counts,
  classes,
}: Pick<ConfusionSnapshot, "counts" | "classes">): readonly Confusion[] {
  const label = (position: number): string => classes[position]?.label ?? "";
  return counts
    .flatMap((row, i) => row.map((count, j) => ({ truth: label(i), taken: label(j), count, wrong: i !== j })))
    .filter(({ wrong, count }) => wrong && count > 0)
    .toSorted((first, second) => second.count - first.count);
}

/** What was found in all, and what was mistaken most often. */
function confusionSentences(snapshot: Omit<ConfusionSnapshot, "text">): readonly string[] {
  const { total, correct } = snapshot;
  const share = total === 0 ? "" : `: accuracy ${percent(correct / total)}`;
  const worst = confusions(snapshot)
    .slice(0, MOST_CONFUSIONS)
    .map(({ truth, taken, count }) => `${truth} for ${taken} (${grouped(count)})`);
  return [
    `${grouped(correct)} of ${grouped(total)} right${share}`,
    ...(worst.length === 0 ? [] : [`Most often mistaken: ${worst.join(", ")}`]),
  ];
}

function rates({ precision, recall, f1 }: ClassRates): readonly string[] {
  return [percent(recall), percent(precision), Number.isNaN(f1) ? "–" : f1.toFixed(3)];
}

function rightColumn(title: string): TextColumn {
  return { title, align: "right" };
}

/** A row for each true class, its rates behind it; of very many classes the rates alone. */
export function confusionText(snapshot: Omit<ConfusionSnapshot, "text">): string {
  const { counts, classes } = snapshot;
  const whole = classes.length <= MOST_COLUMNS;
  const middle = whole ? classes.map(({ label }) => label) : ["examples"];
  const table = textTable(
    [
      { title: whole ? "true \\ predicted" : "class", align: "left" },
      ...[...middle, "recall", "precision", "F1"].map(rightColumn),
    ],
    classes.map((one, i) =>
      [one.label].concat((whole ? (counts[i] ?? []) : [one.support]).map(grouped), rates(one)),
    ),
  );
  return [...table, "", ...confusionSentences(snapshot)].join("\n");
}
