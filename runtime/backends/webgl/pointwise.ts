/**
 * Pointwise work: recorded when it is asked for, and done when somebody wants its elements. Until then, later pointwise work of the same shape becomes part of one
 * program with it.
 */
import { readElement, type DType } from "../../dtype.ts";
import type { Expression } from "../../expression.ts";
import { numel } from "../../shape.ts";
import type { View } from "../backend.ts";
import { adopt } from "../cpu/memory/storage.ts";
import { accessOf, isSingle } from "./access.ts";
import { evaluate, fitsTexture, hasTextures, textureOf } from "./evaluate.ts";
import { runOnCpu } from "./fallback.ts";
import { canEmit, isWholeNumber } from "./glsl/emission.ts";
import { instanceOf } from "./glsl/templates.ts";
import { graphics } from "./graphics.ts";
import { canTakeIn, settledAccess } from "./plan.ts";
import { turns } from "../../turns.ts";
import { reachOfResult } from "./reach.ts";
import type { Stage, StageInput } from "./stages.ts";
import { WebGLStorage } from "./storage.ts";
import { Value } from "./values.ts";
import { canWrite, isWhole, write } from "./writing.ts";

/** Textures that one program reads at most, so that there is room for values that turn out to be worth keeping. */
const mostLeaves = 12;
/** Operations in one program, about, beyond which taking in another stage gains nothing and compiling takes long. */
const mostCost = 64;

const none: readonly number[] = [];

/** A number in the compute dtype as a program can have it, `null` where it cannot. */
function numberIn(compute: DType, number: number | bigint): number | null {
  if (compute.is_floating_point) return Math.fround(Number(number));
  if (compute.category === "bool") return Number(number) === 0 ? 0 : 1;
  // Of 8 bits the lowest count.
  const whole = compute.name === "uint8" ? ((Number(number) % 256) + 256) % 256 : Number(number);
  return isWholeNumber(whole) ? whole : null;
}

/** The value of a storage; that of the processor is brought along. */
function valueOf({ storage, dtype }: View): Value {
  if (storage instanceof WebGLStorage) return storage.value;
  return Value.ofArray(adopt(storage.data.slice(), dtype, false));
}

/** The one number that an operand has for all positions, where the processor knows it. */
function knownNumber({ storage, dtype, offset }: View): number | bigint | null {
  if (!(storage instanceof WebGLStorage)) return readElement(dtype, storage.data, offset);
  if (!storage.isWritten || storage.length !== 1) return null;
  const { array } = storage.value;
  return array === null ? null : readElement(dtype, array.data, offset);
}

function inputOf(view: View, output: View, length: number, compute: DType): StageInput | null {
  const access = accessOf(view, output.shape);
  // What is counted up in place is a number that is known only the first time.
  if (isSingle(access) && view.storage !== output.storage) {
    const known = knownNumber(view);
    const number = known === null ? null : numberIn(compute, known);
    if (number !== null) return { number };
  }
  const value = valueOf(view);
  return fitsTexture(value) ? { value, access: settledAccess(access, value, length) } : null;
}

/** Work that programs can do, as a stage; `null` for what is left to the processor. */
function stageOf(
  expression: Expression,
  compute: DType,
  output: View,
  views: readonly View[],
  parameters: readonly number[],
): Stage | null {
  if (!hasTextures(compute) || !canEmit(expression, compute)) return null;
  if (!compute.is_floating_point && !parameters.every(isWholeNumber)) return null;
  const length = numel(output.shape);
  const inputs: StageInput[] = [];
  for (const view of views) {
    const input = inputOf(view, output, length, compute);
    if (input === null) return null;
    inputs.push(input);
  }
  const reach = compute.is_floating_point ? null : reachOfResult(expression, compute, inputs, parameters);
  if (reach === null && !compute.is_floating_point) return null;
  const { template, constants } = instanceOf(expression);
  settleInputs(inputs, length, template.cost);
  const leaves = leavesOf(inputs);
  // A conversion counts, too: a chain of them ends somewhere.
  const cost = inputs.reduce((sum, input) => sum + costOf(input), Math.max(template.cost, 1));
  return {
    template,
    constants,
    parameters,
    compute,
    dtype: output.dtype,
    length,
    inputs,
    cost,
    leaves,
    reach,
  };
}

/** Whether an input is computed in the program that uses it. */
function isPart(input: StageInput): boolean {
  return "value" in input && input.value.stage !== null;
}

function costOf(input: StageInput): number {
  return "value" in input ? (input.value.stage?.cost ?? 0) : 0;
}

function leavesOf(inputs: readonly StageInput[]): readonly Value[] {
  const leaves = new Set<Value>();
  for (const input of inputs) {
    if (!("value" in input)) continue;
    if (input.value.stage === null) leaves.add(input.value);
    else for (const leaf of input.value.stage.leaves) leaves.add(leaf);
  }
  return [...leaves];
}

/**
 * Whether a pending value waits from one step of a training to the next: a running mean would become a longer program with every step. One that takes nothing, such as
 * zeros, is computed by itself, too, or what begins with it would have a program of its own in the first step.
 */
function isOfAnotherStep({ stage, turn }: Value): boolean {
  return turn !== turns.ended || (stage!.inputs.length === 0 && !turns.isBackward); // only pending values are asked about
}

/** Computes those pending inputs that cannot be part of one program with what uses them. */
function settleInputs(inputs: readonly StageInput[], length: number, cost: number): void {
  for (const input of inputs) {
    if (!("value" in input) || input.value.stage === null) continue;
    if (!canTakeIn(input, length) || isOfAnotherStep(input.value)) textureOf(input.value);
  }
  const parts = inputs.filter(isPart).toSorted((a, b) => costOf(b) - costOf(a));
  for (const input of parts) {
    const total = inputs.reduce((sum, other) => sum + costOf(other), cost);
    if (total <= mostCost && leavesOf(inputs).length <= mostLeaves) break;
    if ("value" in input && input.value.stage !== null) textureOf(input.value);
  }
}

/** What a fallback of an expression is called. */
function nameOf(expression: Expression, dtype: DType): string {
  const head = "name" in expression ? expression.name : expression.kind;
  return `pointwise ${head} (${dtype.name})`;
}

/** See `Backend.pointwise`. */
export function pointwise(
  expression: Expression,
  compute: DType,
  output: View,
  inputs: readonly View[],
  parameters: readonly number[] = none,
): void {
  if (output.shape.includes(0)) return;
  const stage = canWrite(output) ? stageOf(expression, compute, output, inputs, parameters) : null;
  if (stage === null)
    runOnCpu("pointwise", [expression, compute, output, inputs, parameters], nameOf(expression, compute));
  else write(output, Value.ofStage(stage));
}

/** Textures that one program writes at most, where the context writes several at all: every WebGL 2 context should have so many. */
const mostOutputs = 4;

/** See `Backend.pointwiseAll`. */
export function pointwiseAll(
  expressions: readonly Expression[],
  compute: DType,
  outputs: readonly View[],
  inputs: readonly View[],
  parameters: readonly number[] = none,
): void {
  if (outputs[0]!.shape.includes(0)) return;
  const values: Value[] = [];
  for (const [i, expression] of expressions.entries()) {
    const output = outputs[i]!;
    const stage = canWrite(output) ? stageOf(expression, compute, output, inputs, parameters) : null;
    if (stage === null) {
      for (const value of values) value.drop();
      runOnCpu(
        "pointwiseAll",
        [expressions, compute, outputs, inputs, parameters],
        nameOf(expression, compute),
      );
      return;
    }
    const value = Value.ofStage(stage);
    value.hold();
    values.push(value);
  }
  const atOnce = Math.min(mostOutputs, graphics().context.description.maxOutputs);
  // Together only where all results are whole: a region is written by a program of its own.
  if (outputs.every((output) => isWhole(output)))
    for (let first = 0; first < values.length; first += atOnce) evaluate(values.slice(first, first + atOnce));
  // What was not computed has taken the old elements along, whatever is written first.
  values.forEach((value, i) => {
    write(outputs[i]!, value);
    value.drop();
  });
}
