/**
 * Maximum pooling with windows of 2×2 side by side, which nearly every network uses, four windows at a time. Units of work are planes; a row of windows has at least
 * four, and its last four are computed together, also where some of them were computed before.
 */
import type { FunctionBuilder, Local, ModuleBuilder } from "../wasm/assembler.ts";

/** Numbers 0, 2, 4, 6 and 1, 3, 5, 7 of the eight in two vectors, and the reverse: the first and last four of two vectors in turn. */
const evenLanes = [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27] as const;
const oddLanes = evenLanes.map((byte) => byte + 4);
const firstInTurn = [0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23] as const;
const lastInTurn = firstInTurn.map((byte) => byte + 8);

/** Parameters of both kernels, all i32; addresses in bytes, sizes in numbers. */
const parameters = {
  begin: 0,
  end: 1,
  coarse: 2,
  positions: 3,
  fine: 4,
  coarseRows: 5,
  coarseColumns: 6,
  fineRows: 7,
  fineColumns: 8,
} as const;

interface Row {
  readonly f: FunctionBuilder;
  /** Addresses of the four windows' numbers and positions, and of what they cover in the upper and the lower row. */
  readonly coarse: Local;
  readonly positions: Local;
  readonly upper: Local;
  readonly lower: Local;
  /** Positions of the upper left numbers of the four windows, and the distance to the lower ones. */
  readonly place: Local;
  readonly rowPlaces: Local;
}

/** Adds to an address a product of sizes, in bytes. */
function pushSkip(f: FunctionBuilder, address: Local, counts: readonly Local[]): void {
  f.get(address).i32(4);
  for (const count of counts) f.get(count).op("i32.mul");
  f.op("i32.add").set(address);
}

/** The function `name`: runs `each` for groups of four windows. */
function addWalk(
  module: ModuleBuilder,
  name: string,
  perPlane: (f: FunctionBuilder) => void,
  each: (row: Row) => void,
): void {
  const p = parameters;
  const f = module.function(
    name,
    Object.keys(p).map(() => "i32"),
  );
  const [i, j, last, firstPlace] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const [coarse, positions, upper, lower] = f.locals("i32", 4) as [Local, Local, Local, Local];
  const [place, rowPlaces] = f.locals("v128", 2) as [Local, Local];
  const row: Row = { f, coarse, positions, upper, lower, place, rowPlaces };
  const step = f.local("v128");
  f.i32(0).op("i32x4.splat");
  for (const lane of [1, 2, 3]) f.i32(2 * lane).lane("i32x4.replace_lane", lane);
  f.set(step);
  for (const address of [p.coarse, p.positions])
    pushSkip(f, address, [p.begin, p.coarseRows, p.coarseColumns]);
  pushSkip(f, p.fine, [p.begin, p.fineRows, p.fineColumns]);
  f.get(p.fineColumns).op("i32x4.splat").set(rowPlaces);
  f.get(p.coarseColumns).i32(4).op("i32.sub").set(last);
  const pushGroup = (): void => {
    f.get(p.coarse).get(j).i32(4).op("i32.mul").op("i32.add").set(coarse);
    f.get(p.positions).get(j).i32(4).op("i32.mul").op("i32.add").set(positions);
    f.get(firstPlace).get(j).i32(2).op("i32.mul").op("i32.add").tee(lower);
    f.op("i32x4.splat").get(step).op("i32x4.add").set(place);
    f.get(p.fine).get(lower).i32(4).op("i32.mul").op("i32.add").tee(upper);
    f.get(p.fineColumns).i32(4).op("i32.mul").op("i32.add").set(lower);
    each(row);
  };
  f.whileBelow(p.begin, p.end, () => {
    perPlane(f);
    f.i32(0).set(i).i32(0).set(firstPlace);
    f.whileBelow(i, p.coarseRows, () => {
      f.i32(0).set(j);
      f.whileBelow(j, last, () => {
        pushGroup();
        f.increment(j, 4);
      });
      f.get(last).set(j);
      pushGroup();
      pushSkip(f, p.coarse, [p.coarseColumns]);
      pushSkip(f, p.positions, [p.coarseColumns]);
      f.get(firstPlace).get(p.fineColumns).i32(2).op("i32.mul").op("i32.add").set(firstPlace);
      f.increment(i, 1);
    });
    pushSkip(f, p.fine, [p.fineRows, p.fineColumns]);
    f.increment(p.begin, 1);
  });
}

/** `halve`: the largest numbers and their positions. */
export function addHalve(module: ModuleBuilder): void {
  addWalk(
    module,
    "halve",
    () => {
      // A plane needs no preparation.
    },
    (row) => {
      const { f } = row;
      const [best, bestPlace, value, place, larger, one] = f.locals("v128", 6) as [
        Local,
        Local,
        Local,
        Local,
        Local,
        Local,
      ];
      f.v128("i32x4", 1).set(one);
      const pushValues = (address: Local, lanes: readonly number[]): void => {
        f.get(address).memory("v128.load").get(address).memory("v128.load", 16).shuffle(lanes);
      };
      const pushCompare = (): void => {
        f.get(value).get(best).op("f32x4.gt").get(value).get(value).op("f32x4.ne").op("v128.or").set(larger);
        f.get(value).get(best).get(larger).op("v128.bitselect").set(best);
        f.get(place).get(bestPlace).get(larger).op("v128.bitselect").set(bestPlace);
      };
      pushValues(row.upper, evenLanes);
      f.set(best).get(row.place).set(bestPlace);
      pushValues(row.upper, oddLanes);
      f.set(value).get(row.place).get(one).op("i32x4.add").set(place);
      pushCompare();
      pushValues(row.lower, evenLanes);
      f.set(value).get(row.place).get(row.rowPlaces).op("i32x4.add").tee(row.place).set(place);
      pushCompare();
      pushValues(row.lower, oddLanes);
      f.set(value).get(row.place).get(one).op("i32x4.add").set(place);
      pushCompare();
      f.get(row.coarse).get(best).memory("v128.store");
      f.get(row.positions).get(bestPlace).memory("v128.store");
    },
  );
}

/** `halveSpread`: numbers back to the positions they were found at, zeros elsewhere. */
export function addHalveSpread(module: ModuleBuilder): void {
  const p = parameters;
  addWalk(
    module,
    "halveSpread",
    (f) => {
      // Windows cover everything but an odd last row and column.
      f.get(p.fineRows).get(p.fineColumns).op("i32.or").i32(1).op("i32.and");
      f.if(() => {
        f.get(p.fine)
          .i32(0)
          .get(p.fineRows)
          .get(p.fineColumns)
          .op("i32.mul")
          .i32(4)
          .op("i32.mul")
          .memoryFill();
      });
    },
    (row) => {
      const { f } = row;
      const [value, found, even, odd, one] = f.locals("v128", 5) as [Local, Local, Local, Local, Local];
      f.v128("i32x4", 1).set(one);
      f.get(row.coarse).memory("v128.load").set(value);
      f.get(row.positions).memory("v128.load").set(found);
      for (const address of [row.upper, row.lower]) {
        f.get(found).get(row.place).op("i32x4.eq").get(value).op("v128.and").set(even);
        f.get(found)
          .get(row.place)
          .get(one)
          .op("i32x4.add")
          .op("i32x4.eq")
          .get(value)
          .op("v128.and")
          .set(odd);
        f.get(address).get(even).get(odd).shuffle(firstInTurn).memory("v128.store");
        f.get(address).get(even).get(odd).shuffle(lastInTurn).memory("v128.store", 16);
        f.get(row.place).get(row.rowPlaces).op("i32x4.add").set(row.place);
      }
    },
  );
}
