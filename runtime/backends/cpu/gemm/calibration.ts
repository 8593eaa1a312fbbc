/** Measures which tile is fastest on this processor and engine. */
import { heapMemory, threadScratch } from "../memory/heap.ts";
import { ModuleBuilder } from "../wasm/assembler.ts";
import { KernelModule, type KernelFunction } from "../wasm/kernelModule.ts";
import { canAskForWide } from "../wasm/wide.ts";
import { compilerOf, markCode, tileChoices, type ProductKernels, type TileChoice } from "./kernels.ts";
import { multiplyScratchBytes, multiplyWith, type MatrixPlace } from "./multiply.ts";
import { float32 } from "./precision.ts";
import { addTile, tileParameterCount } from "./tile.ts";

const inner = 256;
/** Tiles in a measurement, some 50 µs of work, and how often each is measured: the best counts, as others only disturb. */
const tilesInRun = 16;
const runs = 8;
/** A tile that comes later must be so much faster than an earlier one. */
const worthwhile = 1.03;

/** A module with one full tile and a function that runs it several times. */
function buildProbe(tile: TileChoice): ModuleBuilder {
  const module = new ModuleBuilder();
  const body = addTile(module, float32, tile, "adjacentRows");
  const f = module.function("run", []);
  const bytes = { left: inner * tile.rows * 4, right: inner * tile.vectors * 16 };
  const count = f.local("i32");
  f.i32(tilesInRun).set(count);
  f.repeat(count, () => {
    const right = threadScratch + bytes.left;
    const args = [threadScratch, 0, tile.rows * 4, right, tile.vectors * 16];
    args.push(right + bytes.right, tile.vectors * 16, inner, float32.lanes, 0, 0);
    for (const argument of args.slice(0, tileParameterCount)) f.i32(argument);
    f.call(body);
  });
  markCode(module, tile);
  return module;
}

/** Nanoseconds of a run for each multiplication in it. */
function timeOf(run: KernelFunction, tile: TileChoice): number {
  const start = performance.now();
  run();
  return ((performance.now() - start) * 1e6) / (tile.rows * tile.vectors);
}

/** The number, in `tileChoices`, of the tile that is fastest here. */
export function measureFastest(): number {
  new Float32Array(heapMemory.buffer, threadScratch, 64 * 1024).fill(0.5);
  const probes = tileChoices
    .map((tile, index) => ({ tile, index, best: Infinity }))
    .filter(({ tile }) => tile.code !== "lazy" && (tile.code !== "wide" || canAskForWide()))
    .map((probe) => {
      const module = new KernelModule<"run">(() => buildProbe(probe.tile), compilerOf(probe.tile));
      return Object.assign(probe, { run: module.functions.run });
    });
  // In turn, so that a disturbance does not fall on one of them.
  for (let i = 0; i < runs; i++)
    for (const probe of probes) probe.best = Math.min(probe.best, timeOf(probe.run, probe.tile));
  let fastest = probes[0]!;
  for (const probe of probes) if (probe.best * worthwhile < fastest.best) fastest = probe;
  return fastest.index;
}

/** Where the check's matrices are: behind what `multiply` packs into, a quarter of a megabyte each. */
const checkBase: number = threadScratch + multiplyScratchBytes;
const checkBytes: number = 256 * 1024;

/** Matrices of small whole numbers, and the output that is added to. */
class Check {
  readonly #kernels: ProductKernels;
  readonly #arrays: readonly (Float32Array | Float64Array)[];

  constructor(kernels: ProductKernels) {
    this.#kernels = kernels;
    this.#arrays = [0, 1, 2, 3].map((i) => {
      const at = checkBase + i * checkBytes;
      const length = 16 * 1024;
      const array =
        kernels.precision.name === "float32"
          ? new Float32Array(heapMemory.buffer, at, length)
          : new Float64Array(heapMemory.buffer, at, length);
      for (let j = 0; j < length; j++) array[j] = ((j * (2 * i + 5)) % 13) - 6;
      return array;
    });
  }

  /** Whether one product is right: `distances` are between a matrix's neighbouring rows and columns, or the other way round. */
  holds(rows: number, columns: number, steps: number, apart: number, transposed: boolean): boolean {
    const [left, right, output, bias] = this.#arrays as [Numbers, Numbers, Numbers, Numbers];
    output.fill(1, 0, rows * columns);
    const place = (array: number, row: number, column: number): MatrixPlace => ({
      address: checkBase + array * checkBytes,
      row: transposed ? column : row,
      column: transposed ? row : column,
    });
    const places = [place(0, steps * apart, apart), place(1, 64, 1)] as const;
    const target = { address: checkBase + 2 * checkBytes, row: columns, column: 1 };
    const finish = { accumulate: true, relu: columns % 2 === 0, bias: checkBase + 3 * checkBytes };
    const biasOf = rows % 2 === 0 ? "rows" : "columns";
    multiplyWith(this.#kernels, rows, columns, steps, ...places, target, { ...finish, biasOf });
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        let sum = 1 + bias[biasOf === "rows" ? i : j]!;
        for (let k = 0; k < steps; k++) sum += at(left, places[0], i, k) * at(right, places[1], k, j);
        if (output[i * columns + j] !== (finish.relu ? Math.max(sum, 0) : sum)) return false;
      }
    return true;
  }
}

type Numbers = Float32Array | Float64Array;

function at(array: Numbers, place: MatrixPlace, row: number, column: number): number {
  return array[row * place.row + column * place.column]!;
}

/**
 * Whether the kernels compute what they should, for every height and width of a tile, in every layout: on whole numbers, for which every order of adding
 * gives the same. The engine's wide vectors are experimental; what they got wrong must not be used.
 */
export function areRight(kernels: ProductKernels): boolean {
  const { precision, shape } = kernels;
  const check = new Check(kernels);
  for (let rows = 1; rows <= shape.rows + 1; rows++)
    for (let columns = 1; columns <= shape.vectors * precision.lanes + 1; columns++)
      for (const apart of [1, 2])
        for (const transposed of [false, true])
          if (!check.holds(rows, columns, 9, apart, transposed)) return false;
  return true;
}
