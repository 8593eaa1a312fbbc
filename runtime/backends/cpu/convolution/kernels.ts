/** The compiled kernels of convolutions, one module for each kind of number. */
import { float32, float64, type Precision } from "../gemm/precision.ts";
import { ModuleBuilder } from "../wasm/assembler.ts";
import { hasRelaxedSimd } from "../wasm/features.ts";
import { KernelModule } from "../wasm/kernelModule.ts";
import { addArrange, addArrangeWeight, addClear, addOffsets } from "./arrangeKernels.ts";
import { addCorrelate, addFinish, mostRows } from "./correlateKernels.ts";
import { addCollect, addPair } from "./weightKernels.ts";

type ConvolutionKernel =
  "arrange" | "arrangeWeight" | "clear" | "collect" | "correlate" | "finish" | "offsets" | "pair";

/** Rows of the weight's panels: without an instruction that multiplies and adds, the products need registers too. */
export function panelRows(): number {
  return hasRelaxedSimd() ? mostRows : 4;
}

function build(precision: Precision): ModuleBuilder {
  const module = new ModuleBuilder();
  addArrange(module, precision);
  addArrangeWeight(module, precision);
  addClear(module);
  addCollect(module, precision);
  addCorrelate(module, precision, panelRows());
  addFinish(module, precision);
  addOffsets(module);
  addPair(module, precision);
  return module;
}

export const kernels: Readonly<Record<Precision["name"], KernelModule<ConvolutionKernel>>> = {
  float32: new KernelModule(() => build(float32)),
  float64: new KernelModule(() => build(float64)),
};
