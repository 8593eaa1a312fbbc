/** The compiled kernels of convolutions: for each kind of number, and each tile that matrix products choose from, one module. */
import { compilerOf, markCode, tileChoices, type TileChoice } from "../gemm/kernels.ts";
import { float32, float64, type Precision } from "../gemm/precision.ts";
import { ModuleBuilder } from "../wasm/assembler.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { addArrange, addArrangeWeight, addClear, addOffsets } from "./arrangeKernels.ts";
import { addCorrelate, addFinish } from "./correlateKernels.ts";
import { addCollect, addPair } from "./weightKernels.ts";

type CommonKernel = "arrange" | "arrangeWeight" | "clear" | "collect" | "finish" | "offsets" | "pair";

/** The kernel that most of the time is spent in, for one kind of number and with one tile. */
export interface TiledKernels {
  readonly precision: Precision;
  readonly tile: TileChoice;
  readonly module: KernelModule<"correlate">;
}

function buildCommon(precision: Precision): ModuleBuilder {
  const module = new ModuleBuilder();
  addArrange(module, precision);
  addArrangeWeight(module, precision);
  addClear(module);
  addCollect(module, precision);
  addFinish(module, precision);
  addOffsets(module);
  addPair(module, precision);
  return module;
}

function buildTiled(precision: Precision, tile: TileChoice): ModuleBuilder {
  const module = new ModuleBuilder();
  addCorrelate(module, precision, tile);
  markCode(module, tile);
  return module;
}

function tiledKernelsOf(precision: Precision): readonly TiledKernels[] {
  return tileChoices.map((tile) => ({
    precision,
    tile,
    module: new KernelModule<"correlate">(() => buildTiled(precision, tile), compilerOf(tile)),
  }));
}

/** Kernels that do not depend on the tile. */
export const commonKernels: Readonly<Record<Precision["name"], KernelModule<CommonKernel>>> = {
  float32: new KernelModule(() => buildCommon(float32)),
  float64: new KernelModule(() => buildCommon(float64)),
};

/** The others, in the order of `tileChoices`. */
export const tiledKernels: Readonly<Record<Precision["name"], readonly TiledKernels[]>> = {
  float32: tiledKernelsOf(float32),
  float64: tiledKernelsOf(float64),
};
