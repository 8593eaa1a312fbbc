/** Running sums, products and extremes in wasm. */
import type { WideName } from "../../../dtype.ts";
import { ModuleBuilder, scratchGlobal, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import type { Instruction, MemoryInstruction } from "../wasm/instructions.ts";
import { KernelModule } from "../wasm/kernelModule.ts";

/** Columns that are walked together where the scanned dimension is not the last: a kilobyte or two of each row at a time. */
export const columnBlock = 256;

/** Bytes of an accumulator, and of a position beside it. */
const slotBytes = 8;

interface Facts {
  readonly bytes: number;
  readonly load: MemoryInstruction;
  readonly store: MemoryInstruction;
  /** What elements are compared as. */
  readonly type: "i32" | "i64" | "f32" | "f64";
}

const facts: Readonly<Record<WideName, Facts>> = {
  float32: { bytes: 4, load: "f32.load", store: "f32.store", type: "f32" },
  float64: { bytes: 8, load: "f64.load", store: "f64.store", type: "f64" },
  int32: { bytes: 4, load: "i32.load", store: "i32.store", type: "i32" },
  int64: { bytes: 8, load: "i64.load", store: "i64.store", type: "i64" },
  uint8: { bytes: 1, load: "i32.load8_u", store: "i32.store8", type: "i32" },
  bool: { bytes: 1, load: "i32.load8_u", store: "i32.store8", type: "i32" },
};

/** `(begin, end, input, output, indices, n, inner, reverse)`; a unit is a block of columns. */
const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;
const [begin, end, inputBase, outputBase, indicesBase, n, inner, reverse] = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** The addresses that move along a scan, and the variables that count. */
interface Cursor {
  readonly input: Local;
  readonly output: Local;
  readonly indices: Local;
  /** The accumulator of the column, in the thread's own memory. */
  readonly slot: Local;
  /** The position along the scanned dimension. */
  readonly row: Local;
}

/** Emits the walk: `start` for each column before its first element, `step` for each element. */
function emitScan(
  f: FunctionBuilder,
  bytes: number,
  start: (c: Cursor) => void,
  step: (c: Cursor) => void,
): void {
  const [blocks, block, first, columns, rowStart, counter] = f.locals("i32", 6) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  const [input, output, indices, slot, row] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  const cursor: Cursor = { input, output, indices, slot, row };
  f.get(inner)
    .i32(columnBlock - 1)
    .op("i32.add")
    .i32(columnBlock)
    .op("i32.div_u")
    .set(blocks);
  f.whileBelow(begin, end, () => {
    f.get(begin).get(blocks).op("i32.rem_u").i32(columnBlock).op("i32.mul").set(block);
    f.get(inner).get(block).op("i32.sub").tee(columns).i32(columnBlock);
    f.get(columns).i32(columnBlock).op("i32.lt_u").op("select").set(columns);
    f.get(begin).get(blocks).op("i32.div_u").get(n).op("i32.mul").get(inner).op("i32.mul");
    f.get(block).op("i32.add").set(first);
    emitColumns(f, columns, counter, slot, () => start(cursor));
    f.i32(0).set(row);
    f.whileBelow(row, n, () => {
      // The row's number from the other end where the scan is reversed.
      f.get(n).i32(1).op("i32.sub").get(row).op("i32.sub").get(row).get(reverse).op("select");
      f.get(inner).op("i32.mul").get(first).op("i32.add").set(rowStart);
      for (const [at, base, size] of [
        [input, inputBase, bytes],
        [output, outputBase, bytes],
        [indices, indicesBase, 8],
      ] as const)
        f.get(base).get(rowStart).i32(size).op("i32.mul").op("i32.add").set(at);
      emitColumns(f, columns, counter, slot, () => {
        step(cursor);
        f.increment(input, bytes).increment(output, bytes).increment(indices, 8);
      });
      f.increment(row, 1);
    });
    f.increment(begin, 1);
  });
}

/** Repeats `body` for each column, moving the slot. */
function emitColumns(
  f: FunctionBuilder,
  columns: Local,
  counter: Local,
  slot: Local,
  body: () => void,
): void {
  f.global(scratchGlobal).set(slot).get(columns).set(counter);
  f.repeat(counter, () => {
    body();
    f.increment(slot, 2 * slotBytes);
  });
}

/** How sums and products of a dtype are accumulated. */
function accumulator(dtype: "float32" | "float64" | "int64"): "f64" | "i64" {
  return dtype === "int64" ? "i64" : "f64";
}

function emitNeutral(f: FunctionBuilder, type: "f64" | "i64", kind: "sum" | "prod"): FunctionBuilder {
  const value = kind === "sum" ? 0 : 1;
  return type === "f64" ? f.f64(value) : f.i64(BigInt(value));
}

type Scanned = "float32" | "float64" | "int64";

/** Leaves the element at `at` as what it is accumulated as. */
function emitWiden(f: FunctionBuilder, dtype: Scanned, at: Local): void {
  f.get(at).memory(facts[dtype].load);
  if (dtype === "float32") f.op("f64.promote_f32");
}

/** Scans of rows: the accumulator stays in a variable. */
function buildRows(module: ModuleBuilder, dtype: Scanned, kind: "sum" | "prod"): void {
  const f = module.function(`${kind}Rows`, parameters);
  const { bytes, store } = facts[dtype];
  const type = accumulator(dtype);
  const [input, output, step, count] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const sum = f.local(type);
  f.i32(-bytes).i32(bytes).get(reverse).op("select").set(step);
  f.whileBelow(begin, end, () => {
    // The element that comes first.
    f.get(begin)
      .get(n)
      .op("i32.mul")
      .get(n)
      .i32(1)
      .op("i32.sub")
      .i32(0)
      .get(reverse)
      .op("select")
      .op("i32.add");
    f.i32(bytes).op("i32.mul").tee(count).get(inputBase).op("i32.add").set(input);
    f.get(count).get(outputBase).op("i32.add").set(output);
    emitNeutral(f, type, kind).set(sum);
    f.get(n).set(count);
    f.repeat(count, () => {
      f.get(output).get(sum);
      emitWiden(f, dtype, input);
      f.op(kind === "sum" ? `${type}.add` : `${type}.mul`).tee(sum);
      if (dtype === "float32") f.op("f32.demote_f64");
      f.memory(store).advance(input, step).advance(output, step);
    });
    f.increment(begin, 1);
  });
}

/** Scans along another dimension: accumulators lie in the thread's own memory. */
function buildColumns(module: ModuleBuilder, dtype: Scanned, kind: "sum" | "prod"): void {
  const f = module.function(`${kind}Columns`, parameters);
  const { bytes, store } = facts[dtype];
  const type = accumulator(dtype);
  const sum = f.local(type);
  emitScan(
    f,
    bytes,
    ({ slot }) => emitNeutral(f.get(slot), type, kind).memory(`${type}.store`),
    ({ input, output, slot }) => {
      f.get(slot).get(slot).memory(`${type}.load`);
      emitWiden(f, dtype, input);
      f.op(kind === "sum" ? `${type}.add` : `${type}.mul`)
        .tee(sum)
        .memory(`${type}.store`);
      f.get(output).get(sum);
      if (dtype === "float32") f.op("f32.demote_f64");
      f.memory(store);
    },
  );
}

/** Whether the element in `value` takes the place of the one in `best`. */
function emitTakes(
  f: FunctionBuilder,
  type: Facts["type"],
  kind: "max" | "min",
  value: Local,
  best: Local,
): void {
  const fraction = type === "f32" || type === "f64";
  const comparison: Instruction = fraction
    ? `${type}.${kind === "max" ? "ge" : "le"}`
    : `${type}.${kind === "max" ? "ge_s" : "le_s"}`;
  f.get(value).get(best).op(comparison);
  // NaN takes the place of everything, and nothing else takes its place: no comparison with it is true.
  if (fraction) f.get(value).get(value).op(`${type}.ne`).op("i32.or");
}

function buildExtreme(module: ModuleBuilder, dtype: WideName, kind: "max" | "min"): void {
  const f = module.function(kind, parameters);
  const { bytes, load, store, type } = facts[dtype];
  const slotStore: MemoryInstruction = `${type}.store`;
  const [value, best] = f.locals(type, 2) as [Local, Local];
  emitScan(
    f,
    bytes,
    () => undefined,
    ({ input, output, indices, slot, row }) => {
      f.get(input).memory(load).set(value).get(slot).memory(`${type}.load`).set(best);
      emitTakes(f, type, kind, value, best);
      // The first element finds nothing in its slot.
      f.get(row).op("i32.eqz").op("i32.or");
      f.if(() => {
        f.get(slot).get(value).tee(best).memory(slotStore);
        f.get(slot).get(row).op("i64.extend_i32_u").memory("i64.store", slotBytes);
      });
      f.get(output).get(best).memory(store);
      f.get(indices).get(slot).memory("i64.load", slotBytes).memory("i64.store");
    },
  );
}

type ScanKernel = "sumRows" | "sumColumns" | "prodRows" | "prodColumns";

const scans = new Map<Scanned, KernelModule<ScanKernel>>();
const extremes = new Map<WideName, KernelModule<"max" | "min">>();

function known<K, M>(modules: Map<K, M>, key: K, make: () => M): M {
  let module = modules.get(key);
  if (module === undefined) modules.set(key, (module = make()));
  return module;
}

/** Running sums and products. */
export function scanModule(dtype: Scanned): KernelModule<ScanKernel> {
  return known(scans, dtype, () => {
    return new KernelModule<ScanKernel>(() => {
      const module = new ModuleBuilder();
      for (const kind of ["sum", "prod"] as const) {
        buildRows(module, dtype, kind);
        buildColumns(module, dtype, kind);
      }
      return module;
    });
  });
}

/** Running extremes. */
export function extremeModule(dtype: WideName): KernelModule<"max" | "min"> {
  return known(extremes, dtype, () => {
    return new KernelModule<"max" | "min">(() => {
      const module = new ModuleBuilder();
      buildExtreme(module, dtype, "max");
      buildExtreme(module, dtype, "min");
      return module;
    });
  });
}
