/**
 * Elements as whole numbers without sign that are in the same order: a record holds one and the element's place.
 *
 * A record of an element of up to 4 bytes is one i64, the key above the place, so that comparing records compares keys and, where they are equal, places. A record
 * of a larger element is 16 bytes: key, then place.
 */
import type { WideName } from "../../../dtype.ts";
import type { FunctionBuilder, Local } from "../wasm/assembler.ts";
import type { MemoryInstruction } from "../wasm/instructions.ts";

/** How elements of a dtype are read, written, and ordered. */
export interface KeyFacts {
  readonly bytes: number;
  readonly wide: boolean;
  readonly fraction: boolean;
  readonly signed: boolean;
  readonly load: MemoryInstruction;
  readonly store: MemoryInstruction;
}

export const keyFacts: Readonly<Record<WideName, KeyFacts>> = {
  float32: { bytes: 4, wide: false, fraction: true, signed: true, load: "i32.load", store: "i32.store" },
  float64: { bytes: 8, wide: true, fraction: true, signed: true, load: "i64.load", store: "i64.store" },
  int32: { bytes: 4, wide: false, fraction: false, signed: true, load: "i32.load", store: "i32.store" },
  int64: { bytes: 8, wide: true, fraction: false, signed: true, load: "i64.load", store: "i64.store" },
  uint8: { bytes: 1, wide: false, fraction: false, signed: false, load: "i32.load8_u", store: "i32.store8" },
  bool: { bytes: 1, wide: false, fraction: false, signed: false, load: "i32.load8_u", store: "i32.store8" },
};

/** Bytes of a record. */
export function recordBytes({ wide }: KeyFacts): number {
  return wide ? 16 : 8;
}

function constant(f: FunctionBuilder, wide: boolean, value: bigint): FunctionBuilder {
  return wide ? f.i64(BigInt.asIntN(64, value)) : f.i32(Number(BigInt.asIntN(32, value)));
}

/** The variables that making a key needs. */
export interface KeyVariables {
  /** An i32, or an i64 for wide elements. */
  readonly key: Local;
  /** All bits set for the reverse order. */
  readonly reverse: Local;
}

export function keyVariables(f: FunctionBuilder, { wide }: KeyFacts): KeyVariables {
  const [key, reverse] = f.locals(wide ? "i64" : "i32", 2) as [Local, Local];
  return { key, reverse };
}

/** Sets `reverse` from an i32 that is 0 or −1. */
export function setReverse(f: FunctionBuilder, facts: KeyFacts, flag: Local, reverse: Local): void {
  f.get(flag);
  if (facts.wide) f.op("i64.extend_i32_s");
  f.set(reverse);
}

const topBit = { true: 1n << 63n, false: 1n << 31n } as const;

function topOf(facts: KeyFacts): bigint {
  return topBit[`${facts.wide}`];
}

/** Sets `key` from the element at `at`. */
export function emitKey(
  f: FunctionBuilder,
  facts: KeyFacts,
  at: Local,
  { key, reverse }: KeyVariables,
): void {
  const { wide, fraction, signed } = facts;
  const type = wide ? "i64" : "i32";
  const float = wide ? "f64" : "f32";
  const top = topOf(facts);
  f.get(at).memory(facts.load).set(key);
  if (!fraction) {
    if (signed) constant(f.get(key), wide, top).op(`${type}.xor`).set(key);
  } else {
    // Negative fractions grow downwards: all their bits are turned over; of others, the sign alone.
    f.get(key);
    constant(f.get(key), wide, wide ? 63n : 31n).op(`${type}.shr_s`);
    constant(f, wide, top).op(`${type}.or`).op(`${type}.xor`).set(key);
    // Both zeros are one number, and NaN, whatever its bits, is above everything.
    constant(f, wide, top);
    f.get(key);
    f.get(at).memory(`${float}.load`);
    (wide ? f.f64(0) : f.f32(0)).op(`${float}.eq`).op("select").set(key);
    constant(f, wide, -1n);
    f.get(key);
    f.get(at).memory(`${float}.load`).get(at).memory(`${float}.load`).op(`${float}.ne`).op("select").set(key);
  }
  f.get(key).get(reverse).op(`${type}.xor`).set(key);
}

/** Writes to `to` the element that `key` was made of; `source` emits the address of the element itself, for keys that several elements have. */
export function emitElement(
  f: FunctionBuilder,
  facts: KeyFacts,
  to: Local,
  { key, reverse }: KeyVariables,
  source: () => void,
): void {
  const { wide, fraction, signed } = facts;
  const type = wide ? "i64" : "i32";
  const top = topOf(facts);
  f.get(key).get(reverse).op(`${type}.xor`).set(key);
  if (!fraction) {
    f.get(to).get(key);
    if (signed) constant(f, wide, top).op(`${type}.xor`);
    f.memory(facts.store);
    return;
  }
  constant(f.get(key), wide, top).op(`${type}.eq`);
  constant(f.get(key), wide, -1n).op(`${type}.eq`).op("i32.or");
  f.if(
    () => {
      f.get(to);
      source();
      f.memory(facts.load).memory(facts.store);
    },
    () => {
      f.get(to).get(key);
      constant(f.get(key), wide, wide ? 63n : 31n).op(`${type}.shr_s`);
      constant(f, wide, -1n).op(`${type}.xor`);
      constant(f, wide, top).op(`${type}.or`).op(`${type}.xor`).memory(facts.store);
    },
  );
}
