/** Kernels for windows of any kind, one number at a time. Units of work are planes. */
import type { FunctionBuilder, Local, ModuleBuilder } from "../wasm/assembler.ts";
import type { Instruction, MemoryInstruction } from "../wasm/instructions.ts";

/** What differs between float32 and float64. */
export interface ScalarType {
  readonly type: "f32" | "f64";
  readonly bytes: number;
  readonly load: MemoryInstruction;
  readonly store: MemoryInstruction;
  readonly add: Instruction;
  readonly multiply: Instruction;
  readonly divide: Instruction;
  readonly greater: Instruction;
  readonly unequal: Instruction;
}

export const scalarTypes: Readonly<Record<"float32" | "float64", ScalarType>> = {
  float32: {
    type: "f32",
    bytes: 4,
    load: "f32.load",
    store: "f32.store",
    add: "f32.add",
    multiply: "f32.mul",
    divide: "f32.div",
    greater: "f32.gt",
    unequal: "f32.ne",
  },
  float64: {
    type: "f64",
    bytes: 8,
    load: "f64.load",
    store: "f64.store",
    add: "f64.add",
    multiply: "f64.mul",
    divide: "f64.div",
    greater: "f64.gt",
    unequal: "f64.ne",
  },
};

/**
 * Parameters of all kernels here, all i32; addresses and distances in bytes. The tables hold, for each row and each column of windows, where the windows begin and
 * end; the divisors are numbers for each row and each column. Whatever a kernel does not need is 0.
 */
const parameters = {
  begin: 0,
  end: 1,
  /** Planes of the output (coarse), of positions, of the input (fine). */
  coarse: 2,
  positions: 3,
  fine: 4,
  coarseRows: 5,
  coarseColumns: 6,
  fineRows: 7,
  fineColumns: 8,
  rowTable: 9,
  columnTable: 10,
  rowStep: 11,
  columnStep: 12,
  rowDivisors: 13,
  columnDivisors: 14,
} as const;

/** The arguments behind `begin` and `end`. */
export type PoolingArguments = Readonly<Record<Exclude<keyof typeof parameters, "begin" | "end">, number>>;

/** In the order in which kernels take them. */
export function toArguments(values: PoolingArguments): number[] {
  return Object.keys(parameters)
    .slice(2)
    .map((name) => values[name as keyof PoolingArguments]); // the keys of `parameters`
}

/** A walk over windows: the place of each and what it covers. */
interface Walk {
  readonly f: FunctionBuilder;
  readonly scalar: ScalarType;
  /** Where the current window's number and position are. */
  readonly coarse: Local;
  readonly positions: Local;
  /** The current plane of the input. */
  readonly plane: Local;
  /** Entries of the tables for the current window. */
  readonly rowEntry: Local;
  readonly columnEntry: Local;
  readonly rowDivisor: Local;
  readonly columnDivisor: Local;
}

/** Moves an address by a count of planes or rows, all in bytes. */
function pushSkip(f: FunctionBuilder, address: Local, counts: readonly Local[], bytes: number): void {
  f.get(address);
  f.i32(bytes);
  for (const count of counts) f.get(count).op("i32.mul");
  f.op("i32.add").set(address);
}

/** The function `name`: runs `each` for every window of the planes from `begin` to `end`. */
function addWalk(
  module: ModuleBuilder,
  scalar: ScalarType,
  name: string,
  perPlane: (walk: Walk) => void,
  each: (walk: Walk) => void,
): void {
  const p = parameters;
  const f = module.function(
    name,
    Object.keys(p).map(() => "i32"),
  );
  const [rows, columns] = [f.local("i32"), f.local("i32")];
  const walk: Walk = {
    f,
    scalar,
    coarse: p.coarse,
    positions: p.positions,
    plane: p.fine,
    rowEntry: f.local("i32"),
    columnEntry: f.local("i32"),
    rowDivisor: f.local("i32"),
    columnDivisor: f.local("i32"),
  };
  pushSkip(f, p.coarse, [p.begin, p.coarseRows, p.coarseColumns], scalar.bytes);
  pushSkip(f, p.positions, [p.begin, p.coarseRows, p.coarseColumns], 4);
  pushSkip(f, p.fine, [p.begin, p.fineRows, p.fineColumns], scalar.bytes);
  f.whileBelow(p.begin, p.end, () => {
    perPlane(walk);
    f.get(p.rowTable).set(walk.rowEntry).get(p.rowDivisors).set(walk.rowDivisor);
    f.get(p.coarseRows).set(rows);
    f.repeat(rows, () => {
      f.get(p.columnTable).set(walk.columnEntry).get(p.columnDivisors).set(walk.columnDivisor);
      f.get(p.coarseColumns).set(columns);
      f.repeat(columns, () => {
        each(walk);
        f.increment(walk.coarse, scalar.bytes).increment(walk.positions, 4);
        f.increment(walk.columnEntry, 8).increment(walk.columnDivisor, scalar.bytes);
      });
      f.increment(walk.rowEntry, 8).increment(walk.rowDivisor, scalar.bytes);
    });
    pushSkip(f, walk.plane, [p.fineRows, p.fineColumns], scalar.bytes);
    f.increment(p.begin, 1);
  });
}

/** Places within the current window. */
interface Inside {
  readonly row: Local;
  readonly column: Local;
  readonly address: Local;
}

/** Locals for `pushInside`. */
function insideLocals(f: FunctionBuilder): Inside {
  return { row: f.local("i32"), column: f.local("i32"), address: f.local("i32") };
}

/** Runs `body` for every number that the current window covers. */
function pushInside(walk: Walk, inside: Inside, body: () => void): void {
  const { f, scalar } = walk;
  const p = parameters;
  const { row, column, address } = inside;
  const stepLoop = (counter: Local, entry: Local, step: Local, run: () => void): void => {
    f.get(entry).memory("i32.load").set(counter);
    f.block(() => {
      f.loop(() => {
        f.get(counter).get(entry).memory("i32.load", 4).op("i32.ge_s").brIf(1);
        run();
        f.advance(counter, step).br(0);
      });
    });
  };
  stepLoop(row, walk.rowEntry, p.rowStep, () => {
    f.get(row).get(p.fineColumns).op("i32.mul").get(walk.columnEntry).memory("i32.load").op("i32.add");
    f.i32(scalar.bytes).op("i32.mul").get(walk.plane).op("i32.add").set(address);
    stepLoop(column, walk.columnEntry, p.columnStep, () => {
      body();
      f.get(address).get(p.columnStep).i32(scalar.bytes).op("i32.mul").op("i32.add").set(address);
    });
  });
}

function pushNothing(): void {
  // Most kernels begin a plane without preparation.
}

/** Fills the current plane of the input with zeros. */
function pushClearPlane({ f, scalar, plane }: Walk): void {
  const p = parameters;
  f.get(plane).i32(0).get(p.fineRows).get(p.fineColumns).op("i32.mul").i32(scalar.bytes).op("i32.mul");
  f.memoryFill();
}

/** `maxPool`: a NaN replaces whatever was largest, as in PyTorch. */
export function addMaxPool(module: ModuleBuilder, scalar: ScalarType): void {
  addWalk(module, scalar, "maxPool", pushNothing, (walk) => {
    const { f } = walk;
    const [best, value, place] = [f.local(scalar.type), f.local(scalar.type), f.local("i32")];
    const inside = insideLocals(f);
    const p = parameters;
    f[scalar.type](-Infinity).set(best);
    f.get(walk.rowEntry).memory("i32.load").get(p.fineColumns).op("i32.mul");
    f.get(walk.columnEntry).memory("i32.load").op("i32.add").set(place);
    pushInside(walk, inside, () => {
      f.get(inside.address).memory(scalar.load).set(value);
      f.get(value).get(best).op(scalar.greater).get(value).get(value).op(scalar.unequal).op("i32.or");
      f.if(() => {
        f.get(value).set(best);
        f.get(inside.row).get(p.fineColumns).op("i32.mul").get(inside.column).op("i32.add").set(place);
      });
    });
    f.get(walk.coarse).get(best).memory(scalar.store);
    f.get(walk.positions).get(place).memory("i32.store");
  });
}

/** Pushes the address of the number at the current window's position. */
function pushPlace({ f, scalar, plane, positions }: Walk): void {
  f.get(plane).get(positions).memory("i32.load").i32(scalar.bytes).op("i32.mul").op("i32.add");
}

/** `maxPoolSpread`. */
export function addMaxPoolSpread(module: ModuleBuilder, scalar: ScalarType): void {
  addWalk(module, scalar, "maxPoolSpread", pushClearPlane, (walk) => {
    const { f } = walk;
    pushPlace(walk);
    pushPlace(walk);
    f.memory(scalar.load).get(walk.coarse).memory(scalar.load).op(scalar.add).memory(scalar.store);
  });
}

/** `maxPoolPick`. */
export function addMaxPoolPick(module: ModuleBuilder, scalar: ScalarType): void {
  addWalk(module, scalar, "maxPoolPick", pushNothing, (walk) => {
    walk.f.get(walk.coarse);
    pushPlace(walk);
    walk.f.memory(scalar.load).memory(scalar.store);
  });
}

function pushDivisor({ f, scalar, rowDivisor, columnDivisor }: Walk): void {
  f.get(rowDivisor).memory(scalar.load).get(columnDivisor).memory(scalar.load).op(scalar.multiply);
}

/** `averagePool`. */
export function addAveragePool(module: ModuleBuilder, scalar: ScalarType): void {
  addWalk(module, scalar, "averagePool", pushNothing, (walk) => {
    const { f } = walk;
    const [sum, inside] = [f.local(scalar.type), insideLocals(f)];
    f[scalar.type](0).set(sum);
    pushInside(walk, inside, () =>
      f.get(sum).get(inside.address).memory(scalar.load).op(scalar.add).set(sum),
    );
    f.get(walk.coarse).get(sum);
    pushDivisor(walk);
    f.op(scalar.divide).memory(scalar.store);
  });
}

/** `averagePoolSpread`. */
export function addAveragePoolSpread(module: ModuleBuilder, scalar: ScalarType): void {
  addWalk(module, scalar, "averagePoolSpread", pushClearPlane, (walk) => {
    const { f } = walk;
    const [share, inside] = [f.local(scalar.type), insideLocals(f)];
    f.get(walk.coarse).memory(scalar.load);
    pushDivisor(walk);
    f.op(scalar.divide).set(share);
    pushInside(walk, inside, () => {
      f.get(inside.address).get(inside.address).memory(scalar.load).get(share).op(scalar.add);
      f.memory(scalar.store);
    });
  });
}
