/**
 * Writes WebAssembly modules, byte by byte. Kernels are small and made while a program runs, so that no optimiser is worth its start-up time.
 *
 * Source: WebAssembly core specification 3.0, section 5 "Binary format"; the threads proposal for shared memory.
 */
import {
  instructionBytes,
  laneBytes,
  laneMemoryBytes,
  memoryBytes,
  pushSigned,
  pushUnsigned,
  type Instruction,
  type LaneInstruction,
  type LaneMemoryInstruction,
  type MemoryInstruction,
} from "./instructions.ts";

/** The type of a parameter, a local variable, or a value on the stack. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

/** How a vector constant repeats one number. */
export type LaneShape = "i8x16" | "i32x4" | "i64x2" | "f32x4" | "f64x2";

/** A local variable or parameter, by its number. */
export type Local = number;

const typeBytes: Readonly<Record<ValueType, number>> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
};

const number = new DataView(new ArrayBuffer(8));

function float32Bytes(value: number): number[] {
  number.setFloat32(0, value, true);
  return Array.from({ length: 4 }, (_, i) => number.getUint8(i));
}

function float64Bytes(value: number): number[] {
  number.setFloat64(0, value, true);
  return Array.from({ length: 8 }, (_, i) => number.getUint8(i));
}

/** One lane's bytes. A bit pattern is given as a bigint, also for lanes of fractions. */
function laneConstant(shape: LaneShape, value: number | bigint): number[] {
  if (shape === "i8x16") return [Number(value) & 0xff];
  if (typeof value === "number" && shape === "f32x4") return float32Bytes(value);
  if (typeof value === "number" && shape === "f64x2") return float64Bytes(value);
  number.setBigUint64(0, BigInt.asUintN(64, BigInt(value)), true);
  return Array.from({ length: shape.endsWith("x4") ? 4 : 8 }, (_, i) => number.getUint8(i));
}

/** The body of one function, as a sequence of instructions for wasm's stack; every method appends and returns the builder. */
export class FunctionBuilder {
  /** Its number within the module: what `call` takes. */
  readonly index: number;
  readonly params: readonly ValueType[];
  readonly results: readonly ValueType[];
  readonly #locals: ValueType[] = [];
  readonly #code: number[] = [];

  constructor(index: number, params: readonly ValueType[], results: readonly ValueType[]) {
    this.index = index;
    this.params = params;
    this.results = results;
  }

  /** A new local variable; it begins as zero when the function is entered. */
  local(type: ValueType): Local {
    this.#locals.push(type);
    return this.params.length + this.#locals.length - 1;
  }

  /** Several of them. */
  locals(type: ValueType, count: number): Local[] {
    return Array.from({ length: count }, () => this.local(type));
  }

  get(local: Local): this {
    this.#code.push(0x20);
    pushUnsigned(this.#code, local);
    return this;
  }

  set(local: Local): this {
    this.#code.push(0x21);
    pushUnsigned(this.#code, local);
    return this;
  }

  /** Stores the top of the stack and leaves it there. */
  tee(local: Local): this {
    this.#code.push(0x22);
    pushUnsigned(this.#code, local);
    return this;
  }

  /** Reads an imported global: see `ModuleBuilder`. */
  global(index: number): this {
    this.#code.push(0x23);
    pushUnsigned(this.#code, index);
    return this;
  }

  i32(value: number): this {
    this.#code.push(0x41);
    pushSigned(this.#code, BigInt(value | 0));
    return this;
  }

  i64(value: bigint): this {
    this.#code.push(0x42);
    pushSigned(this.#code, value);
    return this;
  }

  f32(value: number): this {
    this.#code.push(0x43, ...float32Bytes(value));
    return this;
  }

  f64(value: number): this {
    this.#code.push(0x44, ...float64Bytes(value));
    return this;
  }

  /** A vector with `value` in every lane. */
  v128(shape: LaneShape, value: number | bigint): this {
    const lane = laneConstant(shape, value);
    this.#code.push(0xfd, 12);
    for (let i = 0; i < 16; i++) this.#code.push(lane[i % lane.length]!);
    return this;
  }

  /** An instruction without immediates. */
  op(name: Instruction): this {
    this.#code.push(...instructionBytes[name]);
    return this;
  }

  /** A read or write of memory, `offset` bytes behind the address on the stack. Nothing is assumed of the alignment. */
  memory(name: MemoryInstruction, offset = 0): this {
    this.#code.push(...memoryBytes[name], 0);
    pushUnsigned(this.#code, offset);
    return this;
  }

  /** A read or write of one lane of a vector. */
  laneMemory(name: LaneMemoryInstruction, lane: number, offset = 0): this {
    this.#code.push(...laneMemoryBytes[name], 0);
    pushUnsigned(this.#code, offset);
    this.#code.push(lane);
    return this;
  }

  lane(name: LaneInstruction, lane: number): this {
    this.#code.push(...laneBytes[name], lane);
    return this;
  }

  /** Takes 16 of the 32 bytes of the two vectors on the stack. */
  shuffle(bytes: readonly number[]): this {
    this.#code.push(0xfd, 13, ...bytes);
    return this;
  }

  /** Fills memory: destination, byte and count are on the stack. */
  memoryFill(): this {
    this.#code.push(0xfc, 11, 0);
    return this;
  }

  /** Copies memory, also where the two overlap: destination, source and count are on the stack. */
  memoryCopy(): this {
    this.#code.push(0xfc, 10, 0, 0);
    return this;
  }

  /** Adds a constant to an i32 variable. */
  increment(local: Local, by: number): this {
    return this.get(local).i32(by).op("i32.add").set(local);
  }

  /** Adds another variable to an i32 variable. */
  advance(local: Local, by: Local): this {
    return this.get(local).get(by).op("i32.add").set(local);
  }

  /** `br` to it leaves it. */
  block(body: () => void): this {
    this.#code.push(0x02, 0x40);
    body();
    this.#code.push(0x0b);
    return this;
  }

  /** `br` to it goes back to its start; without one it is left at the end. */
  loop(body: () => void): this {
    this.#code.push(0x03, 0x40);
    body();
    this.#code.push(0x0b);
    return this;
  }

  /** Runs one of two bodies, by the i32 on the stack. */
  if(then: () => void, otherwise?: () => void): this {
    this.#code.push(0x04, 0x40);
    then();
    if (otherwise !== undefined) {
      this.#code.push(0x05);
      otherwise();
    }
    this.#code.push(0x0b);
    return this;
  }

  br(depth: number): this {
    this.#code.push(0x0c);
    pushUnsigned(this.#code, depth);
    return this;
  }

  brIf(depth: number): this {
    this.#code.push(0x0d);
    pushUnsigned(this.#code, depth);
    return this;
  }

  call(target: FunctionBuilder): this {
    this.#code.push(0x10);
    pushUnsigned(this.#code, target.index);
    return this;
  }

  /** Repeats `body` while `counter < end` (unsigned); the body must move the counter. The check is at the end, so that one pass costs one branch. */
  whileBelow(counter: Local, end: Local, body: () => void): this {
    return this.block(() => {
      this.get(counter).get(end).op("i32.ge_u").brIf(0);
      this.loop(() => {
        body();
        this.get(counter).get(end).op("i32.lt_u").brIf(0);
      });
    });
  }

  /** Repeats `body` `count` times, counting the variable down to 0; not at all when it is 0 or less. */
  repeat(count: Local, body: () => void): this {
    return this.block(() => {
      this.get(count).i32(0).op("i32.le_s").brIf(0);
      this.loop(() => {
        body();
        this.get(count).i32(1).op("i32.sub").tee(count).brIf(0);
      });
    });
  }

  /** The function's entry in the code section. */
  bodyBytes(): number[] {
    const runs: { count: number; type: ValueType }[] = [];
    for (const type of this.#locals) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ count: 1, type });
    }
    const bytes: number[] = [];
    pushUnsigned(bytes, runs.length);
    for (const { count, type } of runs) {
      pushUnsigned(bytes, count);
      bytes.push(typeBytes[type]);
    }
    for (const byte of this.#code) bytes.push(byte);
    bytes.push(0x0b);
    return bytes;
  }
}

/** The global that holds the address of the running thread's scratch memory. */
export const scratchGlobal = 0;

function pushAll(target: number[], bytes: readonly number[]): void {
  for (const byte of bytes) target.push(byte);
}

function pushName(target: number[], name: string): void {
  pushUnsigned(target, name.length);
  for (let i = 0; i < name.length; i++) target.push(name.charCodeAt(i));
}

/**
 * A module that works in the shared heap. It imports the heap as `e.m`, and, as the global number `scratchGlobal`, the address of memory that belongs to the
 * running thread alone (`e.s`).
 */
export class ModuleBuilder {
  readonly #functions: FunctionBuilder[] = [];
  readonly #exports: { readonly name: string; readonly index: number }[] = [];

  /** Adds a function; with a name it is exported. */
  function(
    name: string | null,
    params: readonly ValueType[],
    results: readonly ValueType[] = [],
  ): FunctionBuilder {
    const builder = new FunctionBuilder(this.#functions.length, params, results);
    this.#functions.push(builder);
    if (name !== null) this.#exports.push({ name, index: builder.index });
    return builder;
  }

  /** The finished module. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const bytes = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
    const section = (id: number, body: readonly number[]): void => {
      bytes.push(id);
      pushUnsigned(bytes, body.length);
      pushAll(bytes, body);
    };
    const types = this.#types();
    section(1, types.bytes);
    section(2, importBytes());
    section(3, vectorOf(types.indices, pushUnsigned));
    section(
      7,
      vectorOf(this.#exports, (target, { name, index }) => {
        pushName(target, name);
        target.push(0);
        pushUnsigned(target, index);
      }),
    );
    section(
      10,
      vectorOf(this.#functions, (target, builder) => {
        const body = builder.bodyBytes();
        pushUnsigned(target, body.length);
        pushAll(target, body);
      }),
    );
    return new Uint8Array(bytes);
  }

  /** The distinct types, and which of them each function has. */
  #types(): { bytes: number[]; indices: number[] } {
    const known: string[] = [];
    const distinct: FunctionBuilder[] = [];
    const indices = this.#functions.map((builder) => {
      const key = `${builder.params.join()}:${builder.results.join()}`;
      if (!known.includes(key)) {
        known.push(key);
        distinct.push(builder);
      }
      return known.indexOf(key);
    });
    const bytes = vectorOf(distinct, (target, { params, results }) => {
      target.push(0x60);
      for (const list of [params, results]) {
        pushUnsigned(target, list.length);
        for (const type of list) target.push(typeBytes[type]);
      }
    });
    return { bytes, indices };
  }
}

function vectorOf<T>(items: readonly T[], push: (target: number[], item: T) => void): number[] {
  const bytes: number[] = [];
  pushUnsigned(bytes, items.length);
  for (const item of items) push(bytes, item);
  return bytes;
}

/** Most that a memory of 32-bit addresses can have, in pages of 64 KiB. */
export const maximumPages = 65_536;

function importBytes(): number[] {
  const bytes = [2];
  pushName(bytes, "e");
  pushName(bytes, "m");
  bytes.push(0x02, 0x03); // a memory, shared, with a maximum
  pushUnsigned(bytes, 1);
  pushUnsigned(bytes, maximumPages);
  pushName(bytes, "e");
  pushName(bytes, "s");
  bytes.push(0x03, typeBytes.i32, 0x00); // a constant global
  return bytes;
}
