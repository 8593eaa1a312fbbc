/** The kernels behind a convolution's derivative in the weight: sums of products along the positions, which lie next to each other in both operands. */
import { pushMultiplyAdd, type Precision } from "../gemm/precision.ts";
import type { FunctionBuilder, Local, ModuleBuilder } from "../wasm/assembler.ts";
import type { LaneInstruction, Instruction } from "../wasm/instructions.ts";

/** Rows of a tile (channels of the output), and elements of the kernel that it takes at a time. */
const tileRows = 2;
const tileTaps = 4;

/** Parameters of `pair`, all i32; addresses and distances in bytes. */
const pairParameters = {
  output: 0,
  /** From one channel of the output to the next. */
  outputChannel: 1,
  channels: 2,
  /** Where each element of the kernel looks, from `block` on. */
  offsets: 3,
  steps: 4,
  block: 5,
  /** Vectors of positions. */
  vectors: 6,
  /** The sums are added to the numbers here. */
  weight: 7,
  weightRow: 8,
} as const;

interface LaneSum {
  readonly extract: LaneInstruction;
  readonly add: Instruction;
  readonly load: "f32.load" | "f64.load";
  readonly store: "f32.store" | "f64.store";
}

const laneSums: Readonly<Record<Precision["name"], LaneSum>> = {
  float32: { extract: "f32x4.extract_lane", add: "f32.add", load: "f32.load", store: "f32.store" },
  float64: { extract: "f64x2.extract_lane", add: "f64.add", load: "f64.load", store: "f64.store" },
};

/** Adds the sum of a vector's lanes to a number in memory. */
function pushAddLanes(
  f: FunctionBuilder,
  precision: Precision,
  sum: Local,
  address: Local,
  offset: number,
): void {
  const { extract, add, load, store } = laneSums[precision.name];
  f.get(address);
  for (let lane = 0; lane < precision.lanes; lane += 2) {
    f.get(sum)
      .lane(extract, lane)
      .get(sum)
      .lane(extract, lane + 1)
      .op(add);
    if (lane > 0) f.op(add);
  }
  f.get(address).memory(load, offset).op(add).memory(store, offset);
}

/** A tile: `rows` channels of the output against `taps` elements of the kernel. Takes the parameters of `pair` without the counts. */
function addTile(module: ModuleBuilder, precision: Precision, rows: number, taps: number): FunctionBuilder {
  const [output, outputChannel, offsets, block, vectors, weight, weightRow] = [0, 1, 2, 3, 4, 5, 6];
  const f = module.function(null, ["i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const sums = Array.from({ length: rows }, () => f.locals("v128", taps));
  const lefts = f.locals("v128", rows);
  const right = f.local("v128");
  const channels = f.locals("i32", rows);
  const places = f.locals("i32", taps);
  for (const [i, channel] of channels.entries()) {
    if (i === 0) f.get(output).set(channel);
    else
      f.get(channels[i - 1]!)
        .get(outputChannel)
        .op("i32.add")
        .set(channel);
  }
  for (const [j, place] of places.entries())
    f.get(block)
      .get(offsets)
      .memory("i32.load", 4 * j)
      .op("i32.add")
      .set(place);
  f.repeat(vectors, () => {
    for (const [i, left] of lefts.entries()) f.get(channels[i]!).memory("v128.load").set(left);
    for (const [j, place] of places.entries()) {
      f.get(place).memory("v128.load").set(right);
      for (const [i, left] of lefts.entries()) pushMultiplyAdd(f, precision, sums[i]![j]!, left, right);
    }
    for (const pointer of [...channels, ...places]) f.increment(pointer, 16);
  });
  for (const sumsOfRow of sums) {
    for (const [j, sum] of sumsOfRow.entries()) pushAddLanes(f, precision, sum, weight, j * precision.bytes);
    f.advance(weight, weightRow);
  }
  return f;
}

/** `pair`: all tiles; a few channels of the output stay in the nearest cache while the block is walked through. */
export function addPair(module: ModuleBuilder, precision: Precision): void {
  const p = pairParameters;
  const tiles = Array.from({ length: tileRows }, (_, i) =>
    Array.from({ length: tileTaps }, (_, j) => addTile(module, precision, i + 1, j + 1)),
  );
  const f = module.function(
    "pair",
    Object.keys(p).map(() => "i32"),
  );
  const [steps, offsets, weight] = f.locals("i32", 3) as [Local, Local, Local];
  const pushTile = (tile: FunctionBuilder): void => {
    f.get(p.output)
      .get(p.outputChannel)
      .get(offsets)
      .get(p.block)
      .get(p.vectors)
      .get(weight)
      .get(p.weightRow);
    f.call(tile);
  };
  const pushTaps = (tilesOfRows: readonly FunctionBuilder[]): void => {
    f.get(p.steps).set(steps).get(p.offsets).set(offsets).get(p.weight).set(weight);
    f.block(() => {
      f.loop(() => {
        f.get(steps).i32(tileTaps).op("i32.lt_s").brIf(1);
        pushTile(tilesOfRows[tileTaps - 1]!);
        f.increment(offsets, 4 * tileTaps).increment(weight, tileTaps * precision.bytes);
        f.increment(steps, -tileTaps).br(0);
      });
    });
    for (let taps = 1; taps < tileTaps; taps++)
      f.get(steps)
        .i32(taps)
        .op("i32.eq")
        .if(() => pushTile(tilesOfRows[taps - 1]!));
  };
  f.block(() => {
    f.loop(() => {
      f.get(p.channels).i32(tileRows).op("i32.lt_s").brIf(1);
      pushTaps(tiles[tileRows - 1]!);
      f.get(p.output).get(p.outputChannel).i32(tileRows).op("i32.mul").op("i32.add").set(p.output);
      f.get(p.weight).get(p.weightRow).i32(tileRows).op("i32.mul").op("i32.add").set(p.weight);
      f.increment(p.channels, -tileRows).br(0);
    });
  });
  for (let rows = 1; rows < tileRows; rows++)
    f.get(p.channels)
      .i32(rows)
      .op("i32.eq")
      .if(() => pushTaps(tiles[rows - 1]!));
}

/** `collect`: adds up `parts` partial sums, `distance` bytes apart, in order: `collect(target, source, distance, parts, count)`. */
export function addCollect(module: ModuleBuilder, precision: Precision): void {
  const [target, source, distance, parts, count] = [0, 1, 2, 3, 4];
  const f = module.function("collect", ["i32", "i32", "i32", "i32", "i32"]);
  const [address, rest] = [f.local("i32"), f.local("i32")];
  const { add, load, store } = laneSums[precision.name];
  const sum = f.local(precision.name === "float32" ? "f32" : "f64");
  f.repeat(count, () => {
    f.get(source).memory(load).set(sum);
    f.get(source).get(distance).op("i32.add").set(address);
    f.get(parts).i32(1).op("i32.sub").set(rest);
    f.repeat(rest, () => f.get(sum).get(address).memory(load).op(add).set(sum).advance(address, distance));
    f.get(target).get(sum).memory(store);
    f.increment(target, precision.bytes).increment(source, precision.bytes);
  });
}
