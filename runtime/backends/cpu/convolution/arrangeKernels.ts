/** Kernels that lay out the operands of a convolution for the tiles. */
import type { FunctionBuilder, Local, ModuleBuilder } from "../wasm/assembler.ts";
import type { Precision } from "../gemm/precision.ts";

/** Parameters of `arrange`, all i32; addresses and distances in bytes, counts in elements. */
const arrangeParameters = {
  target: 0,
  targetChannel: 1,
  source: 2,
  sourceChannel: 3,
  sourceRow: 4,
  sourceColumn: 5,
  channels: 6,
  /** Rows of zeros, rows that are copied, rows of zeros, as elements of zeros for the first and last. */
  above: 7,
  rows: 8,
  below: 9,
  /** In each row that is copied: zeros, elements, zeros. */
  left: 10,
  copied: 11,
  right: 12,
} as const;

/** Adds to `address` what `count` elements take, after `body` ran for each vector of them. The last vector reaches over the end. */
function pushVectors(
  f: FunctionBuilder,
  precision: Precision,
  count: Local,
  rest: Local,
  body: () => void,
): void {
  f.get(count).set(rest);
  f.block(() => {
    f.get(rest).i32(0).op("i32.le_s").brIf(0);
    f.loop(() => {
      body();
      f.get(rest).i32(precision.lanes).op("i32.sub").tee(rest).i32(0).op("i32.gt_s").brIf(0);
    });
  });
}

/** Moves an address to the exact end of what was written, from where the last vector ended. */
function pushAlign(f: FunctionBuilder, precision: Precision, address: Local, rest: Local): void {
  // `rest` is what the vectors wrote too much, as zero or a negative count.
  f.get(address).get(rest).i32(precision.bytes).op("i32.mul").op("i32.add").set(address);
}

function pushZeros(
  f: FunctionBuilder,
  precision: Precision,
  target: Local,
  count: Local,
  scratch: { readonly rest: Local; readonly zero: Local },
): void {
  f.get(count).if(() => {
    pushVectors(f, precision, count, scratch.rest, () => {
      f.get(target).get(scratch.zero).memory("v128.store").increment(target, 16);
    });
    pushAlign(f, precision, target, scratch.rest);
  });
}

/**
 * `arrange`: copies rows of several channels, with zeros around them. Rows follow each other without a gap, channels after `targetChannel` bytes. Vectors reach
 * over the end of what is written by less than 16 bytes: what lies behind is written later.
 */
export function addArrange(module: ModuleBuilder, precision: Precision): void {
  const p = arrangeParameters;
  const f = module.function(
    "arrange",
    Object.keys(p).map(() => "i32"),
  );
  const [target, row, source, rows, rest] = f.locals("i32", 5) as [Local, Local, Local, Local, Local];
  const scratch = { rest, zero: f.local("v128") };
  f.repeat(p.channels, () => {
    f.get(p.target).set(target).get(p.source).set(row).get(p.rows).set(rows);
    pushZeros(f, precision, target, p.above, scratch);
    f.repeat(rows, () => {
      pushZeros(f, precision, target, p.left, scratch);
      f.get(row).set(source);
      f.get(p.sourceColumn)
        .i32(precision.bytes)
        .op("i32.eq")
        .if(
          () => {
            pushVectors(f, precision, p.copied, rest, () => {
              f.get(target).get(source).memory("v128.load").memory("v128.store");
              f.increment(target, 16).increment(source, 16);
            });
            f.get(p.copied).if(() => pushAlign(f, precision, target, rest));
          },
          () => {
            f.get(p.copied).set(rest);
            f.repeat(rest, () => {
              f.get(target).get(source).memory(precision.load).memory(precision.store);
              f.increment(target, precision.bytes).advance(source, p.sourceColumn);
            });
          },
        );
      pushZeros(f, precision, target, p.right, scratch);
      f.advance(row, p.sourceRow);
    });
    pushZeros(f, precision, target, p.below, scratch);
    f.advance(p.target, p.targetChannel).advance(p.source, p.sourceChannel);
  });
}

/** `clear`: `vectors` vectors of zeros at each of `count` places, `distance` bytes apart: `clear(target, distance, count, vectors)`. */
export function addClear(module: ModuleBuilder): void {
  const [target, distance, count, vectors] = [0, 1, 2, 3];
  const f = module.function("clear", ["i32", "i32", "i32", "i32"]);
  const [address, rest, zero] = [f.local("i32"), f.local("i32"), f.local("v128")];
  f.repeat(count, () => {
    f.get(target).set(address).get(vectors).set(rest);
    f.repeat(rest, () => f.get(address).get(zero).memory("v128.store").increment(address, 16));
    f.advance(target, distance);
  });
}

/**
 * `offsets`: where each element of a channel's kernel looks, for `channels` channels one after the other:
 * `offsets(target, taps, tapCount, channels, channelDistance)`.
 */
export function addOffsets(module: ModuleBuilder): void {
  const [target, taps, tapCount, channels, distance] = [0, 1, 2, 3, 4];
  const f = module.function("offsets", ["i32", "i32", "i32", "i32", "i32"]);
  const [tap, rest, base] = f.locals("i32", 3) as [Local, Local, Local];
  f.repeat(channels, () => {
    f.get(taps).set(tap).get(tapCount).set(rest);
    f.repeat(rest, () => {
      f.get(target).get(tap).memory("i32.load").get(base).op("i32.add").memory("i32.store");
      f.increment(target, 4).increment(tap, 4);
    });
    f.advance(base, distance);
  });
}

/**
 * `arrangeWeight`: panels of `panel` rows (the last may have fewer) in which the numbers that a step of the inner loop needs are neighbours:
 * `arrangeWeight(target, source, rows, rowDistance, taps, tapCount, channels, channelDistance, panel)`; `taps` are offsets in bytes.
 */
export function addArrangeWeight(module: ModuleBuilder, precision: Precision): void {
  const [target, source, rows, rowDistance, taps, tapCount, channels, channelDistance, panel] = [
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ];
  const f = module.function("arrangeWeight", ["i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32", "i32"]);
  const [height, channel, tap, from, leftChannels, leftTaps, leftRows] = f.locals("i32", 7) as [
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
    Local,
  ];
  f.block(() => {
    f.loop(() => {
      f.get(rows).i32(0).op("i32.le_s").brIf(1);
      f.get(panel).get(rows).get(panel).get(rows).op("i32.lt_s").op("select").set(height);
      f.get(source).set(channel).get(channels).set(leftChannels);
      f.repeat(leftChannels, () => {
        f.get(taps).set(tap).get(tapCount).set(leftTaps);
        f.repeat(leftTaps, () => {
          f.get(channel).get(tap).memory("i32.load").op("i32.add").set(from);
          f.get(height).set(leftRows);
          f.repeat(leftRows, () => {
            f.get(target).get(from).memory(precision.load).memory(precision.store);
            f.increment(target, precision.bytes).advance(from, rowDistance);
          });
          f.increment(tap, 4);
        });
        f.advance(channel, channelDistance);
      });
      f.get(source).get(rowDistance).get(height).op("i32.mul").op("i32.add").set(source);
      f.get(rows).get(height).op("i32.sub").set(rows).br(0);
    });
  });
}
