/** From an expression, which says what an operator means, to lanes, which say how it is computed. */
import type { DType, DTypeName } from "../../../dtype.ts";
import type { BinaryFunction, Comparison, Expression, Logical, UnaryFunction } from "../../../expression.ts";
import { keepsDigits } from "../../../halves.ts";
import * as lanes from "./lanes.ts";
import type { Lane, LaneType } from "./lanes.ts";
import { laneCodecs, type LaneCodec } from "./halves.ts";
import { exp, exp2, expm1, sigmoid, tanh } from "./math/exponential.ts";
import { log, log1p, logTo } from "./math/logarithm.ts";
import { erf, erfc, gelu, normalCdf } from "./math/normal.ts";
import { pow } from "./math/power.ts";
import { cos, sin } from "./math/trigonometric.ts";
import { laneTypes } from "./elements.ts";

const {
  abs,
  add,
  and,
  constant,
  convert,
  div,
  eq,
  gt,
  lt,
  max,
  min,
  mul,
  ne,
  neg,
  or,
  pmax,
  pmin,
  select,
  sub,
  xor,
} = lanes;

type UnaryLowering = (x: Lane) => Lane;
type BinaryLowering = (x: Lane, y: Lane) => Lane;

/** What the lanes of a compute dtype can do; the rest is left to the JavaScript loops. */
interface Repertoire {
  readonly unary: Partial<Record<UnaryFunction, UnaryLowering>>;
  readonly binary: Partial<Record<BinaryFunction, BinaryLowering>>;
}

function sign(x: Lane): Lane {
  return sub(select(gt(x, 0), 1, constant(x.type, 0)), select(lt(x, 0), 1, constant(x.type, 0)));
}

/** The larger one, NaN where either is NaN: shorter than the instruction that does the same, which processors lack. */
function maximum(x: Lane, y: Lane): Lane {
  if (y.operation.kind === "constant") return pmax(x, y);
  return select(ne(y, y), y, pmax(x, y));
}

function minimum(x: Lane, y: Lane): Lane {
  if (y.operation.kind === "constant") return pmin(x, y);
  return select(ne(y, y), y, pmin(x, y));
}

const fractions: Repertoire = {
  unary: {
    neg,
    abs,
    sign,
    exp,
    exp2,
    expm1,
    log,
    log1p,
    log2: (x) => logTo(x, 2),
    log10: (x) => logTo(x, 10),
    sqrt: lanes.sqrt,
    tanh,
    sigmoid,
    floor: lanes.floor,
    ceil: lanes.ceil,
    round: lanes.nearest,
    trunc: lanes.trunc,
  },
  binary: { add, sub, mul, div, maximum, minimum },
};

const single: Repertoire = {
  unary: { ...fractions.unary, sin, cos, erf, erfc, normalCdf, gelu },
  binary: { ...fractions.binary, pow },
};

const same: UnaryLowering = (x) => x;

const whole: Repertoire = {
  unary: { neg, abs, sign, floor: same, ceil: same, round: same },
  binary: { add, sub, mul, bitAnd: and, bitOr: or, bitXor: xor },
};

const whole32: Repertoire = { unary: whole.unary, binary: { ...whole.binary, maximum: max, minimum: min } };
const whole64: Repertoire = {
  unary: whole.unary,
  binary: {
    ...whole.binary,
    maximum: (x, y) => select(gt(x, y), x, y),
    minimum: (x, y) => select(lt(x, y), x, y),
  },
};

const repertoires: Readonly<Record<DTypeName, Repertoire>> = {
  float32: single,
  float64: fractions,
  float16: single,
  bfloat16: single,
  int64: whole64,
  int32: whole32,
  int16: whole32,
  int8: whole32,
  uint8: whole32,
  bool: whole32,
};

const comparisons: Readonly<Record<Comparison, BinaryLowering>> = {
  eq,
  ne,
  lt,
  le: lanes.le,
  gt,
  ge: lanes.ge,
};
const logicals: Readonly<Record<Logical, BinaryLowering>> = { and, or, xor };

/** Whether lanes of `dtype` can compute the expression. */
export function canLower(expression: Expression, dtype: DType): boolean {
  const repertoire = repertoires[dtype.name];
  const within = (part: Expression): boolean => canLower(part, dtype);
  switch (expression.kind) {
    case "input":
    case "parameter":
      return true;
    case "constant":
      return dtype.is_floating_point || Number.isInteger(expression.value);
    case "unary":
      return repertoire.unary[expression.name] !== undefined && within(expression.x);
    case "binary":
      return repertoire.binary[expression.name] !== undefined && within(expression.x) && within(expression.y);
    case "call":
      return false;
    case "compare":
    case "logical":
      return within(expression.x) && within(expression.y);
    case "select":
      return within(expression.condition) && within(expression.x) && within(expression.y);
  }
}

/** How an input arrives: the lanes in which it was read, and the dtype that it was read as. */
export interface InputFacts {
  readonly dtype: DTypeName;
}

/** A fraction in another type; among whole numbers, those that do not fit become the smallest, as x86 processors have it. */
function toType(x: Lane, type: LaneType): Lane {
  const value = convert(x, type);
  if (type === "i32") return select(lt(abs(x), 2 ** 31), value, constant("i32", -(2 ** 31)));
  if (type === "i64") return select(lt(abs(x), 2 ** 63), value, constant("i64", -(2n ** 63n)));
  return value;
}

/** Whole numbers that every dtype of 16 bits holds. */
const small: ReadonlySet<DTypeName> = new Set<DTypeName>(["bool", "uint8", "int8", "int16"]);

function codecOf(dtype: DTypeName): LaneCodec | undefined {
  return dtype === "float16" || dtype === "bfloat16" ? laneCodecs[dtype] : undefined;
}

/** The lower bits of a number, the highest of which is the sign. */
function signExtended(x: Lane, by: number): Lane {
  return lanes.shiftRight(lanes.shiftLeft(x, by), by);
}

class Lowering {
  readonly #dtype: DType;
  readonly #type: LaneType;
  readonly #repertoire: Repertoire;
  readonly #inputs: readonly InputFacts[];
  readonly #known = new Map<Expression, Lane>();

  constructor(dtype: DType, inputs: readonly InputFacts[]) {
    this.#dtype = dtype;
    this.#type = dtype.bits === null ? laneTypes[dtype.name] : "f32";
    this.#repertoire = repertoires[dtype.name];
    this.#inputs = inputs;
  }

  /** A number, in the compute dtype's lanes. */
  number(expression: Expression): Lane {
    const lane = this.#any(expression);
    return lane.type.startsWith("m") ? select(lane, constant(this.#type, 1), 0) : lane;
  }

  /** A truth value; a number counts as true when it is not zero. */
  truth(expression: Expression): Lane {
    const lane = this.#any(expression);
    return lanes.narrowMask(lane.type.startsWith("m") ? lane : ne(lane, 0));
  }

  #any(expression: Expression): Lane {
    let lane = this.#known.get(expression);
    if (lane === undefined) this.#known.set(expression, (lane = this.#lower(expression)));
    return lane;
  }

  #lower(expression: Expression): Lane {
    switch (expression.kind) {
      case "input":
        return this.#input(expression.index);
      case "parameter":
        return { type: this.#type, operation: { kind: "parameter", index: expression.index }, args: [] };
      case "constant":
        return constant(this.#type, this.#type === "i64" ? BigInt(expression.value) : expression.value);
      case "unary":
        return this.#repertoire.unary[expression.name]!(this.number(expression.x));
      case "binary":
        return this.#repertoire.binary[expression.name]!(
          this.number(expression.x),
          this.number(expression.y),
        );
      case "call":
        throw new Error(`no lanes compute ${expression.name}: canLower is asked first`);
      case "compare":
        return this.#compare(expression);
      case "logical":
        return logicals[expression.name](this.truth(expression.x), this.truth(expression.y));
      case "select":
        return select(
          this.#condition(expression.condition),
          this.number(expression.x),
          this.number(expression.y),
        );
    }
  }

  /** A condition, as wide as it comes. */
  #condition(expression: Expression): Lane {
    const lane = this.#any(expression);
    return lane.type.startsWith("m") ? lane : ne(lane, 0);
  }

  #compare({ name, x, y }: Expression & { kind: "compare" }): Lane {
    return comparisons[name](this.number(x), this.number(y));
  }

  #input(index: number): Lane {
    const { dtype } = this.#inputs[index]!;
    const element: Lane = { type: laneTypes[dtype], operation: { kind: "input", index }, args: [] };
    const read = codecOf(dtype)?.decode(element) ?? element;
    if (this.#dtype.name === "bool" && dtype !== "bool") return select(ne(read, 0), constant("i32", 1), 0);
    const value = read.type.startsWith("f") ? toType(read, this.#type) : convert(read, this.#type);
    // A wider whole number loses its upper bits, as it would on its way into a tensor of the compute dtype.
    if (this.#dtype.name === "uint8" && dtype !== "uint8" && dtype !== "bool")
      return and(value, constant("i32", 255));
    if (this.#dtype.name === "int8" && dtype !== "int8" && dtype !== "bool") return signExtended(value, 24);
    if (this.#dtype.name === "int16" && !small.has(dtype)) return signExtended(value, 16);
    const codec = codecOf(this.#dtype.name);
    return codec === undefined || keepsDigits(dtype) ? value : codec.decode(codec.encode(value));
  }
}

/** The lanes of each expression's result; masks where the output's dtype is bool. */
export function lower(
  expressions: readonly Expression[],
  dtype: DType,
  inputs: readonly InputFacts[],
  outputs: readonly InputFacts[],
): Lane[] {
  const lowering = new Lowering(dtype, inputs);
  return expressions.map((expression, i) => {
    const { dtype: own } = outputs[i]!;
    if (own === "bool") return lowering.truth(expression);
    const value = lowering.number(expression);
    return codecOf(own)?.encode(value) ?? value;
  });
}
