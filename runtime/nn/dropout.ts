import { checkProbability, dropout } from "../ops/dropout.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

/**
 * Sets each element to zero with probability `p` while training, and divides the others by 1 − p; gives its input back in evaluation.
 *
 * Source: `torch.nn.Dropout`; Srivastava et al., "Dropout" (2014).
 */
export class Dropout extends Module {
  readonly p: number;
  readonly inplace: boolean;

  /** @throws ValueError when `p` is not in [0, 1]. */
  constructor(
    p: number | { readonly p?: number; readonly inplace?: boolean } = 0.5,
    inplace: boolean | { readonly inplace?: boolean } = false,
  ) {
    super();
    const byName = typeof p === "number" ? (typeof inplace === "boolean" ? { inplace } : inplace) : p;
    this.p = typeof p === "number" ? p : (p.p ?? 0.5);
    this.inplace = byName.inplace ?? false;
    checkProbability(this.p);
  }

  override forward(input: Tensor): Tensor {
    return dropout(input, this.p, this.training, this.inplace);
  }

  override extra_repr(): string {
    return `p=${this.p}, inplace=${this.inplace ? "True" : "False"}`;
  }
}
