/** Dropout as modules. */
import { checkProbability, dropout } from "../ops/networks/dropout.ts";
import {
  alpha_dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  feature_alpha_dropout,
} from "../ops/spatial/functionalDropout.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";

type DropoutFunction = typeof dropout;

/** What a dropout takes by name. */
interface DropoutOptions {
  readonly p?: number;
  readonly inplace?: boolean;
}

/** A dropout, of what its function drops. */
abstract class AnyDropout extends Module {
  readonly p: number;
  readonly inplace: boolean;
  /** Not a field: copies of a module have its properties and its class, and nothing else. */
  protected abstract get drop(): DropoutFunction;

  /** @throws ValueError when `p` is not in [0, 1]. */
  constructor(p: number | DropoutOptions = 0.5, inplace: boolean | Pick<DropoutOptions, "inplace"> = false) {
    super();
    const byName = typeof p === "number" ? (typeof inplace === "boolean" ? { inplace } : inplace) : p;
    this.p = typeof p === "number" ? p : (p.p ?? 0.5);
    this.inplace = byName.inplace ?? false;
    checkProbability(this.p);
  }

  override forward(input: Tensor): Tensor {
    return this.drop(input, this.p, this.training, this.inplace);
  }

  override extra_repr(): string {
    return `p=${this.p}, inplace=${this.inplace ? "True" : "False"}`;
  }
}

/**
 * Sets each element to zero with probability `p` while training, and divides the others by 1 − p; gives its input back in evaluation.
 *
 * Source: `torch.nn.Dropout`; Srivastava et al., "Dropout" (2014).
 */
export class Dropout extends AnyDropout {
  protected override get drop(): DropoutFunction {
    return dropout;
  }
}

/** `nn.Dropout` of whole channels of sequences `[N, C, L]`. Source: `torch.nn.Dropout1d`. */
export class Dropout1d extends AnyDropout {
  protected override get drop(): DropoutFunction {
    return dropout1d;
  }
}

/** `nn.Dropout` of whole channels of images `[N, C, H, W]`. Source: `torch.nn.Dropout2d`. */
export class Dropout2d extends AnyDropout {
  protected override get drop(): DropoutFunction {
    return dropout2d;
  }
}

/** `nn.Dropout` of whole channels of volumes `[N, C, D, H, W]`. Source: `torch.nn.Dropout3d`. */
export class Dropout3d extends AnyDropout {
  protected override get drop(): DropoutFunction {
    return dropout3d;
  }
}

/** Dropout for self-normalising networks: sets elements to SELU's lowest value, and keeps mean 0 and variance 1. Source: `torch.nn.AlphaDropout`. */
export class AlphaDropout extends AnyDropout {
  protected override get drop(): DropoutFunction {
    return alpha_dropout;
  }
}

/** `nn.AlphaDropout` of whole channels. Source: `torch.nn.FeatureAlphaDropout`. */
export class FeatureAlphaDropout extends AnyDropout {
  protected override get drop(): DropoutFunction {
    return feature_alpha_dropout;
  }
}
