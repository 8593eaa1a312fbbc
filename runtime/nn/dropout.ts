/** Dropout as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { checkProbability, dropout } from "../ops/networks/dropout.ts";
import {
  alpha_dropout,
  dropout1d,
  dropout2d,
  dropout3d,
  feature_alpha_dropout,
} from "../ops/spatial/functionalDropout.ts";
import { flag, number, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { printedAll } from "./printed.ts";

type DropoutFunction = typeof dropout;

/** What a dropout is made with. */
export interface DropoutArguments {
  /** The probability of being dropped; 0.5 unless given. */
  readonly p?: number;
  /** Whether the result is written over the input. */
  readonly inplace?: boolean;
}

const dropoutParameters: ParametersOf<DropoutArguments> = { p: number(0.5), inplace: flag(false) };

/** A dropout, of what its function drops. */
abstract class AnyDropout extends Module {
  readonly p: number;
  readonly inplace: boolean;
  /** Not a field: copies of a module have its properties and its class, and nothing else. */
  protected abstract get drop(): DropoutFunction;

  /** @throws ValueError when `p` is not in [0, 1], TypeError for other arguments. */
  constructor(...args: CallForms<DropoutArguments, [p?: number, inplace?: boolean]>) {
    super();
    const { p, inplace } = bind(new.target.name, dropoutParameters, args);
    checkProbability(p);
    this.p = p;
    this.inplace = inplace;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return this.drop(input, this.p, this.training, this.inplace);
  }

  override extra_repr(): string {
    const { p, inplace } = this;
    return printedAll({ p, inplace });
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
