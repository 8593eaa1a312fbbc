/** Labels: the elements of rows that class numbers point at. */
import { float32 } from "../../../dtype.ts";
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import type { Labels, PickedSums, RowBackend } from "../../rows.ts";
import { textureOf } from "../evaluate.ts";
import { runOnCpu } from "../fallback.ts";
import type { Value } from "../values.ts";
import { write } from "../writing.ts";
import { fold } from "./fold.ts";
import { areFractions, canDraw, lengthOf, textureFor } from "./operands.ts";
import { positionsOf } from "./positions.ts";
import { ProgramWriter } from "./program.ts";

/** The methods of the backend about labels. */
export const labelMethods: Pick<RowBackend, "pickLabels" | "spreadLabels"> = {
  pickLabels(losses, sums, input, labels) {
    const outputs = [...(losses === null ? [] : [losses]), sums.total, sums.weights];
    if (
      !areFractions(...outputs, input, labels.weight) ||
      !canDraw([input, labels.labels, labels.weight], outputs)
    )
      return runOnCpu("pickLabels", [losses, sums, input, labels]);
    const wrongRow = firstWrong(labels, input.shape.at(-1)!);
    if (wrongRow < 0) pick(losses, sums, input, labels);
    return wrongRow;
  },

  spreadLabels(output, grad, divisor, labels) {
    const inputs = [grad, divisor, labels.weight];
    if (!areFractions(output, ...inputs) || !canDraw([...inputs, labels.labels], [output]))
      return runOnCpu("spreadLabels", [output, grad, divisor, labels]);
    const writer = new ProgramWriter();
    const [label, weight] = declareLabels(writer, labels);
    const gradient = single(writer, grad, grad.shape.length === 0 ? "0" : "row");
    const over = divisor === null ? "" : ` / ${single(writer, divisor, "0")}`;
    const classes = writer.whole(output.shape.at(-1)!);
    const [value] = writer.draw(
      [{ dtype: float32, length: lengthOf(output) }],
      `int row = quotient(i, ${classes});
int label = ${label}(row);
float y0 = 0.0;
if (label == i - row * ${classes} && label != ${writer.whole(labels.ignored)}) y0 = -${gradient} * ${weight}(label)${over};`,
    );
    write(output, value!); // one for each result
  },
};

/** Class numbers are looked at where they are: those that a program was given are still in the processor's memory. */
function firstWrong({ labels, ignored }: Labels, classes: number): number {
  const data = positionsOf(labels);
  const count = numel(labels.shape);
  for (let row = 0; row < count; row++) {
    const label = Number(data[labels.offset + row]!);
    if (label !== ignored && (label < 0 || label >= classes)) return row;
  }
  return -1;
}

/** Names of functions that give a row's label, and a class's weight. */
function declareLabels(writer: ProgramWriter, { labels, weight }: Labels): [label: string, weight: string] {
  const [fetch, label, factor] = [writer.elements(textureFor(labels)), writer.name(), writer.name()];
  writer.define(`int ${label}(int row) { return int(${fetch}(${writer.whole(labels.offset)} + row)); }`);
  const number = weight === null ? "1.0" : single(writer, weight, "label");
  writer.define(`float ${factor}(int label) { return ${number}; }`);
  return [label, factor];
}

/** Text of an element of a view whose elements lie one after another. */
function single(writer: ProgramWriter, view: View, index: string): string {
  return `${writer.elements(textureFor(view))}(${writer.whole(view.offset)} + ${index})`;
}

/** Defines the loss and the weight of a row, and gives the names. */
function declareLosses(writer: ProgramWriter, input: View, labels: Labels): [loss: string, weight: string] {
  const [label, factor] = declareLabels(writer, labels);
  const [loss, weight] = [writer.name(), writer.name()];
  const ignored = writer.whole(labels.ignored);
  const element = single(writer, input, `row * ${writer.whole(input.shape.at(-1)!)} + label`);
  writer.define(
    `float ${weight}(int row) { int label = ${label}(row); return label == ${ignored} ? 0.0 : ${factor}(label); }`,
  );
  writer.define(
    `float ${loss}(int row) { int label = ${label}(row); return label == ${ignored} ? 0.0 : -${element} * ${factor}(label); }`,
  );
  return [loss, weight];
}

function pick(losses: View | null, { total, weights, mean }: PickedSums, input: View, labels: Labels): void {
  const rows = numel(labels.labels.shape);
  const one = { dtype: float32, length: 1 };
  const source = (which: 0 | 1): { length: number; write: (writer: ProgramWriter) => string } => ({
    length: rows,
    write: (writer) => {
      const [of, name] = [declareLosses(writer, input, labels)[which], writer.name()];
      writer.define(`float ${name}(int i, int j) { return ${of}(j); }`);
      return name;
    },
  });
  const weightSum = fold("sum", source(1), one);
  const lossSum = fold("sum", source(0), one, (writer) =>
    mean ? `y0 /= ${writer.elements(textureOf(weightSum))}(0);` : "",
  );
  write(total, lossSum);
  write(weights, weightSum);
  if (losses !== null) write(losses, eachLoss(input, labels, rows));
}

function eachLoss(input: View, labels: Labels, rows: number): Value {
  const writer = new ProgramWriter();
  const [loss] = declareLosses(writer, input, labels);
  const [value] = writer.draw([{ dtype: float32, length: rows }], `float y0 = ${loss}(i);`);
  return value!; // one for each result
}
