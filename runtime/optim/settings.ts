/** What the constructors of optimizers take: tables of parameters that several share, and the checks that PyTorch makes. */
import { AssertionError } from "../errors/assertionError.ts";
import { NotImplementedError } from "../errors/notImplementedError.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { ValueError } from "../errors/valueError.ts";
import { flag, keywordOnly, optionalFlag, type Parameter } from "../parameters.ts";
import { duplicate, follow } from "../settle.ts";
import { Tensor } from "../tensor.ts";
import type { ParametersOrGroups } from "./groups.ts";

/** A learning rate: a number, or a tensor of one element, which a program may write into. */
export type Rate = number | Tensor;

/** How a step is computed, which in PyTorch is a matter of speed. Every step here is one kernel for each parameter. */
export interface StepOptions {
  /** Whether to go up instead of down. */
  readonly maximize?: boolean;
  /** Taken, and without effect. */
  readonly foreach?: boolean | null;
  /** Only `false`: steps are not recorded for `backward`. */
  readonly differentiable?: boolean;
}

/** As `StepOptions`, for an optimizer with a count of steps. */
export interface CapturableOptions extends StepOptions {
  /** Whether parameters must be on an accelerator; without any other effect. */
  readonly capturable?: boolean;
}

/** As `StepOptions`, for an optimizer of which PyTorch has a fused form. */
export interface FusedOptions extends StepOptions {
  /** Taken, and without effect: steps are fused always. */
  readonly fused?: boolean | null;
}

/**
 * What every optimizer can be made with, word for word the same in all of them: a program that chooses among optimizers (`new optim[name](parameters, {lr: 0.1})`) is checked against this alone. Without it the
 * compiler would have to compare every form of every optimizer with all those of the others, which takes it minutes.
 */
export type ArgumentsOfAll = [params: ParametersOrGroups<{ lr: number }>, lr?: Rate | { readonly lr?: Rate }];

/** What all optimizers but LBFGS and Rprop can be made with besides. */
export type ArgumentsOfMost = [
  params: ParametersOrGroups<{ lr: number; weight_decay: number }>,
  lr?: Rate | { readonly lr?: Rate; readonly weight_decay?: number },
];

/**
 * Settings as a group holds them: all of them. A learning rate is called a number there, since programs calculate with it (`group.lr *= 0.5`); it is the tensor where one was given.
 */
export type SettingsOf<Options> = {
  -readonly [K in keyof Options]-?: Exclude<Options[K], Tensor | undefined>;
};

/** Settings as a constructor gets them. */
export type Given<Settings> = {
  readonly [K in keyof Settings]: Settings[K] | (K extends "lr" | "weight_decay" ? Tensor : never);
};

/** The parameters of those options; positions are for optimizers where PyTorch takes them so. */
export const foreach: Parameter<boolean | null> = optionalFlag;
export const maximize: Parameter<boolean> = flag(false);
export const differentiable: Parameter<boolean> = flag(false);
export const capturable: Parameter<boolean> = flag(false);
export const fused: Parameter<boolean | null> = keywordOnly(optionalFlag);

/** The tensors to change, or groups of them; `Optimizer` checks each. */
export function paramsParameter<Settings>(): Parameter<ParametersOrGroups<Settings>> {
  return {
    expects: "an array of Tensors, of [name, Tensor] or of groups {params: […]}, or model.parameters()",
    convert: (value) =>
      typeof value === "object" && value !== null && (value instanceof Tensor || Symbol.iterator in value)
        ? (value as ParametersOrGroups<Settings>) // what it gives, the optimizer looks at
        : undefined,
  };
}

/** A learning rate. Whoever reads a group's `lr` reads it with `valueOf`. */
export function rate(fallback: number): Parameter<Rate> {
  return {
    expects: "a number or a Tensor of one element",
    fallback,
    convert: (value) => (typeof value === "number" || value instanceof Tensor ? value : undefined),
  };
}

/** Numbers that come together. */
export function numbers<Numbers extends readonly number[]>(fallback: Numbers): Parameter<Numbers> {
  return {
    expects: `an array of ${fallback.length} numbers`,
    fallback,
    convert: (value) => {
      if (!Array.isArray(value) || value.length !== fallback.length) return undefined;
      const plain = value.map((item) => (item instanceof Tensor && item.numel() === 1 ? item.item() : item));
      // As many numbers as are expected.
      return plain.every((item) => typeof item === "number")
        ? (plain as readonly number[] as Numbers)
        : undefined;
    },
  };
}

/** The number that a setting is, or holds. */
export function valueOf(setting: Rate): number {
  return typeof setting === "number" ? setting : Number(setting.item());
}

/** @throws ValueError when a setting is negative or not a number. */
export function checkSetting(name: string, value: number): void {
  if (!(value >= 0)) throw new ValueError(`Invalid ${name}: ${value}. It must be a number, 0 or more.`);
}

/** @throws ValueError when a learning rate is a tensor of several numbers. */
export function checkOneElement(lr: Rate): void {
  if (lr instanceof Tensor && lr.numel() !== 1)
    throw new ValueError(
      `Tensor lr must be 1-element: it has ${lr.numel()}. Pass a number, as in {lr: 0.01}.`,
    );
}

/** @throws ValueError when a learning rate is negative, not a number, or a tensor of several. */
export function checkRate(lr: Rate): void {
  checkOneElement(lr);
  checkSetting("learning rate", valueOf(lr));
}

/** @throws ValueError when one of two shares of an average is not in [0, 1). */
export function checkBetas(betas: readonly [number, number]): void {
  for (const [position, beta] of betas.entries())
    if (!(beta >= 0 && beta < 1))
      throw new ValueError(
        `Invalid beta parameter at index ${position}: ${beta}. It must be 0 or more and less than 1, as in {betas: [0.9, 0.999]}.`,
      );
}

/** @throws RuntimeError for options that exclude each other, NotImplementedError when steps are to be recorded. */
export function checkStepOptions(
  name: string,
  options: {
    readonly differentiable: boolean;
    readonly foreach: boolean | null;
    readonly fused?: boolean | null;
  },
): void {
  if (options.fused === true && options.differentiable)
    throw new RuntimeError("`fused` does not support `differentiable`: drop one of them.");
  if (options.fused === true && options.foreach === true)
    throw new RuntimeError("`fused` and `foreach` cannot be `True` together: drop one of them.");
  if (options.differentiable)
    throw new NotImplementedError(
      `optim.${name}: steps are not recorded, so {differentiable: true} cannot be. Compute the step with operators, as in w.sub(grad.mul(lr)).`,
    );
}

/** @throws AssertionError when a parameter that must be on an accelerator is not. */
export function checkCapturable(group: object, parameter: Tensor): void {
  if ("capturable" in group && group.capturable === true && parameter.device.type === "cpu")
    throw new AssertionError(
      "If capturable=True, params and state_steps must be on supported devices: ['cuda']. Drop {capturable: true}, or move the model with model.to(\"cuda\").",
    );
}

/** Moves a tensor that is remembered of a parameter to where that is now, in its dtype: it may have been moved or converted since the last step. */
export function followParameter(tensor: Tensor, parameter: Tensor): void {
  follow(tensor, parameter);
  if (tensor.dtype !== parameter.dtype) tensor.become(duplicate(tensor, parameter.dtype));
}
