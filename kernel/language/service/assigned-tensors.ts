/**
 * Variables and fields that begin with a tensor of a known shape and are given another one later.
 *
 * TypeScript decides the type of `let h = torch.zeros(3)` by its first value, with the shape, and would refuse `h = net(h)`. In a notebook such a variable is any tensor
 * from the beginning.
 */
import type { Node, Program } from "oxc-parser";
import type { Diagnostic } from "vscode-languageserver-protocol";
import { children, isFunctionLike } from "../ast.ts";
import { ANY_TENSOR } from "./cell-document.ts";
import { inCell, lineStarts, messageOf, type Insertion, type Offsets } from "./places.ts";

/** What must be known otherwise, so that the assignments of a cell are right. */
export interface AssignedTensors {
  readonly insertions: readonly Insertion[];
  /** Names of variables of earlier cells. */
  readonly earlier: readonly string[];
}

/** A cell, with what was found about it before. */
export interface CellWithInsertions {
  readonly source: string;
  readonly program: Program;
  readonly insertions: readonly Insertion[];
}

/** "Type '…' is not assignable to type '…'." */
const NOT_ASSIGNABLE = 2322;
const OF_TENSORS = /^Type 'Tensor<[^\n]*' is not assignable to type 'Tensor</u;

function isAssignmentOfTensors(item: Diagnostic): boolean {
  return item.code === NOT_ASSIGNABLE && OF_TENSORS.test(messageOf(item));
}

/** "Argument of type '…' is not assignable to parameter of type '…'." */
const NOT_AN_ARGUMENT = 2345;
const OF_UNKNOWN_SHAPE =
  /^(?:Type|Argument of type) 'Tensor<Shape, ([^']*)>' is not assignable to (?:parameter of )?type 'Tensor<[^']*?, ([^',]*)>'\./u;

/** Whether a tensor of a shape that the compiler does not know stands where one of a known shape should: only the program's run can tell. */
export function isUnknownTensor(item: Diagnostic): boolean {
  if (item.code !== NOT_ASSIGNABLE && item.code !== NOT_AN_ARGUMENT) return false;
  const [, given, expected] = OF_UNKNOWN_SHAPE.exec(messageOf(item)) ?? [];
  return given !== undefined && (given === "DTypeName" || given === expected);
}

/** What an assignment writes into: a variable, or a field of any object. */
interface Target {
  readonly name: string;
  readonly isField: boolean;
}

function asTarget(node: Node): Target | null {
  if (node.type === "Identifier") return { name: node.name, isField: false };
  if (node.type !== "MemberExpression" || node.computed) return null;
  return { name: node.property.name, isField: true };
}

/** The node that has exactly these offsets. */
function targetAt(node: Node, { start, end }: Offsets): Target | null {
  if (node.start > start || node.end < end) return null;
  if (node.start === start && node.end === end) {
    const target = asTarget(node);
    if (target !== null) return target;
  }
  for (const child of children(node)) {
    const target = targetAt(child, { start, end });
    if (target !== null) return target;
  }
  return null;
}

/** A place where something gets its type from its first value. */
interface Beginning {
  readonly insertion: Insertion;
  /** What it can be seen in. */
  readonly within: Offsets;
}

function isScope(node: Node): boolean {
  return (
    isFunctionLike(node) ||
    node.type === "BlockStatement" ||
    node.type === "ForStatement" ||
    node.type === "ClassDeclaration" ||
    node.type === "ClassExpression"
  );
}

/** The text that makes a node the beginning of any tensor under the target's name. */
function insertionFor(node: Node, { name, isField }: Target): Insertion | null {
  if (isField && node.type === "PropertyDefinition") {
    const { key, computed, typeAnnotation, value } = node;
    const fits = !computed && "name" in key && key.name === name && value !== null && !typeAnnotation;
    return fits ? { at: key.end, text: `: ${ANY_TENSOR}` } : null;
  }
  if (isField && node.type === "Property") {
    const { key, value, kind, method, shorthand } = node;
    const fits = kind === "init" && !method && !shorthand && "name" in key && key.name === name;
    return fits && value.type === "CallExpression" ? { at: value.end, text: ` as ${ANY_TENSOR}` } : null;
  }
  if (isField) return null;
  if (node.type === "AssignmentPattern" && node.left.type === "Identifier" && node.left.name === name)
    return node.left.typeAnnotation ? null : { at: node.left.end, text: `: ${ANY_TENSOR}` };
  return node.type === "VariableDeclarator" ? insertionForVariable(node, name) : null;
}

function insertionForVariable(
  { id, init }: Extract<Node, { type: "VariableDeclarator" }>,
  name: string,
): Insertion | null {
  if (init === null || id.typeAnnotation) return null;
  if (id.type === "Identifier") return id.name === name ? { at: id.end, text: `: ${ANY_TENSOR}` } : null;
  // `let [h, c] = [torch.zeros(3), torch.zeros(3)]`: a pattern has one type, of which the other names are a part.
  const isPart =
    id.type === "ArrayPattern" &&
    id.elements.some((part) => part?.type === "Identifier" && part.name === name);
  return isPart ? { at: id.end, text: ": any" } : null;
}

function beginnings(node: Node, target: Target, within: Offsets): Beginning[] {
  const insertion = insertionFor(node, target);
  const inside = isScope(node) ? { start: node.start, end: node.end } : within;
  const found = children(node).flatMap((child) => beginnings(child, target, inside));
  return insertion === null ? found : [{ insertion, within }, ...found];
}

/** What the variable or field at a place begins with: in the innermost scope that the place is in; fields of other objects anywhere. */
function insertionsFor(program: Program, target: Target, place: Offsets): Insertion[] {
  const all = beginnings(program, target, program);
  const around = all.filter(({ within }) => within.start <= place.start && place.end <= within.end);
  const innermost = Math.min(...around.map(({ within }) => within.end - within.start));
  const chosen = around.filter(({ within }) => within.end - within.start === innermost);
  return (chosen.length === 0 && target.isField ? all : chosen).map(({ insertion }) => insertion);
}

/**
 * What to add to a cell and to know of earlier variables, so that assigning one tensor where another was is no error.
 *
 * @param items - what TypeScript says of the cell as it is.
 * @param isEarlier - whether an earlier cell declares a name as a variable.
 * @returns `null` when nothing can be mended so.
 */
export function assignedTensors(
  items: readonly Diagnostic[],
  cell: CellWithInsertions,
  isEarlier: (name: string) => boolean,
): AssignedTensors | null {
  const starts = lineStarts(cell.source);
  const insertions = new Map(cell.insertions.map((each) => [each.at, each]));
  const earlier = new Set<string>();
  for (const item of items) {
    if (!isAssignmentOfTensors(item)) continue;
    const place = inCell(item.range, starts, cell.insertions);
    const target = place === null ? null : targetAt(cell.program, place);
    if (place === null || target === null) continue;
    const found = insertionsFor(cell.program, target, place);
    for (const insertion of found) insertions.set(insertion.at, insertion);
    if (found.length === 0 && !target.isField && isEarlier(target.name)) earlier.add(target.name);
  }
  if (insertions.size === cell.insertions.length && earlier.size === 0) return null;
  return {
    insertions: [...insertions.values()].toSorted((one, other) => one.at - other.at),
    earlier: [...earlier],
  };
}
