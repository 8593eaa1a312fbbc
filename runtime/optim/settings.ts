/** What the constructors of all optimizers take besides their settings. */
import { NotImplementedError } from "../errors/notImplementedError.ts";
import { flag, keywordOnly, optionalFlag, type Parameter, type ParametersOf } from "../parameters.ts";
import type { ParametersOrGroups } from "./optimizer.ts";

/** How a step is computed, which in PyTorch is a matter of speed. Every step here is one kernel for each parameter. */
export interface StepOptions {
  /** Taken, and without effect. */
  readonly foreach?: boolean | null;
  /** Taken, and without effect. */
  readonly fused?: boolean | null;
  /** Only `false`: steps are not recorded for `backward`. */
  readonly differentiable?: boolean;
}

/** The parameters of those options. */
export const stepOptions: ParametersOf<StepOptions> = {
  foreach: keywordOnly(optionalFlag),
  fused: keywordOnly(optionalFlag),
  differentiable: keywordOnly(flag(false)),
};

/** @throws NotImplementedError when steps are to be recorded. */
export function checkStepOptions(name: string, { differentiable = false }: StepOptions): void {
  if (differentiable)
    throw new NotImplementedError(
      `optim.${name}: steps are not recorded, so {differentiable: true} cannot be. Compute the step with operators, as in w.sub(grad.mul(lr)).`,
    );
}

/** The tensors to change, or groups of them; `Optimizer` checks each. */
export function paramsParameter<Settings>(): Parameter<ParametersOrGroups<Settings>> {
  return {
    expects: "an array of Tensors or of groups {params: […]}, or model.parameters()",
    convert: (value) =>
      typeof value === "object" && value !== null && Symbol.iterator in value
        ? (value as ParametersOrGroups<Settings>) // what it gives, the optimizer looks at
        : undefined,
  };
}
