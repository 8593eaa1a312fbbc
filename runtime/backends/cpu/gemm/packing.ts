/**
 * Copies a matrix into panels, in which the numbers that a tile reads one after the other are neighbours.
 *
 * A panel holds `width` lines (rows of the left matrix, columns of the right one): the first number of each line, then the second of each, and so on.
 * The last panel may have fewer lines; the places of the missing ones hold numbers without meaning.
 */
import type { FunctionBuilder, Local, ModuleBuilder } from "../wasm/assembler.ts";
import type { Precision } from "./precision.ts";

/** Parameters of a packing function, all i32; addresses and distances in bytes. */
const packParameters = {
  target: 0,
  source: 1,
  /** From one line to the next. */
  line: 2,
  /** From one number of a line to the next. */
  step: 3,
  lines: 4,
  /** Numbers in each line: at least one. */
  inner: 5,
} as const;

/** Adds the function that packs panels of `width` lines, under a name. */
export function addPacking(
  module: ModuleBuilder,
  name: string,
  precision: Precision,
  width: number,
): FunctionBuilder {
  const f = module.function(
    name,
    Object.keys(packParameters).map(() => "i32"),
  );
  const { line, step } = packParameters;
  const adjacent = addPanels(module, precision, width, pushAdjacentLines);
  const along = addPanels(module, precision, width, pushAlongLines);
  const strided = addPanels(module, precision, width, pushStrided);
  const call = (target: FunctionBuilder) => (): void => {
    for (const parameter of Object.values(packParameters)) f.get(parameter);
    f.call(target);
  };
  f.get(line)
    .i32(precision.bytes)
    .op("i32.eq")
    .if(call(adjacent), () => {
      f.get(step).i32(precision.bytes).op("i32.eq").if(call(along), call(strided));
    });
  return f;
}

interface Panel {
  readonly f: FunctionBuilder;
  readonly precision: Precision;
  readonly width: number;
  /** Lines in this panel. */
  readonly count: Local;
}

/** A function that does `body` for one panel after the other; the body must leave `target` behind its panel, and `source` as it was. */
function addPanels(
  module: ModuleBuilder,
  precision: Precision,
  width: number,
  body: (panel: Panel) => void,
): FunctionBuilder {
  const f = module.function(
    null,
    Object.keys(packParameters).map(() => "i32"),
  );
  const { source, line, lines } = packParameters;
  const count = f.local("i32");
  f.block(() => {
    f.loop(() => {
      f.get(lines).i32(0).op("i32.le_s").brIf(1);
      f.i32(width).get(lines).get(lines).i32(width).op("i32.gt_s");
      pushSelect(f, count);
      body({ f, precision, width, count });
      f.get(source).get(line).i32(width).op("i32.mul").op("i32.add").set(source);
      f.increment(lines, -width).br(0);
    });
  });
  return f;
}

/** Sets `result` to the first of two numbers on the stack where the condition behind them holds, else to the second. */
function pushSelect(f: FunctionBuilder, result: Local): void {
  const condition = f.local("i32");
  const otherwise = f.local("i32");
  f.set(condition).set(otherwise).set(result);
  f.get(condition)
    .op("i32.eqz")
    .if(() => f.get(otherwise).set(result));
}

/**
 * Lines that lie side by side: whole vectors are copied. A panel's width need not be whole vectors: what a copy writes too much is overwritten by the next.
 */
function pushAdjacentLines({ f, precision, width, count }: Panel): void {
  const { target, source, step, inner } = packParameters;
  const vectors = Math.ceil(width / precision.lanes);
  const from = f.local("i32");
  const rest = f.local("i32");
  const copy = (used: number): void => {
    f.get(source).set(from).get(inner).set(rest);
    f.repeat(rest, () => {
      for (let j = 0; j < used; j++)
        f.get(target)
          .get(from)
          .memory("v128.load", 16 * j)
          .memory("v128.store", 16 * j);
      f.increment(target, width * precision.bytes).advance(from, step);
    });
  };
  // Only vectors that hold a line are read: behind the matrix no more than one vector may be touched.
  for (let used = 1; used <= vectors; used++) {
    f.get(count)
      .i32((used - 1) * precision.lanes)
      .op("i32.gt_s");
    f.get(count)
      .i32(used * precision.lanes)
      .op("i32.le_s")
      .op("i32.and");
    f.if(() => copy(used));
  }
}

/** The address of each of the panel's lines; that of the last one again for those that are missing. */
function pushLineAddresses({ f, width, count }: Panel): Local[] {
  const { source, line } = packParameters;
  const addresses = f.locals("i32", width);
  for (const [i, address] of addresses.entries()) {
    if (i === 0) f.get(source).set(address);
    else {
      f.get(addresses[i - 1]!).set(address);
      f.get(count)
        .i32(i)
        .op("i32.gt_s")
        .if(() => f.advance(address, line));
    }
  }
  return addresses;
}

/** One number of each line, `steps` bytes further along each time. */
function pushSingles(
  { f, precision, width }: Panel,
  addresses: readonly Local[],
  times: Local,
  step: Local,
): void {
  f.repeat(times, () => {
    for (const [i, address] of addresses.entries()) {
      f.get(packParameters.target)
        .get(address)
        .memory(precision.load)
        .memory(precision.store, i * precision.bytes);
      f.advance(address, step);
    }
    f.increment(packParameters.target, width * precision.bytes);
  });
}

function pushStrided(panel: Panel): void {
  const { f } = panel;
  const rest = f.local("i32");
  const addresses = pushLineAddresses(panel);
  f.get(packParameters.inner).set(rest);
  pushSingles(panel, addresses, rest, packParameters.step);
}

/** Lines whose numbers are neighbours: squares of as many lines as a vector has lanes are transposed in registers. */
function pushAlongLines(panel: Panel): void {
  const { f, precision, width } = panel;
  const { target, inner, step } = packParameters;
  const { lanes, bytes } = precision;
  const rest = f.local("i32");
  const addresses = pushLineAddresses(panel);
  const groups = Math.floor(width / lanes);
  const vectors = Array.from({ length: groups }, () => f.locals("v128", lanes));
  f.get(inner).i32(Math.log2(lanes)).op("i32.shr_u").set(rest);
  f.repeat(rest, () => {
    for (const [g, group] of vectors.entries()) {
      for (const [i, vector] of group.entries())
        f.get(addresses[g * lanes + i]!)
          .memory("v128.load")
          .set(vector);
      const transposed = pushTranspose(f, precision, group);
      for (const [i, vector] of transposed.entries())
        f.get(target)
          .get(vector)
          .memory("v128.store", i * width * bytes + g * 16);
    }
    for (let i = groups * lanes; i < width; i++)
      for (let k = 0; k < lanes; k++)
        f.get(target)
          .get(addresses[i]!)
          .memory(precision.load, k * bytes)
          .memory(precision.store, (k * width + i) * bytes);
    for (const address of addresses) f.increment(address, 16);
    f.increment(target, width * 16);
  });
  f.get(inner)
    .i32(lanes - 1)
    .op("i32.and")
    .set(rest);
  pushSingles(panel, addresses, rest, step);
}

const numberBytes = (first: number, count: number): number[] =>
  Array.from({ length: count }, (_, i) => first + i);

/** The transposed square of the vectors, in locals. */
function pushTranspose(f: FunctionBuilder, { lanes }: Precision, square: readonly Local[]): readonly Local[] {
  const shuffle = (x: Local, y: Local, pieces: readonly number[], size: number): Local => {
    const result = f.local("v128");
    f.get(x)
      .get(y)
      .shuffle(pieces.flatMap((piece) => numberBytes(piece * size, size)))
      .set(result);
    return result;
  };
  const low = (x: Local, y: Local): Local => shuffle(x, y, [0, 2], 8);
  const high = (x: Local, y: Local): Local => shuffle(x, y, [1, 3], 8);
  const [a, b, c, d] = square;
  if (lanes === 2) return [low(a!, b!), high(a!, b!)];
  const ab = [shuffle(a!, b!, [0, 4, 1, 5], 4), shuffle(a!, b!, [2, 6, 3, 7], 4)] as const;
  const cd = [shuffle(c!, d!, [0, 4, 1, 5], 4), shuffle(c!, d!, [2, 6, 3, 7], 4)] as const;
  return [low(ab[0], cd[0]), high(ab[0], cd[0]), low(ab[1], cd[1]), high(ab[1], cd[1])];
}
