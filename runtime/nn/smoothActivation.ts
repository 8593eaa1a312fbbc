/** Smooth activations as modules. */
import {
  celu,
  glu,
  logsigmoid,
  mish,
  selu,
  softmin,
  softsign,
  tanhshrink,
} from "../ops/elementwise/activations.ts";
import type { Tensor } from "../tensor.ts";
import { fraction, InPlaceActivation, named, type InPlaceOption } from "./activation.ts";
import { Module } from "./module.ts";

/** What `nn.CELU` takes by name. */
interface CELUOptions extends InPlaceOption {
  readonly alpha?: number;
}

/** Each element, or α(exp(x / α) − 1) where it is negative. Source: `torch.nn.CELU`. */
export class CELU extends InPlaceActivation {
  readonly alpha: number;

  constructor(alpha: number | CELUOptions = {}, inplace: boolean | InPlaceOption = {}) {
    const options = named<CELUOptions>(["alpha", "inplace"], [alpha, inplace]);
    super(options);
    this.alpha = options.alpha ?? 1;
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [celu, this.alpha];
  }

  protected override settings(): readonly string[] {
    return [`alpha=${fraction(this.alpha)}`];
  }
}

/** The exponential linear unit that keeps mean and variance of normal numbers. Source: `torch.nn.SELU`. */
export class SELU extends InPlaceActivation {
  constructor(inplace: boolean | InPlaceOption = false) {
    super(named<InPlaceOption>(["inplace"], [inplace]));
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [selu];
  }
}

/** Each element times the hyperbolic tangent of its `Softplus`. Source: `torch.nn.Mish`. */
export class Mish extends InPlaceActivation {
  constructor(inplace: boolean | InPlaceOption = false) {
    super(named<InPlaceOption>(["inplace"], [inplace]));
  }

  protected override get operation(): InPlaceActivation["operation"] {
    return [mish];
  }
}

/** The logarithm of each element's logistic function. Source: `torch.nn.LogSigmoid`. */
export class LogSigmoid extends Module {
  override forward(input: Tensor): Tensor {
    return logsigmoid(input);
  }
}

/** Each element over 1 plus its size. Source: `torch.nn.Softsign`. */
export class Softsign extends Module {
  override forward(input: Tensor): Tensor {
    return softsign(input);
  }
}

/** Each element minus its hyperbolic tangent. Source: `torch.nn.Tanhshrink`. */
export class Tanhshrink extends Module {
  override forward(input: Tensor): Tensor {
    return tanhshrink(input);
  }
}

/** What modules that work along a dimension take by name. */
interface DimOption {
  readonly dim?: number | null;
}

/** The softmax of the opposite numbers, along `dim`. Source: `torch.nn.Softmin`. */
export class Softmin extends Module {
  readonly dim: number | null;

  constructor(dim: number | DimOption | null = null) {
    super();
    this.dim = dim === null ? null : (named<DimOption>(["dim"], [dim]).dim ?? null);
  }

  override forward(input: Tensor): Tensor {
    return softmin(input, this.dim);
  }

  override extra_repr(): string {
    return `dim=${this.dim ?? "None"}`;
  }
}

/** The first half along `dim` times the logistic function of the second. Source: `torch.nn.GLU`. */
export class GLU extends Module {
  readonly dim: number;

  constructor(dim: number | { readonly dim?: number } = {}) {
    super();
    this.dim = named<{ readonly dim?: number }>(["dim"], [dim]).dim ?? -1;
  }

  override forward(input: Tensor): Tensor {
    return glu(input, this.dim);
  }

  override extra_repr(): string {
    return `dim=${this.dim}`;
  }
}
