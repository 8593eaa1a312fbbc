/** Computations on rows: each element, each row or each column is an expression of operands that are named. */
import { float32 } from "../../../dtype.ts";
import { numel } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import { textureOf } from "../evaluate.ts";
import type { Value } from "../values.ts";
import { fold, type FoldFinish, type FoldKind } from "./fold.ts";
import { dimsOf, isRowMajor, offsetLines, textureFor } from "./operands.ts";
import { ProgramWriter } from "./program.ts";

/** Where an operand's numbers are: an element for each of the rows', for each row, or for each column. Only a view with an element for each may have gaps. */
interface Operand {
  readonly of: View | Value;
  readonly by: "element" | "row" | "column";
}

/** What a row's element is computed from, by the names that expressions use. */
export type Operands = Readonly<Record<string, Operand | { readonly number: number }>>;

/** The rows of a view. */
export interface Rows {
  readonly count: number;
  readonly length: number;
}

/** The rows that lie along the last dimension. */
export function rowsOf({ shape }: View): Rows {
  const length = shape.at(-1) ?? 1;
  return { count: numel(shape) / length, length };
}

function isView(operand: View | Value): operand is View {
  return "storage" in operand;
}

/** Declares each operand as a number of its name, for row `i` and column `j`. */
function declare(writer: ProgramWriter, operands: Operands, { length }: Rows): string {
  const width = writer.whole(length);
  return Object.entries(operands)
    .map(([name, operand]) => {
      if ("number" in operand) return `float ${name} = ${writer.fraction(operand.number)};`;
      const { of, by } = operand;
      const index = { element: `i * ${width} + j`, row: "i", column: "j" }[by];
      return isView(of)
        ? declareView(writer, name, of, index)
        : `float ${name} = ${writer.elements(textureOf(of))}(${index});`;
    })
    .join(" ");
}

function declareView(writer: ProgramWriter, name: string, view: View, index: string): string {
  const fetch = writer.elements(textureFor(view));
  const offset = view.offset === 0 ? "" : `${writer.whole(view.offset)} + `;
  if (isRowMajor(view)) return `float ${name} = ${fetch}(${offset}${index});`;
  const at = writer.name();
  return `${offsetLines(writer, at, index, dimsOf(view))} float ${name} = ${fetch}(${offset}${at});`;
}

/** Folds what `expression` gives for each element of a row. */
export function foldRows(
  kind: FoldKind,
  rows: Rows,
  operands: Operands,
  expression: string,
  finish: FoldFinish = () => "",
): Value {
  const source = { length: rows.length, write: numberOf(rows, operands, expression) };
  return fold(kind, source, { dtype: float32, length: rows.count }, finish);
}

function numberOf(rows: Rows, operands: Operands, expression: string): (writer: ProgramWriter) => string {
  return (writer) => {
    const name = writer.name();
    writer.define(`float ${name}(int i, int j) { ${declare(writer, operands, rows)} return ${expression}; }`);
    return name;
  };
}

/** Folds what `expression` gives for each element of a column. */
export function foldColumns(rows: Rows, operands: Operands, expression: string): Value {
  const write = (writer: ProgramWriter): string => {
    const [inner, name] = [numberOf(rows, operands, expression)(writer), writer.name()];
    writer.define(`float ${name}(int i, int j) { return ${inner}(j, i); }`);
    return name;
  };
  return fold("sum", { length: rows.count, write }, { dtype: float32, length: rows.length });
}

/** Computes each element of all rows. */
export function mapRows(rows: Rows, operands: Operands, expression: string): Value {
  const writer = new ProgramWriter();
  const name = numberOf(rows, operands, expression)(writer);
  const width = writer.whole(rows.length);
  const [value] = writer.draw(
    [{ dtype: float32, length: rows.count * rows.length }],
    `int row = quotient(i, ${width}); float y0 = ${name}(row, i - row * ${width});`,
  );
  return value!; // one for each result
}

/** Gives the textures of results back that were needed for a while. */
export function releaseRows(...values: readonly Value[]): void {
  for (const value of values) value.dropTexture();
}
