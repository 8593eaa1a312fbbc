/** Runs pointwise expressions: decides between wasm and JavaScript, settles how each operand is walked, and calls the kernel. */
import { readElement, type DType } from "../../../dtype.ts";
import type { Expression } from "../../../expression.ts";
import { keepsDigits } from "../../../halves.ts";
import { broadcastStrides, isContiguous, numel, sameShape } from "../../../shape.ts";
import type { View } from "../../backend.ts";
import { heapMemory, parameterBase, parameterInts } from "../memory/heap.ts";
import { addressOf, type CpuStorage } from "../memory/storage.ts";
import { toInt64 } from "../reference/functions.ts";
import type { Layout } from "../reference/layout.ts";
import { runLoop } from "../reference/pointwise.ts";
import { runKernel } from "../threads/parallel.ts";
import {
  contiguous,
  plainNumber,
  programOf,
  programOfAll,
  repeated,
  strided,
  type Program,
} from "./kernels.ts";
import { nestWords } from "./loops.ts";
import { nest } from "./nesting.ts";

/** Results of so many bytes are computed by JavaScript: they lie outside of the heap. */
const smallBytes = 64;

/** Dimensions around the inner one that a kernel walks by itself; more are left to JavaScript. */
const largestOuterRank = 6;

/** So many operands can be told apart by one number: in one loop, where outputs are walked in one way, and in several. */
const mostInKey = 9;
const mostInNestedKey = 8;

const none: readonly number[] = [];
const slotInts = parameterInts;
const slotFloats = new Float32Array(heapMemory.buffer, parameterBase, 128);
const slotDoubles = new Float64Array(heapMemory.buffer, parameterBase, 64);
const slotBigInts = new BigInt64Array(heapMemory.buffer, parameterBase, 64);

/** See `Backend.pointwise`. */
export function pointwise(
  expression: Expression,
  computeDtype: DType,
  output: View,
  inputs: readonly View[],
  parameters: readonly number[] = none,
): void {
  run(programOf(expression), computeDtype, [output], inputs, parameters);
}

/** See `Backend.pointwiseAll`. */
export function pointwiseAll(
  expressions: readonly Expression[],
  computeDtype: DType,
  outputs: readonly View[],
  inputs: readonly View[],
  parameters: readonly number[] = none,
): void {
  run(programOfAll(expressions), computeDtype, outputs, inputs, parameters);
}

function run(
  program: Program,
  computeDtype: DType,
  outputs: readonly View[],
  inputs: readonly View[],
  parameters: readonly number[],
): void {
  const count = numel(outputs[0]!.shape);
  if (count === 0) return;
  if (count * computeDtype.itemsize <= smallBytes || !program.lowerable(computeDtype))
    runLoop(program.javaScript(computeDtype, outputs, inputs), outputs, inputs, parameters);
  else if (
    outputs.length + inputs.length > mostInKey ||
    !runFlat(program, computeDtype, outputs, inputs, parameters, count)
  )
    runNested(program, computeDtype, outputs, inputs, parameters);
}

/** How each operand of the running call is walked, and the arguments of its kernel; made once, because a call needs them for a moment only. */
const walks: number[] = [];
const args: number[] = [];

/** How an input is walked in a loop over a row-major output; −1 where it takes more than one loop. */
function flatWalk(input: View, output: View): number {
  if (sameShape(input.shape, output.shape) && isContiguous(input.shape, input.strides)) return contiguous;
  if (numel(input.shape) !== 1) return -1;
  return isPlainNumber(input) ? plainNumber : repeated;
}

/** Whether an operand of one element lies outside of the heap, where its value is handed over instead of its address. */
function isPlainNumber({ storage }: View): boolean {
  // The CPU's views have the CPU's storages.
  return (storage as CpuStorage).address === 0;
}

/** One loop over all elements, where every operand allows it. */
function runFlat(
  program: Program,
  computeDtype: DType,
  outputs: readonly View[],
  inputs: readonly View[],
  parameters: readonly number[],
  count: number,
): boolean {
  let key = computeDtype.code;
  let position = 0;
  for (const output of outputs) {
    if (!isContiguous(output.shape, output.strides)) return false;
    key = key * 10 + output.dtype.code;
    walks[position++] = contiguous;
  }
  for (const input of inputs) {
    const walk = flatWalk(input, outputs[0]!);
    if (walk < 0) return false;
    walks[position++] = walk;
    key = key * 40 + input.dtype.code * 4 + walk;
  }
  const kernel = program.wasm(key * 8, computeDtype, outputs, inputs, walks, 0);
  writeNumbers(computeDtype, program.parameterCount, inputs, outputs.length, parameters);
  let length = 0;
  for (const output of outputs) args[length++] = addressOf(output);
  for (let i = 0; i < inputs.length; i++)
    if (walks[outputs.length + i] !== plainNumber) args[length++] = addressOf(inputs[i]!);
  call(kernel, count, length, kernel.grain);
  return true;
}

/** Calls a kernel; without spreading the arguments where few of them go to one thread. */
function call(kernel: ReturnType<Program["wasm"]>, total: number, length: number, grain: number): void {
  if (total >= 2 * grain) runKernel(kernel.module, "run", total, grain, args.slice(0, length));
  else if (length === 2) kernel.run(0, total, args[0]!, args[1]!);
  else if (length === 3) kernel.run(0, total, args[0]!, args[1]!, args[2]!);
  else if (length === 1) kernel.run(0, total, args[0]!);
  else if (length === 0) kernel.run(0, total);
  else kernel.run(0, total, ...args.slice(0, length));
}

/** Puts the expression's parameters, and operands that are plain numbers, where the kernel reads them. */
function writeNumbers(
  computeDtype: DType,
  parameterCount: number,
  inputs: readonly View[],
  firstWalk: number,
  parameters: readonly number[],
): void {
  for (let i = 0; i < parameterCount; i++) writeNumber(i, computeDtype, parameters[i]!);
  let slot = parameterCount;
  for (let i = 0; i < inputs.length; i++) {
    if (walks[firstWalk + i] !== plainNumber) continue;
    const { dtype, storage, offset } = inputs[i]!;
    writeNumber(
      slot++,
      computeDtype,
      roundedTo(computeDtype, dtype, readElement(dtype, storage.data, offset)),
    );
  }
}

/** An element as computations in 16 bits read it: in the compute dtype, unless its own keeps its digits. */
function roundedTo({ bits }: DType, own: DType, value: number | bigint): number | bigint {
  return bits === null || keepsDigits(own.name) ? value : bits.decode(bits.encode(Number(value)));
}

function writeNumber(slot: number, computeDtype: DType, value: number | bigint): void {
  switch (computeDtype.name) {
    case "float32":
    case "float16":
    case "bfloat16":
      slotFloats[2 * slot] = Number(value);
      return;
    case "float64":
      slotDoubles[slot] = Number(value);
      return;
    case "int64":
      slotBigInts[slot] = toInt64(value);
      return;
    default:
      slotInts[2 * slot] = wholeNumber(computeDtype, value);
  }
}

function wholeNumber(computeDtype: DType, value: number | bigint): number {
  if (computeDtype.name === "bool") return Number(value) === 0 ? 0 : 1;
  const wrapped = typeof value === "bigint" ? Number(BigInt.asIntN(32, value)) : value;
  if (computeDtype.itemsize === 4) return wrapped | 0;
  if (computeDtype.name === "uint8") return wrapped & 255;
  return computeDtype.name === "int8" ? (wrapped << 24) >> 24 : (wrapped << 16) >> 16;
}

/** What tells the keys of the kernels of `runNested` apart: how many dimensions are around the inner one, and none for a kernel over one dimension. */
const lineKey = 7;

/** What tells a kernel of `runNested` from the others of its program. */
function keyOf(computeDtype: DType, views: readonly View[], outerRank: number): number | string {
  let key = computeDtype.code;
  let longer = "";
  for (let i = 0; i < views.length; i++) {
    if (i > 0 && i % mostInNestedKey === 0) {
      longer += `${key} `;
      key = 0;
    }
    key = key * 40 + views[i]!.dtype.code * 4 + walks[i]!;
  }
  key = key * 8 + (outerRank || lineKey);
  return longer === "" ? key : longer + key;
}

/** Loops for operands of any layout. */
function runNested(
  program: Program,
  computeDtype: DType,
  outputs: readonly View[],
  inputs: readonly View[],
  parameters: readonly number[],
): void {
  const { shape } = outputs[0]!;
  const views = [...outputs, ...inputs];
  const layout = nest(
    shape,
    views.map((view) => broadcastStrides(view.shape, view.strides, shape)),
  );
  const outerRank = Math.max(layout.shape.length - 1, 0);
  if (outerRank > largestOuterRank) {
    runLoop(program.javaScript(computeDtype, outputs, inputs), outputs, inputs, parameters);
    return;
  }
  views.forEach((view, i) => {
    walks[i] = nestedWalk(view, layout.strides[i]!.at(-1) ?? 0, i < outputs.length);
  });
  const kernel = program.wasm(
    keyOf(computeDtype, views, outerRank),
    computeDtype,
    outputs,
    inputs,
    walks,
    outerRank,
  );
  writeNumbers(computeDtype, program.parameterCount, inputs, outputs.length, parameters);
  if (outerRank === 0) {
    const length = describeLine(layout, views);
    call(kernel, layout.shape[0] ?? 1, length, kernel.grain);
  } else {
    const rows = describeNest(layout, views);
    call(kernel, rows, 0, Math.max(1, Math.ceil(kernel.grain / layout.shape.at(-1)!)));
  }
}

/** Writes the arguments of a kernel over one dimension, and says how many there are. */
function describeLine({ strides }: Layout, views: readonly View[]): number {
  let length = 0;
  for (const [i, view] of views.entries()) if (walks[i] !== plainNumber) args[length++] = addressOf(view);
  for (const [i, view] of views.entries())
    if (walks[i] === strided) args[length++] = (strides[i]!.at(-1) ?? 0) * view.dtype.itemsize;
  return length;
}

function nestedWalk(view: View, stride: number, isOutput: boolean): number {
  if (stride === 1) return contiguous;
  if (isOutput || stride !== 0) return strided;
  return numel(view.shape) === 1 && isPlainNumber(view) ? plainNumber : repeated;
}

/** Writes the description of nested loops that `nestedKernel` reads, and says how many rows there are. */
function describeNest({ shape, strides }: Layout, views: readonly View[]): number {
  const outer = shape.slice(0, -1);
  let word = nestWords;
  parameterInts[word++] = shape.at(-1)!;
  for (const size of outer) parameterInts[word++] = size;
  views.forEach((view, i) => {
    if (walks[i] === plainNumber) return;
    const bytes = view.dtype.itemsize;
    parameterInts[word++] = addressOf(view);
    parameterInts[word++] = strides[i]!.at(-1)! * bytes;
    for (const stride of strides[i]!.slice(0, -1)) parameterInts[word++] = stride * bytes;
  });
  return numel(outer);
}
