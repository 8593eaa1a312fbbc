/** What differs between products of float32 and of float64 numbers. */
import { hasRelaxedSimd } from "../wasm/features.ts";
import type { FunctionBuilder, Local } from "../wasm/assembler.ts";
import type { Instruction, LaneMemoryInstruction, MemoryInstruction } from "../wasm/instructions.ts";

/** The instructions for one kind of number. */
export interface Precision {
  readonly name: "float32" | "float64";
  /** Bytes of a number. */
  readonly bytes: number;
  /** Numbers in a vector of 16 bytes. */
  readonly lanes: number;
  readonly splat: MemoryInstruction;
  /** Reads one number into the first lane, with zeros in the others. */
  readonly loadOne: MemoryInstruction;
  readonly load: MemoryInstruction;
  readonly store: MemoryInstruction;
  readonly storeLane: LaneMemoryInstruction;
  readonly multiply: Instruction;
  readonly add: Instruction;
  readonly multiplyAdd: Instruction;
  /** The larger of two; the first where one of them is NaN. */
  readonly largest: Instruction;
}

export const float32: Precision = {
  name: "float32",
  bytes: 4,
  lanes: 4,
  splat: "v128.load32_splat",
  loadOne: "v128.load32_zero",
  load: "i32.load",
  store: "i32.store",
  storeLane: "v128.store32_lane",
  multiply: "f32x4.mul",
  add: "f32x4.add",
  multiplyAdd: "f32x4.relaxed_madd",
  largest: "f32x4.pmax",
};

export const float64: Precision = {
  name: "float64",
  bytes: 8,
  lanes: 2,
  splat: "v128.load64_splat",
  loadOne: "v128.load64_zero",
  load: "i64.load",
  store: "i64.store",
  storeLane: "v128.store64_lane",
  multiply: "f64x2.mul",
  add: "f64x2.add",
  multiplyAdd: "f64x2.relaxed_madd",
  largest: "f64x2.pmax",
};

/** `sum += x · y`, rounded once where the processor can. */
export function pushMultiplyAdd(
  f: FunctionBuilder,
  precision: Precision,
  sum: Local,
  x: Local,
  y: Local,
): void {
  if (hasRelaxedSimd()) f.get(x).get(y).get(sum).op(precision.multiplyAdd).set(sum);
  else f.get(sum).get(x).get(y).op(precision.multiply).op(precision.add).set(sum);
}
