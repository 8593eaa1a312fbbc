/** Compiled kernels, kept by expression, dtypes and the ways that operands are walked. */
import { float32, type DType } from "../../../dtype.ts";
import type { Expression } from "../../../expression.ts";
import { compile, type Kernel as JavaScriptKernel } from "../reference/pointwise.ts";
import { hasRelaxedSimd } from "../wasm/features.ts";
import { KernelModule, type KernelFunction } from "../wasm/kernelModule.ts";
import { assemble, type Operand, type OperandMode } from "./loops.ts";
import { canLower, lower } from "./lowering.ts";
import type { View } from "../../backend.ts";

/** The ways of walking an operand, as they stand in keys. */
const modes: readonly OperandMode[] = ["contiguous", "repeated", "strided", "number"];
export const contiguous = 0;
export const repeated = 1;
export const strided = 2;
export const plainNumber = 3;

/** A compiled kernel. */
export interface WasmKernel {
  readonly module: KernelModule<"run">;
  readonly run: KernelFunction;
  /** From how many elements on a part of the work is worth a thread of its own. */
  readonly grain: number;
}

/** Elements that take about 30 µs, from the instructions for four of them; those of short kernels wait for memory. */
function grainOf(cost: number): number {
  return Math.round(600_000 / (cost + 6));
}

/** So many codes of dtypes are told apart by one number. */
const mostInKey = 14;

function keyOf(computeDtype: DType, outputs: readonly View[], inputs: readonly View[]): number | string {
  if (outputs.length + inputs.length > mostInKey)
    return [computeDtype, ...[...outputs, ...inputs].map(({ dtype }) => dtype)].join();
  let key = computeDtype.code;
  for (const output of outputs) key = key * 10 + output.dtype.code;
  for (const input of inputs) key = key * 10 + input.dtype.code;
  return key;
}

/** What is known of a list of expressions that are computed together. */
export class Program {
  readonly expressions: readonly Expression[];
  readonly parameterCount: number;
  readonly #wasm = new Map<number | string, WasmKernel>();
  readonly #javaScript = new Map<number | string, JavaScriptKernel>();
  readonly #lowerable: (boolean | undefined)[] = [];

  constructor(expressions: readonly Expression[]) {
    this.expressions = expressions;
    this.parameterCount = Math.max(0, ...expressions.map(parametersIn));
  }

  /** Whether wasm can compute the expressions in a dtype. */
  lowerable(dtype: DType): boolean {
    return (this.#lowerable[dtype.code] ??= this.expressions.every((expression) =>
      canLower(expression, dtype),
    ));
  }

  /** The JavaScript loop for these operands. */
  javaScript(computeDtype: DType, outputs: readonly View[], inputs: readonly View[]): JavaScriptKernel {
    const key = keyOf(computeDtype, outputs, inputs);
    let kernel = this.#javaScript.get(key);
    if (kernel === undefined) {
      kernel = compile({
        expressions: this.expressions,
        computeDtype,
        outputs: outputs.map(({ dtype }) => dtype.name),
        inputs: inputs.map(({ dtype }) => dtype.name),
        parameterCount: this.parameterCount,
      });
      this.#javaScript.set(key, kernel);
    }
    return kernel;
  }

  /** The wasm kernel for these operands, of which the key tells dtypes and walks. */
  wasm(
    key: number | string,
    computeDtype: DType,
    outputs: readonly View[],
    inputs: readonly View[],
    walks: readonly number[],
    outerRank: number,
  ): WasmKernel {
    return this.#wasm.get(key) ?? this.#compile(key, computeDtype, outputs, inputs, walks, outerRank);
  }

  #compile(
    key: number | string,
    computeDtype: DType,
    outputs: readonly View[],
    inputs: readonly View[],
    walks: readonly number[],
    outerRank: number,
  ): WasmKernel {
    const operand = (view: View, position: number): Operand => {
      const mode = modes[walks[position]!]!;
      // A plain number beside fractions of 16 bits is a float32.
      const own = mode === "number" ? (computeDtype.bits === null ? computeDtype : float32) : view.dtype;
      return { mode, dtype: own.name };
    };
    const targets = outputs.map((view, i) => operand(view, i));
    const sources = inputs.map((view, i) => operand(view, outputs.length + i));
    const { module: builder, cost } = assemble({
      roots: lower(this.expressions, computeDtype, sources, targets),
      outputs: targets,
      inputs: sources,
      parameterCount: this.parameterCount,
      outerRank,
      relaxed: hasRelaxedSimd(),
    });
    const module = new KernelModule<"run">(() => builder);
    const kernel = { module, run: module.functions.run, grain: grainOf(cost) };
    this.#wasm.set(key, kernel);
    return kernel;
  }
}

/** How many parameters an expression takes. */
function parametersIn(expression: Expression): number {
  switch (expression.kind) {
    case "input":
    case "constant":
      return 0;
    case "parameter":
      return expression.index + 1;
    case "unary":
      return parametersIn(expression.x);
    case "call":
      return Math.max(0, ...expression.args.map(parametersIn));
    case "select":
      return Math.max(
        parametersIn(expression.condition),
        parametersIn(expression.x),
        parametersIn(expression.y),
      );
    default:
      return Math.max(parametersIn(expression.x), parametersIn(expression.y));
  }
}

/** By expression, or by list of expressions. */
const programs = new WeakMap<object, Program>();

/** The program of one expression. */
export function programOf(expression: Expression): Program {
  let program = programs.get(expression);
  if (program === undefined) programs.set(expression, (program = new Program([expression])));
  return program;
}

/** The program of several, known by the identity of the list. */
export function programOfAll(expressions: readonly Expression[]): Program {
  let program = programs.get(expressions);
  if (program === undefined) programs.set(expressions, (program = new Program(expressions)));
  return program;
}
