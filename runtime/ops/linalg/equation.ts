/** The equations of `einsum`, read. */
import { ValueError } from "../../errors/valueError.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { formatShape, type Shape } from "../../shape.ts";

/** A dimension's name; the dimensions of an ellipsis are numbered from its last one on. */
type Label = string;

/** What an equation says: the dimensions of each operand, and of the result. */
export interface Equation {
  readonly inputs: readonly (readonly Label[])[];
  readonly output: readonly Label[];
}

const letter = /[a-zA-Z]/;

/** The label of an ellipsis, before it is known how many dimensions it stands for. */
const ellipsis = "...";

/** Splits one operand's subscripts into labels. */
function labelsOf(text: string, operand: string, start: number): Label[] {
  const labels: Label[] = [];
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === " ") continue;
    if (character === ".") {
      if (labels.includes(ellipsis))
        throw new RuntimeError(`einsum(): found '.' for ${operand} for which an ellipsis was already found`);
      if (text.slice(i, i + 3) !== ellipsis)
        throw new RuntimeError(
          `einsum(): found '.' for ${operand} that is not part of any ellipsis: an ellipsis is three dots.`,
        );
      labels.push(ellipsis);
      i += 2;
    } else if (letter.test(character)) labels.push(character);
    else
      throw new RuntimeError(
        `einsum(): invalid subscript given at index ${start + i} in the equation string, subscripts must be in [a-zA-Z]`,
      );
  }
  return labels;
}

/** Replaces an ellipsis by as many labels as dimensions are left for it. */
function spellOut(labels: readonly Label[], shape: Shape, position: number): Label[] {
  const named = labels.filter((label) => label !== ellipsis).length;
  const hasEllipsis = labels.includes(ellipsis);
  if (hasEllipsis ? named > shape.length : named !== shape.length)
    throw new RuntimeError(
      hasEllipsis
        ? `einsum(): the number of subscripts in the equation (${named}) is more than the number of dimensions (${shape.length}) for operand ${position}`
        : `einsum(): the number of subscripts in the equation (${named}) does not match the number of dimensions (${shape.length}) for operand ${position} and no ellipsis was given: its shape is ${formatShape(shape)}.`,
    );
  const count = shape.length - named;
  return labels.flatMap((label) => (label === ellipsis ? ellipsisLabels(count) : [label]));
}

function ellipsisLabels(count: number): Label[] {
  return Array.from({ length: count }, (_, i) => `.${count - 1 - i}`);
}

/** The order of letters without an arrow: what comes once, capitals first, behind the ellipsis. */
function implicitOutput(inputs: readonly (readonly Label[])[]): Label[] {
  const all = inputs.flat();
  const once = [...new Set(all)].filter(
    (label) => !label.startsWith(".") && all.indexOf(label) === all.lastIndexOf(label),
  );
  return [...ellipsisLabels(widestEllipsis(inputs)), ...once.toSorted((a, b) => (a < b ? -1 : 1))];
}

function widestEllipsis(inputs: readonly (readonly Label[])[]): number {
  return Math.max(0, ...inputs.map((labels) => labels.filter((label) => label.startsWith(".")).length));
}

/** @throws RuntimeError when the result's labels are not those of operands, each once. */
function checkOutput(output: readonly Label[], inputs: readonly (readonly Label[])[]): void {
  output.forEach((label, position) => {
    if (output.indexOf(label) !== position)
      throw new RuntimeError(`einsum(): output subscript ${label} appears more than once in the output`);
    if (!label.startsWith(".") && !inputs.some((labels) => labels.includes(label)))
      throw new RuntimeError(
        `einsum(): output subscript ${label} does not appear in the equation for any input operand`,
      );
  });
}

/** Reads an equation such as `"ij,jk->ik"` for operands of these shapes. @throws RuntimeError for one that does not fit. */
export function readEquation(text: string, shapes: readonly Shape[]): Equation {
  const arrow = text.indexOf("->");
  const left = arrow < 0 ? text : text.slice(0, arrow);
  const parts = left.split(",");
  if (parts.length !== shapes.length)
    throw new RuntimeError(
      `einsum(): ${parts.length > shapes.length ? "fewer" : "more"} operands were provided than specified in the equation: it names ${parts.length}, and there are ${shapes.length}.`,
    );
  let start = 0;
  const inputs = parts.map((part, position) => {
    const labels = labelsOf(part, `operand ${position}`, start);
    start += part.length + 1;
    return spellOut(labels, shapes[position]!, position);
  });
  if (arrow < 0) return { inputs, output: implicitOutput(inputs) };
  const output = labelsOf(text.slice(arrow + 2), "the output", arrow + 2).flatMap((label) =>
    label === ellipsis ? ellipsisLabels(widestEllipsis(inputs)) : [label],
  );
  checkOutput(output, inputs);
  return { inputs, output };
}

/** The equation of the form with lists of numbers: `einsum(x, [0, 1], y, [1, 2], [0, 2])`. */
export function equationOf(
  lists: readonly (readonly unknown[])[],
  output: readonly unknown[] | null,
): string {
  return lists.map(subscripts).join(",") + (output === null ? "" : `->${subscripts(output)}`);
}

function subscripts(list: readonly unknown[]): string {
  return list.map(subscript).join("");
}

/** Numbers stand for capitals, then for small letters. */
function subscript(item: unknown): string {
  if (item === ellipsis) return ellipsis;
  if (typeof item !== "number" || !Number.isInteger(item) || item < 0 || item >= 52)
    throw new ValueError(
      `einsum(): subscript in subscript list is not within the valid range [0, 52): it is ${String(item)}.`,
    );
  return String.fromCharCode(item < 26 ? 65 + item : 97 + item - 26);
}
