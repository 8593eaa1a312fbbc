/**
 * Expressions that differ in their constants only share a template, and so a program: the constants are given with each call. One and its like are written into the
 * program: they are few, and compilers make use of them. Of zero they would make wrong use: zero times NaN is not zero.
 */
import type { Expression } from "../../../expression.ts";

/** What expressions of one form have in common. */
export interface Template {
  /** Tells templates apart. */
  readonly id: number;
  /** Any expression of this form. */
  readonly expression: Expression;
  /** The place of each constant that is not written into programs. */
  readonly slots: ReadonlyMap<Expression, number>;
  /** Operations in it. */
  readonly cost: number;
}

/** An expression's form, and its own constants. */
export interface Instance {
  readonly template: Template;
  readonly constants: readonly number[];
}

const written: ReadonlySet<number> = new Set([1, -1, 2, 0.5]);

/** Whether a constant is part of the form. */
function isWritten(value: number): boolean {
  return written.has(value);
}

const templates = new Map<string, Template>();
const instances = new WeakMap<Expression, Instance>();

/** The parts of an expression, in order. */
function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case "input":
    case "parameter":
    case "constant":
      return [];
    case "unary":
      return [expression.x];
    case "call":
      return expression.args;
    case "select":
      return [expression.condition, expression.x, expression.y];
    default:
      return [expression.x, expression.y];
  }
}

/** Functions that take many operations. */
const dear: ReadonlySet<string> = new Set([
  "erf",
  "erfc",
  "normalCdf",
  "gelu",
  "pow",
  "sin",
  "cos",
  "tan",
  "floorDivide",
]);

class Reading {
  readonly constants: number[] = [];
  readonly slots = new Map<Expression, number>();
  readonly lines: string[] = [];
  readonly #numbers = new Map<Expression, number>();
  cost = 0;

  /** The number of the line that says what the expression is. */
  visit(expression: Expression): number {
    const known = this.#numbers.get(expression);
    if (known !== undefined) return known;
    const parts = partsOf(expression).map((part) => this.visit(part));
    this.lines.push(`${this.#head(expression)}${parts.join()}`);
    this.#numbers.set(expression, this.lines.length);
    return this.lines.length;
  }

  #head(expression: Expression): string {
    switch (expression.kind) {
      case "input":
        return `i${expression.index}`;
      case "parameter":
        return `p${expression.index}`;
      case "constant":
        return this.#constant(expression);
      case "select":
        this.cost++;
        return "?";
      default:
        this.cost += expression.kind === "call" || dear.has(expression.name) ? 8 : 1;
        return `${expression.name}:`;
    }
  }

  #constant(expression: Expression & { kind: "constant" }): string {
    if (isWritten(expression.value)) return `=${expression.value}`;
    this.slots.set(expression, this.constants.length);
    this.constants.push(expression.value);
    return "c";
  }
}

/** The form and the constants of an expression. */
export function instanceOf(expression: Expression): Instance {
  let instance = instances.get(expression);
  if (instance !== undefined) return instance;
  const reading = new Reading();
  reading.visit(expression);
  const key = reading.lines.join(";");
  let template = templates.get(key);
  if (template === undefined) {
    template = { id: templates.size, expression, slots: reading.slots, cost: reading.cost };
    templates.set(key, template);
  }
  instance = { template, constants: reading.constants };
  instances.set(expression, instance);
  return instance;
}
