/**
 * How large whole numbers can be. Textures hold them as float32, which has all whole numbers up to 2^24 and few beyond: sums and products are computed by programs
 * where it is known that none of them leaves that range, and by the processor otherwise.
 */
import type { DType, TypedArray } from "../../dtype.ts";
import type { Expression } from "../../expression.ts";
import { isExact } from "./glsl/emission.ts";
import type { StageInput } from "./stages.ts";
import type { Value } from "./values.ts";

/** Whole numbers up to this size are all there in float32. */
export const largestWhole: number = 2 ** 24;

/** The largest size of an array's numbers; Infinity where float32 lacks one of them. */
function reachOfArray(data: TypedArray): number {
  let reach = 0;
  for (let i = 0; i < data.length; i++) {
    const size = Math.abs(Number(data[i]!));
    if (size > largestWhole && !hasExactly(data[i]!)) return Infinity;
    if (size > reach) reach = size;
  }
  return reach;
}

function hasExactly(element: number | bigint): boolean {
  return typeof element === "number" ? isExact(element) : BigInt(Math.fround(Number(element))) === element;
}

/** The largest size that a value's whole numbers can have, as far as it is known. */
export function reachOf(value: Value): number {
  const { dtype, array } = value;
  if (dtype.category === "bool") return 1;
  if (dtype.name === "uint8") return 255;
  if (value.reach === null && array !== null) value.reach = reachOfArray(array.data);
  return value.reach ?? Infinity;
}

/** The largest size of an input once it is converted to the compute dtype. */
function reachOfInput(input: StageInput, compute: DType): number {
  if ("number" in input) return Math.abs(input.number);
  if (compute.category === "bool") return 1;
  if (input.value.dtype.is_floating_point) return compute.name === "uint8" ? 255 : Infinity;
  return compute.name === "uint8" ? Math.min(reachOf(input.value), 255) : reachOf(input.value);
}

/** Computes sizes of results from those of operands. */
class Reaching {
  readonly #inputs: readonly number[];
  readonly #parameters: readonly number[];
  readonly #known = new Map<Expression, number | null>();

  constructor(inputs: readonly number[], parameters: readonly number[]) {
    this.#inputs = inputs;
    this.#parameters = parameters;
  }

  /** The largest size of an expression's results, `null` where a sum or a product in it may leave the range. */
  of(expression: Expression): number | null {
    let reach = this.#known.get(expression);
    if (reach === undefined) this.#known.set(expression, (reach = this.#find(expression)));
    return reach;
  }

  #find(expression: Expression): number | null {
    switch (expression.kind) {
      case "input":
        return this.#inputs[expression.index]!;
      case "parameter":
        return Math.abs(this.#parameters[expression.index]!);
      case "constant":
        return Math.abs(expression.value);
      case "unary":
        return this.#combine([expression.x], (x) => (expression.name === "sign" ? 1 : x));
      case "binary":
        return this.#ofBinary(expression);
      case "compare":
      case "logical":
        return this.#combine([expression.x, expression.y], () => 1);
      case "select":
        return this.#combine([expression.condition, expression.x, expression.y], (_, x, y) => Math.max(x, y));
      case "call":
        // Of whole numbers only remainders are computed here: they are smaller than both.
        return this.#combine(expression.args, Math.max);
    }
  }

  #ofBinary({ name, x, y }: Expression & { kind: "binary" }): number | null {
    if (name === "add" || name === "sub") return within(this.#combine([x, y], (a, b) => a + b));
    if (name === "mul") return within(this.#combine([x, y], (a, b) => a * b));
    const larger = this.#combine([x, y], Math.max);
    return larger !== null && name.startsWith("bit") ? within(withAllBits(larger)) : larger;
  }

  #combine(parts: readonly Expression[], join: (...reaches: number[]) => number): number | null {
    const reaches: number[] = [];
    for (const part of parts) {
      const reach = this.of(part);
      if (reach === null) return null;
      reaches.push(reach);
    }
    return join(...reaches);
  }
}

/** The largest size of numbers with as many bits as one of size `reach` has; −8 has as many as 7. */
function withAllBits(reach: number): number {
  return 2 ** Math.ceil(Math.log2(reach + 1));
}

function within(reach: number | null): number | null {
  return reach !== null && reach <= largestWhole ? reach : null;
}

/** The largest size of a stage's whole numbers, `null` where programs would not compute them exactly. */
export function reachOfResult(
  expression: Expression,
  compute: DType,
  inputs: readonly StageInput[],
  parameters: readonly number[],
): number | null {
  return new Reaching(
    inputs.map((input) => reachOfInput(input, compute)),
    parameters,
  ).of(expression);
}
