/**
 * Sorting in wasm: by digits from the lowest on (a stable sort that needs no comparisons), or, for a handful of elements, by insertion.
 *
 * Source: D. Knuth, "The Art of Computer Programming", volume 3, section 5.2.5 "Sorting by distribution".
 */
import type { WideName } from "../../../dtype.ts";
import { ModuleBuilder, scratchGlobal, type FunctionBuilder, type Local } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import {
  emitElement,
  emitKey,
  keyFacts,
  keyVariables,
  recordBytes,
  setReverse,
  type KeyFacts,
} from "./keys.ts";

/** Bytes at the start of a thread's scratch memory that count digits: one word for each value of a digit. */
export const tableBytes: number = 4 * 2 ** 11;

/** Up to so many elements are sorted by insertion. */
const insertionLimit = 24;

/** `sort` and `top` are `(begin row, end row, input, values, indices, n, records, reverse, digit bits or k)`. */
export type SortKernel = "sort" | "top";

/** Leaves the key of the record at `at` as an i64 whose order is that of keys. */
function loadRecord(f: FunctionBuilder, at: Local, offset = 0): FunctionBuilder {
  return f.get(at).memory("i64.load", offset);
}

/** Copies a record. */
function moveRecord(f: FunctionBuilder, facts: KeyFacts, to: Local, from: Local, fromOffset = 0): void {
  const [load, store] = facts.wide
    ? (["v128.load", "v128.store"] as const)
    : (["i64.load", "i64.store"] as const);
  f.get(to).get(from).memory(load, fromOffset).memory(store);
}

/** Writes the record of `key` and the i32 `place` at `to`. */
function storeRecord(f: FunctionBuilder, facts: KeyFacts, to: Local, key: Local, place: Local): void {
  if (facts.wide) {
    f.get(to).get(key).memory("i64.store");
    f.get(to).get(place).op("i64.extend_i32_u").memory("i64.store", 8);
  } else {
    f.get(to).get(key).op("i64.extend_i32_u").i64(32n).op("i64.shl");
    f.get(place).op("i64.extend_i32_u").op("i64.or").memory("i64.store");
  }
}

/** Leaves the place in the record at `at`, as an i32. */
function loadPlace(f: FunctionBuilder, facts: KeyFacts, at: Local): FunctionBuilder {
  return f.get(at).memory("i32.load", facts.wide ? 8 : 0);
}

/** `load(input, records, n, reverse)` makes the records of a row. */
function buildLoad(module: ModuleBuilder, facts: KeyFacts): FunctionBuilder {
  const f = module.function(null, ["i32", "i32", "i32", "i32"]);
  const [input, records, n, flag] = [0, 1, 2, 3] as const;
  const key = keyVariables(f, facts);
  const place = f.local("i32");
  setReverse(f, facts, flag, key.reverse);
  f.whileBelow(place, n, () => {
    emitKey(f, facts, input, key);
    storeRecord(f, facts, records, key.key, place);
    f.increment(input, facts.bytes).increment(records, recordBytes(facts)).increment(place, 1);
  });
  return f;
}

/** `store(records, input, values, indices, n, reverse)` writes what is in the records. */
function buildStore(module: ModuleBuilder, facts: KeyFacts): FunctionBuilder {
  const f = module.function(null, ["i32", "i32", "i32", "i32", "i32", "i32"]);
  const [records, input, values, indices, n, flag] = [0, 1, 2, 3, 4, 5] as const;
  const key = keyVariables(f, facts);
  const place = f.local("i32");
  setReverse(f, facts, flag, key.reverse);
  f.repeat(n, () => {
    loadPlace(f, facts, records).set(place);
    loadRecord(f, records);
    if (!facts.wide) f.i64(32n).op("i64.shr_u").op("i32.wrap_i64");
    f.set(key.key);
    emitElement(f, facts, values, key, () =>
      f.get(input).get(place).i32(facts.bytes).op("i32.mul").op("i32.add"),
    );
    f.get(indices).get(place).op("i64.extend_i32_u").memory("i64.store");
    f.increment(records, recordBytes(facts)).increment(values, facts.bytes).increment(indices, 8);
  });
  return f;
}

/** Leaves the address of the counter of the digit of the record at `at`. */
function emitCounter(f: FunctionBuilder, at: Local, shift: Local, mask: Local): void {
  loadRecord(f, at).get(shift).op("i64.extend_i32_u").op("i64.shr_u").op("i32.wrap_i64");
  f.get(mask).op("i32.and").i32(2).op("i32.shl").global(scratchGlobal).op("i32.add");
}

/**
 * `distribute(from, to, n, shift, bits)` puts records in the order of one digit; it answers 0 when all have the same one, and nothing was done.
 */
function buildDistribute(module: ModuleBuilder, facts: KeyFacts): FunctionBuilder {
  const f = module.function(null, ["i32", "i32", "i32", "i32", "i32"], ["i32"]);
  const [from, to, n, shift, bits] = [0, 1, 2, 3, 4] as const;
  const bytes = recordBytes(facts);
  const [mask, at, end, counter, count, tableEnd] = f.locals("i32", 6) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  f.i32(1).get(bits).op("i32.shl").i32(1).op("i32.sub").set(mask);
  f.global(scratchGlobal).i32(0).get(mask).i32(1).op("i32.add").i32(2).op("i32.shl").memoryFill();
  f.get(from).get(n).i32(bytes).op("i32.mul").op("i32.add").set(end);
  f.get(from).set(at);
  f.whileBelow(at, end, () => {
    emitCounter(f, at, shift, mask);
    f.tee(counter).get(counter).memory("i32.load").i32(1).op("i32.add").memory("i32.store");
    f.increment(at, bytes);
  });
  // The counter of the last record holds all of them when there is no other digit.
  f.get(counter).memory("i32.load").get(n).op("i32.eq");
  f.if(() => f.i32(0).op("return"));
  f.global(scratchGlobal).set(counter);
  f.get(counter).get(mask).i32(1).op("i32.add").i32(2).op("i32.shl").op("i32.add").set(tableEnd);
  f.whileBelow(counter, tableEnd, () => {
    f.get(counter).memory("i32.load").set(count);
    f.get(counter).get(to).memory("i32.store");
    f.get(to).get(count).i32(bytes).op("i32.mul").op("i32.add").set(to);
    f.increment(counter, 4);
  });
  f.get(from).set(at);
  f.whileBelow(at, end, () => {
    emitCounter(f, at, shift, mask);
    f.tee(counter).memory("i32.load").set(to);
    moveRecord(f, facts, to, at);
    f.get(counter).get(to).i32(bytes).op("i32.add").memory("i32.store");
    f.increment(at, bytes);
  });
  f.i32(1);
  return f;
}

/** `insert(first, at)` moves the record at `at` in front of all records from `first` on that are above it. */
function buildInsert(module: ModuleBuilder, facts: KeyFacts): FunctionBuilder {
  const f = module.function(null, ["i32", "i32"]);
  const [first, at] = [0, 1] as const;
  const bytes = recordBytes(facts);
  const key = f.local("i64");
  const whole = f.local("v128");
  loadRecord(f, at).set(key);
  f.get(at).memory("v128.load").set(whole);
  f.block(() =>
    f.loop(() => {
      f.get(at).get(first).op("i32.le_u").brIf(1);
      f.get(at).i32(bytes).op("i32.sub").memory("i64.load").get(key).op("i64.gt_u").op("i32.eqz").brIf(1);
      f.increment(at, -bytes);
      f.get(at).i32(bytes).op("i32.add");
      f.get(at)
        .memory(facts.wide ? "v128.load" : "i64.load")
        .memory(facts.wide ? "v128.store" : "i64.store");
      f.br(0);
    }),
  );
  f.get(at).get(whole);
  if (facts.wide) f.memory("v128.store");
  else f.lane("i64x2.extract_lane", 0).memory("i64.store");
  return f;
}

/** `order(records, n, bits)` sorts the records, of which there is room for twice as many, and answers where they are then. */
function buildOrder(module: ModuleBuilder, facts: KeyFacts): FunctionBuilder {
  const insert = buildInsert(module, facts);
  const distribute = buildDistribute(module, facts);
  const f = module.function(null, ["i32", "i32", "i32"], ["i32"]);
  const [from, n, bits] = [0, 1, 2] as const;
  const bytes = recordBytes(facts);
  const [to, at, end, shift, before] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  f.get(from).get(n).i32(bytes).op("i32.mul").op("i32.add").tee(to).set(end);
  f.get(n).i32(insertionLimit).op("i32.le_u");
  f.if(
    () => {
      f.get(from).i32(bytes).op("i32.add").set(at);
      f.whileBelow(at, end, () => f.get(from).get(at).call(insert).increment(at, bytes));
    },
    () => {
      f.i32(facts.wide ? 0 : 32).set(shift);
      f.loop(() => {
        f.get(from).get(to).get(n).get(shift).get(bits).call(distribute);
        f.if(() => f.get(from).set(before).get(to).set(from).get(before).set(to));
        f.get(shift).get(bits).op("i32.add").tee(shift).i32(64).op("i32.lt_u").brIf(0);
      });
    },
  );
  f.get(from);
  return f;
}

/** The parameters of `sort` and `top`. */
const parameters = ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"] as const;

/** Emits a loop over rows; `out` is how many results a row has. */
function forEachRow(
  f: FunctionBuilder,
  facts: KeyFacts,
  out: Local,
  body: (input: Local, values: Local, indices: Local) => void,
): void {
  const [begin, end, input, values, indices, n] = [0, 1, 2, 3, 4, 5] as const;
  const row = (base: Local, count: Local, bytes: number): Local => {
    const at = f.local("i32");
    f.get(base).get(begin).get(count).op("i32.mul").i32(bytes).op("i32.mul").op("i32.add").set(at);
    return at;
  };
  f.whileBelow(begin, end, () => {
    body(row(input, n, facts.bytes), row(values, out, facts.bytes), row(indices, out, 8));
    f.increment(begin, 1);
  });
}

/** Without an address for the records they lie in the thread's own memory. */
function useScratch(f: FunctionBuilder, records: Local): void {
  f.get(records).op("i32.eqz");
  f.if(() => f.global(scratchGlobal).i32(tableBytes).op("i32.add").set(records));
}

function buildSort(
  module: ModuleBuilder,
  facts: KeyFacts,
  load: FunctionBuilder,
  store: FunctionBuilder,
): void {
  const order = buildOrder(module, facts);
  const f = module.function("sort", parameters);
  const [n, records, reverse, bits] = [5, 6, 7, 8] as const;
  useScratch(f, records);
  forEachRow(f, facts, n, (input, values, indices) => {
    f.get(input).get(records).get(n).get(reverse).call(load);
    f.get(records).get(n).get(bits).call(order);
    f.get(input).get(values).get(indices).get(n).get(reverse).call(store);
  });
}

/** Keeps the first k records in order, and looks at each further element only to see that it does not belong to them. */
function buildTop(module: ModuleBuilder, facts: KeyFacts, store: FunctionBuilder): void {
  const insert = buildInsert(module, facts);
  const f = module.function("top", parameters);
  const [n, records, flag, k] = [5, 6, 7, 8] as const;
  const bytes = recordBytes(facts);
  const key = keyVariables(f, facts);
  const [place, at, last] = f.locals("i32", 3) as [Local, Local, Local];
  const worst = f.local(facts.wide ? "i64" : "i32");
  const type = facts.wide ? "i64" : "i32";
  setReverse(f, facts, flag, key.reverse);
  useScratch(f, records);
  f.get(records).get(k).i32(bytes).op("i32.mul").op("i32.add").i32(bytes).op("i32.sub").set(last);
  forEachRow(f, facts, k, (input, values, indices) => {
    f.i32(0).set(place).get(input).set(at);
    const end = f.local("i32");
    f.get(records).set(end);
    f.whileBelow(place, n, () => {
      emitKey(f, facts, at, key);
      f.get(place).get(k).op("i32.lt_u").get(key.key).get(worst).op(`${type}.lt_u`).op("i32.or");
      f.if(() => {
        // The first k find their own room; each later one takes that of the worst.
        storeRecord(f, facts, end, key.key, place);
        f.get(records).get(end).call(insert);
        f.get(end).get(last).op("i32.lt_u");
        f.if(() => f.increment(end, bytes));
        f.get(last)
          .memory(facts.wide ? "i64.load" : "i32.load", facts.wide ? 0 : 4)
          .set(worst);
      });
      f.increment(at, facts.bytes).increment(place, 1);
    });
    f.get(records).get(input).get(values).get(indices).get(k).get(flag).call(store);
  });
}

const modules = new Map<WideName, KernelModule<SortKernel>>();

/** The kernels for a dtype. */
export function sortModule(dtype: WideName): KernelModule<SortKernel> {
  let module = modules.get(dtype);
  if (module === undefined) {
    const facts = keyFacts[dtype];
    module = new KernelModule(() => {
      const builder = new ModuleBuilder();
      const load = buildLoad(builder, facts);
      const store = buildStore(builder, facts);
      buildSort(builder, facts, load, store);
      buildTop(builder, facts, store);
      return builder;
    });
    modules.set(dtype, module);
  }
  return module;
}
