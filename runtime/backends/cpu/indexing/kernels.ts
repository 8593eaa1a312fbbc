/** The kernels that read and write where tensors of positions say. */
import type { DTypeName } from "../../../dtype.ts";
import type { Combine } from "../../indexing.ts";
import { ModuleBuilder, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import type { Instruction, MemoryInstruction } from "../wasm/instructions.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { emitPosition, emitWalk, walkParameters, type RowVariables } from "./walk.ts";

/**
 * A row in which every element has a position of its own; one where, besides, elements and positions lie without gaps and are chosen from one place on, so that four
 * are looked at together; or one where all share the first position and lie without gaps.
 */
export type RowKind = "each" | "line" | "run";

/** The functions of a module; all have the parameters of a walk. */
type WalkModule = KernelModule<RowKind>;

type Numeric = "i32" | "i64" | "f32" | "f64";

/** How an element of a dtype is held while computing, read and written; fractions of 16 bits are moved only. */
const elements: Readonly<
  Record<DTypeName, { type: Numeric; load: MemoryInstruction; store: MemoryInstruction; bytes: number }>
> = {
  float32: { type: "f32", load: "f32.load", store: "f32.store", bytes: 4 },
  float64: { type: "f64", load: "f64.load", store: "f64.store", bytes: 8 },
  int32: { type: "i32", load: "i32.load", store: "i32.store", bytes: 4 },
  int64: { type: "i64", load: "i64.load", store: "i64.store", bytes: 8 },
  float16: { type: "i32", load: "i32.load16_s", store: "i32.store16", bytes: 2 },
  bfloat16: { type: "i32", load: "i32.load16_s", store: "i32.store16", bytes: 2 },
  int8: { type: "i32", load: "i32.load8_s", store: "i32.store8", bytes: 1 },
  int16: { type: "i32", load: "i32.load16_s", store: "i32.store16", bytes: 2 },
  uint8: { type: "i32", load: "i32.load8_u", store: "i32.store8", bytes: 1 },
  bool: { type: "i32", load: "i32.load8_u", store: "i32.store8", bytes: 1 },
};

/** The dtype whose instructions move elements of so many bytes. */
const mover: Readonly<Record<number, DTypeName>> = { 1: "uint8", 2: "int16", 4: "int32", 8: "int64" };

/** Leaves the larger or smaller of two whole numbers. */
function pick(f: FunctionBuilder, type: "i32" | "i64", comparison: Instruction): void {
  const [left, right] = f.locals(type, 2) as [Local, Local];
  f.set(right).set(left).get(left).get(right).get(left).get(right).op(comparison).op("select");
}

/** Combines the element that was there with the value above it on the stack. */
function emitCombine(f: FunctionBuilder, dtype: DTypeName, combine: Exclude<Combine, "replace">): void {
  const { type } = elements[dtype];
  if (combine === "amax" || combine === "amin") {
    if (type === "f32" || type === "f64") f.op(combine === "amax" ? `${type}.max` : `${type}.min`);
    else pick(f, type, combine === "amax" ? `${type}.gt_s` : `${type}.lt_s`);
  } else if (dtype === "bool") f.op(combine === "sum" ? "i32.or" : "i32.and");
  else f.op(combine === "sum" ? `${type}.add` : `${type}.mul`);
}

/** Repeats `body` for each element of a row, moving the addresses. */
function forEach(f: FunctionBuilder, row: RowVariables, body: () => void): void {
  f.loop(() => {
    body();
    f.advance(row.plain, row.plainStride);
    f.advance(row.chosen, row.chosenStride);
    f.advance(row.positions, row.positionStride);
    f.get(row.count).i32(1).op("i32.sub").tee(row.count).brIf(0);
  });
}

/** Moves the chosen side to the row's position. */
function moveToPosition(f: FunctionBuilder, row: RowVariables, position: Local): void {
  f.get(row.chosen);
  emitPosition(f, row, position);
  f.op("i32.add").set(row.chosen);
}

/** Runs of so many bytes are copied by the engine's own routine, which costs a call. */
const copyThreshold = 192;

/** Copies `count` elements between two addresses, which it moves. */
function emitCopy(f: FunctionBuilder, to: Local, from: Local, count: Local, bytes: number): void {
  const { load, store } = elements[mover[bytes]!];
  f.get(count)
    .i32(copyThreshold / bytes)
    .op("i32.ge_u");
  f.if(
    () => f.get(to).get(from).get(count).i32(bytes).op("i32.mul").memoryCopy(),
    () => {
      const vector = 16 / bytes;
      f.block(() =>
        f.loop(() => {
          f.get(count).i32(vector).op("i32.lt_u").brIf(1);
          f.get(to).get(from).memory("v128.load").memory("v128.store");
          f.increment(to, 16).increment(from, 16).increment(count, -vector).br(0);
        }),
      );
      f.repeat(count, () => {
        f.get(to).get(from).memory(load).memory(store);
        f.increment(to, bytes).increment(from, bytes);
      });
    },
  );
}

type Build = (f: FunctionBuilder) => void;

function build(kinds: Readonly<Record<RowKind, Build>>): WalkModule {
  return new KernelModule<RowKind>(() => {
    const module = new ModuleBuilder();
    for (const [name, emit] of Object.entries(kinds)) emit(module.function(name, walkParameters));
    return module;
  });
}

/** Elements of a line that are handled together. */
const unroll = 4;

/**
 * Emits rows of the kind "line": `element` is given the address of each chosen element and where its partner is behind `row.plain`.
 */
function emitLine(
  f: FunctionBuilder,
  bytes: number,
  element: (row: RowVariables, chosen: Local, offset: number) => void,
): void {
  const position = f.local("i64");
  const chosen = f.locals("i32", unroll);
  const step = (row: RowVariables, count: number): void => {
    for (let i = 0; i < count; i++) {
      f.get(row.chosen);
      emitPosition(f, row, position, 8 * i);
      f.op("i32.add").set(chosen[i]!);
    }
    for (let i = 0; i < count; i++) element(row, chosen[i]!, bytes * i);
    f.increment(row.plain, bytes * count)
      .increment(row.positions, 8 * count)
      .increment(row.count, -count);
  };
  emitWalk(f, (row) => {
    f.block(() =>
      f.loop(() => {
        f.get(row.count).i32(unroll).op("i32.lt_u").brIf(1);
        step(row, unroll);
        f.br(0);
      }),
    );
    f.block(() =>
      f.loop(() => {
        f.get(row.count).op("i32.eqz").brIf(1);
        step(row, 1);
        f.br(0);
      }),
    );
  });
}

/** Moves elements of so many bytes from the chosen side to the plain one, or back. */
function moveModule(bytes: number, toPlain: boolean): WalkModule {
  const { load, store } = elements[mover[bytes]!];
  const each = (f: FunctionBuilder): void => {
    const position = f.local("i64");
    const address = f.local("i32");
    emitWalk(f, (row) =>
      forEach(f, row, () => {
        emitPosition(f, row, position);
        f.get(row.chosen).op("i32.add").set(address);
        const [to, from] = toPlain ? [row.plain, address] : [address, row.plain];
        f.get(to).get(from).memory(load).memory(store);
      }),
    );
  };
  const run = (f: FunctionBuilder): void => {
    const position = f.local("i64");
    emitWalk(f, (row) => {
      moveToPosition(f, row, position);
      const [to, from] = toPlain ? [row.plain, row.chosen] : [row.chosen, row.plain];
      emitCopy(f, to, from, row.count, bytes);
    });
  };
  const line = (f: FunctionBuilder): void =>
    emitLine(f, bytes, (row, chosen, offset) => {
      if (toPlain) f.get(row.plain).get(chosen).memory(load).memory(store, offset);
      else f.get(chosen).get(row.plain).memory(load, offset).memory(store);
    });
  return build({ each, line, run });
}

/** `chosen ∘= plain` for one element. */
function emitElement(
  f: FunctionBuilder,
  dtype: DTypeName,
  combine: Exclude<Combine, "replace">,
  to: Local,
  from: Local,
): void {
  const { load, store } = elements[dtype];
  f.get(to).get(to).memory(load).get(from).memory(load);
  emitCombine(f, dtype, combine);
  f.memory(store);
}

/** Sums of whole runs, in vectors. */
const vectorSums: Partial<Record<DTypeName, Instruction>> = {
  float32: "f32x4.add",
  float64: "f64x2.add",
  int32: "i32x4.add",
  int64: "i64x2.add",
};

function emitVectorSum(f: FunctionBuilder, row: RowVariables, add: Instruction, lanes: number): void {
  f.block(() =>
    f.loop(() => {
      f.get(row.count).i32(lanes).op("i32.lt_u").brIf(1);
      f.get(row.chosen)
        .get(row.chosen)
        .memory("v128.load")
        .get(row.plain)
        .memory("v128.load")
        .op(add)
        .memory("v128.store");
      f.increment(row.chosen, 16).increment(row.plain, 16).increment(row.count, -lanes).br(0);
    }),
  );
}

function combineModule(dtype: DTypeName, combine: Exclude<Combine, "replace">): WalkModule {
  const { bytes } = elements[dtype];
  const each = (f: FunctionBuilder): void => {
    const position = f.local("i64");
    const address = f.local("i32");
    emitWalk(f, (row) =>
      forEach(f, row, () => {
        emitPosition(f, row, position);
        f.get(row.chosen).op("i32.add").set(address);
        emitElement(f, dtype, combine, address, row.plain);
      }),
    );
  };
  const run = (f: FunctionBuilder): void => {
    const position = f.local("i64");
    emitWalk(f, (row) => {
      moveToPosition(f, row, position);
      const add = combine === "sum" ? vectorSums[dtype] : undefined;
      if (add !== undefined) emitVectorSum(f, row, add, 16 / bytes);
      f.repeat(row.count, () => {
        emitElement(f, dtype, combine, row.chosen, row.plain);
        f.increment(row.chosen, bytes).increment(row.plain, bytes);
      });
    });
  };
  const { load, store } = elements[dtype];
  const line = (f: FunctionBuilder): void =>
    emitLine(f, bytes, (row, chosen, offset) => {
      f.get(chosen).get(chosen).memory(load).get(row.plain).memory(load, offset);
      emitCombine(f, dtype, combine);
      f.memory(store);
    });
  return build({ each, line, run });
}

/**
 * Works on positions alone. `set` writes each, as the bytes that it moves by, to the plain side (int64); `add` adds it to what is there; `check` only looks
 * whether all are in range.
 */
export const locate: KernelModule<"set" | "add" | "check"> = new KernelModule(() => {
  const module = new ModuleBuilder();
  const check = module.function("check", walkParameters);
  const checked = check.local("i64");
  emitWalk(check, (row) =>
    forEach(check, row, () => {
      emitPosition(check, row, checked);
      check.op("drop");
    }),
  );
  for (const name of ["set", "add"] as const) {
    const f = module.function(name, walkParameters);
    const position = f.local("i64");
    emitWalk(f, (row) =>
      forEach(f, row, () => {
        f.get(row.plain);
        emitPosition(f, row, position);
        f.op("i64.extend_i32_u");
        if (name === "add") f.get(row.plain).memory("i64.load").op("i64.add");
        f.memory("i64.store");
      }),
    );
  }
  return module;
});

const modules = new Map<string, WalkModule>();

function known(key: string, make: () => WalkModule): WalkModule {
  let module = modules.get(key);
  if (module === undefined) modules.set(key, (module = make()));
  return module;
}

/** Copies what is chosen to the plain side. */
export function takeModule(bytes: number): WalkModule {
  return known(`take ${bytes}`, () => moveModule(bytes, true));
}

/** Writes the plain side to what is chosen. */
export function putModule(dtype: DTypeName, combine: Combine): WalkModule {
  const { bytes } = elements[dtype];
  if (combine === "replace") return known(`put ${bytes}`, () => moveModule(bytes, false));
  return known(`${combine} ${dtype}`, () => combineModule(dtype, combine));
}
