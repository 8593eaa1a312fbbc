/** The base of the transforms. */
import { bind } from "../../binding.ts";
import type { CallForms } from "../../callForms.ts";
import { ValueError } from "../../errors/valueError.ts";
import { Module } from "../../nn/module.ts";
import { number } from "../../parameters.ts";
import type { Tensor } from "../../tensor.ts";
import { happens } from "./draws.ts";
import { settings } from "./printed.ts";

/**
 * A module from images `[…, C, H, W]` to images; all images of a batch are transformed in the same way.
 *
 * Source: `torchvision.transforms.v2.Transform`, of which this takes one image or batch, without labels beside it.
 */
export abstract class Transform extends Module {
  abstract override forward(input: Tensor): Tensor;
}

/** What transforms are made with that do something now and then. */
export interface ProbabilityArguments {
  /** How probable it is; 0.5 unless given. */
  readonly p?: number;
}

/** The ways to make such a transform. */
export type ProbabilityForms = CallForms<ProbabilityArguments, [p?: number]>;

/** @throws ValueError for what is no probability. */
export function checkedProbability(name: string, p: number): number {
  if (!(p >= 0 && p <= 1))
    throw new ValueError(
      `${name}: \`p\` should be a floating point value in the interval [0.0, 1.0], got ${p}.`,
    );
  return p;
}

/** A transform that is applied with a probability, and draws one number for it. */
export abstract class SometimesApplied extends Transform {
  readonly p: number;

  constructor(p: number) {
    super();
    this.p = checkedProbability(new.target.name, p);
  }

  /** What happens when it happens. */
  protected abstract transform(input: Tensor): Tensor;

  override forward(input: Tensor): Tensor {
    return happens(this.p) ? this.transform(input) : input;
  }

  override extra_repr(): string {
    return settings({ p: this.p });
  }
}

/** The probability among such arguments. */
export function probabilityOf(name: string, args: readonly unknown[], fallback = 0.5): number {
  return bind(name, { p: number(fallback) }, args).p;
}
