/** The frame of a kernel that works row by row. */
import type { FunctionBuilder, Local, ModuleBuilder } from "../wasm/assembler.ts";
import { alongRow, floatBytes, newWalk, startWalk, storeTail, tailMask } from "./vectors.ts";

/** What a row kernel has at hand. */
export interface Row {
  /** Addresses of the row in each tensor; they move from row to row. */
  readonly rows: readonly Local[];
  /** Elements of a row. */
  readonly count: Local;
  /** Ones in the lanes that the last vector of a row fills. */
  readonly mask: Local;
  /** Further arguments. */
  readonly others: readonly Local[];
  /** The row's number. */
  readonly index: Local;
}

/** Emits what goes before all rows, and gives what is emitted for each. */
export type RowBody = (f: FunctionBuilder, row: Row) => () => void;

/**
 * Adds a kernel `name(begin, end, ...tensors, count, ...others)` that runs its body for each row from `begin` to `end` of tensors `[rows, count]` of float32 without gaps.
 */
export function rowKernel(
  module: ModuleBuilder,
  name: string,
  tensors: number,
  body: RowBody,
  others = 0,
): void {
  const f = module.function(
    name,
    Array.from({ length: 3 + tensors + others }, () => "i32" as const),
  );
  const [index, end] = [0, 1];
  const rows = Array.from({ length: tensors }, (_, i) => 2 + i);
  const count = 2 + tensors;
  const rowBytes = f.local("i32");
  f.get(count).i32(floatBytes).op("i32.mul").set(rowBytes);
  for (const row of rows) f.get(row).get(index).get(rowBytes).op("i32.mul").op("i32.add").set(row);
  const mask = tailMask(f, count);
  const further = Array.from({ length: others }, (_, i) => count + 1 + i);
  const emit = body(f, { rows, count, mask, others: further, index });
  f.whileBelow(index, end, () => {
    emit();
    for (const row of rows) f.advance(row, rowBytes);
    f.increment(index, 1);
  });
}

/** Computes each vector of `output` from those of `inputs`; `compute` pushes it, given the inputs' pointers and the byte offset from them. */
export function mapRow(
  f: FunctionBuilder,
  { count }: Row,
  output: Local,
  inputs: readonly Local[],
  compute: (pointers: readonly Local[], offset: number) => void,
): void {
  const walk = newWalk(f, inputs.length + 1);
  const vector = f.local("v128");
  const to = walk.pointers.at(-1)!;
  startWalk(f, walk, [...inputs, output], count);
  alongRow(
    f,
    walk,
    4,
    (offset) => {
      f.get(to);
      compute(walk.pointers, offset);
      f.memory("v128.store", offset);
    },
    () => {
      compute(walk.pointers, 0);
      f.set(vector);
      storeTail(f, to, vector, count);
    },
  );
}

/** A new local with the f32 at the top of the stack in each lane. */
export function splat(f: FunctionBuilder): Local {
  const local = f.local("v128");
  f.op("f32x4.splat").set(local);
  return local;
}

/** A new local with the f64 at the top of the stack, rounded, in each lane. */
export function splatRounded(f: FunctionBuilder): Local {
  f.op("f32.demote_f64");
  return splat(f);
}
