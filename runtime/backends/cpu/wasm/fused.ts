/** Whether the processor multiplies and adds in one step. */
import { ModuleBuilder } from "./assembler.ts";
import { hasRelaxedSimd } from "./features.ts";
import { KernelModule } from "./kernelModule.ts";

/** (1 + 2⁻¹²)² − (1 + 2⁻¹¹) is 2⁻²⁴ where the product is not rounded before the sum, and 0 where it is. */
const probe: KernelModule<"probe"> = new KernelModule(() => {
  const module = new ModuleBuilder();
  const f = module.function("probe", [], ["i32"]);
  const factor = 1 + 2 ** -12;
  f.v128("f32x4", factor).v128("f32x4", factor);
  f.v128("f32x4", -(1 + 2 ** -11))
    .op("f32x4.relaxed_madd")
    .op("v128.any_true");
  return module;
});

let fused: boolean | null = null;

/** Whether `f32x4.relaxed_madd` is there and rounds once. */
export function hasFusedMultiplyAdd(): boolean {
  return (fused ??= hasRelaxedSimd() && Number(probe.functions.probe()) === 1);
}
