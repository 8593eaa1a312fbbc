/** Smooth activations as modules. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { celu, glu, logsigmoid, mish, selu, softsign, tanhshrink } from "../ops/elementwise/activations.ts";
import { integer, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { ExponentialActivation, PlainActivation, type InPlaceActivation } from "./activation.ts";
import { Module } from "./module.ts";

/** Each element, or α(exp(x / α) − 1) where it is negative. Source: `torch.nn.CELU`. */
export class CELU extends ExponentialActivation {
  protected override get operation(): InPlaceActivation["operation"] {
    return [celu, this.alpha];
  }
}

/** The exponential linear unit that keeps mean and variance of normal numbers. Source: `torch.nn.SELU`. */
export class SELU extends PlainActivation {
  protected override get operation(): InPlaceActivation["operation"] {
    return [selu];
  }
}

/** Each element times the hyperbolic tangent of its `Softplus`. Source: `torch.nn.Mish`. */
export class Mish extends PlainActivation {
  protected override get operation(): InPlaceActivation["operation"] {
    return [mish];
  }
}

/** The logarithm of each element's logistic function. Source: `torch.nn.LogSigmoid`. */
export class LogSigmoid extends Module {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return logsigmoid(input);
  }
}

/** Each element over 1 plus its size. Source: `torch.nn.Softsign`. */
export class Softsign extends Module {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return softsign(input);
  }
}

/** Each element minus its hyperbolic tangent. Source: `torch.nn.Tanhshrink`. */
export class Tanhshrink extends Module {
  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return tanhshrink(input);
  }
}

/** What `nn.GLU` is made with. */
export interface GLUArguments {
  /** The dimension that is halved; the last unless given. */
  readonly dim?: number;
}

const gluParameters: ParametersOf<GLUArguments> = { dim: integer(-1) };

/** The first half along `dim` times the logistic function of the second. Source: `torch.nn.GLU`. */
export class GLU extends Module {
  readonly dim: number;

  constructor(...args: CallForms<GLUArguments, [dim?: number]>) {
    super();
    this.dim = bind("GLU", gluParameters, args).dim;
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  override forward(input: Tensor): Tensor {
    return glu(input, this.dim);
  }

  override extra_repr(): string {
    return `dim=${this.dim}`;
  }
}
