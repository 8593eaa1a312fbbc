/** How elements of each dtype lie in memory, and in lanes. */
import type { DTypeName } from "../../../dtype.ts";
import type { Instruction, MemoryInstruction } from "../wasm/instructions.ts";
import type { LaneType } from "./lanes.ts";

/** Bytes of an element. */
export const elementBytes: Readonly<Record<DTypeName, number>> = {
  bool: 1,
  uint8: 1,
  int8: 1,
  int16: 2,
  float16: 2,
  bfloat16: 2,
  int32: 4,
  int64: 8,
  float32: 4,
  float64: 8,
};

/** The lanes in which elements of a dtype lie after they were read; fractions of 16 bits are read as bits. */
export const laneTypes: Readonly<Record<DTypeName, LaneType>> = {
  bool: "i32",
  uint8: "i32",
  int8: "i32",
  int16: "i32",
  float16: "i32",
  bfloat16: "i32",
  int32: "i32",
  int64: "i64",
  float32: "f32",
  float64: "f64",
};

/** How an element of fewer than 32 bits is read alone, and four neighbours, by way of a vector's lower bytes. */
interface Widening {
  readonly one: MemoryInstruction;
  readonly four: MemoryInstruction;
  readonly extend: readonly Instruction[];
}

const unsignedByte: Widening = {
  one: "i32.load8_u",
  four: "v128.load32_zero",
  extend: ["i16x8.extend_low_i8x16_u", "i32x4.extend_low_i16x8_u"],
};
const signedByte: Widening = {
  one: "i32.load8_s",
  four: "v128.load32_zero",
  extend: ["i16x8.extend_low_i8x16_s", "i32x4.extend_low_i16x8_s"],
};
const signedPair: Widening = {
  one: "i32.load16_s",
  four: "v128.load64_zero",
  extend: ["i32x4.extend_low_i16x8_s"],
};

export const widenings: Readonly<Partial<Record<DTypeName, Widening>>> = {
  bool: unsignedByte,
  uint8: unsignedByte,
  int8: signedByte,
  int16: signedPair,
  float16: signedPair,
  bfloat16: signedPair,
};
