/** The methods of `torch.nn.utils.prune`. */
import { bind } from "../../../binding.ts";
import type { CallForms } from "../../../callForms.ts";
import { rand, rand_like, zeros_like } from "../../../create.ts";
import { AssertionError } from "../../../errors/assertionError.ts";
import { norm } from "../../../ops/reductions/methods.ts";
import { integer, number, tensor, type Parameter } from "../../../parameters.ts";
import { formatShape, sameShape } from "../../../shape.ts";
import type { Tensor } from "../../../tensor.ts";
import { channelDim, checkAmount, countToPrune } from "./amount.ts";
import { BasePruningMethod, type PruningType } from "./method.ts";

/** What methods take that prune an amount. */
export interface AmountArguments {
  /** How much: a whole number of elements or channels, or a fraction of them. */
  readonly amount: number;
}

/** What methods take that prune channels. */
export interface StructuredArguments extends AmountArguments {
  /** The dimension of the channels; the last unless given. */
  readonly dim?: number;
}

/** What `LnStructured` takes. */
export interface LnStructuredArguments extends StructuredArguments {
  /** The order of the norm, such as 1, 2, `Infinity`, `"fro"`. */
  readonly n: NormOrder;
}

/** The order of a norm. */
export type NormOrder = number | "fro" | "nuc";

/** The order of a norm, as an argument. */
export const normOrder: Parameter<NormOrder> = {
  expects: 'the order of a norm: a number, "fro" or "nuc"',
  convert: (value) => (typeof value === "number" || value === "fro" || value === "nuc" ? value : undefined),
};

const amountParameters = { amount: number() };
const structuredParameters = { amount: number(), dim: integer(-1) };
const normParameters = {
  amount: number(),
  n: normOrder,
  dim: integer(-1),
};

/** Prunes nothing. Source: `torch.nn.utils.prune.Identity`. */
export class Identity extends BasePruningMethod {
  override compute_mask(_: Tensor, default_mask: Tensor): Tensor {
    return default_mask;
  }
}

/** The mask without the smallest scores. */
function withoutSmallest(scores: Tensor, count: number, mask: Tensor, largest: boolean): Tensor {
  const left = mask.clone();
  if (count === 0) return left;
  const { indices } = scores.reshape(-1).topk(count, { largest });
  left.view(-1).index_put_([indices], 0);
  return left;
}

/** A method that prunes an amount. */
abstract class OfAmount extends BasePruningMethod {
  readonly amount: number;

  /** @throws ValueError for what is neither a count nor a fraction. */
  constructor(...args: CallForms<AmountArguments, [amount: number], ["amount"]>) {
    super();
    const { amount } = bind(new.target.name, amountParameters, args);
    checkAmount(amount);
    this.amount = amount;
  }
}

/** Prunes elements at random. Source: `torch.nn.utils.prune.RandomUnstructured`. */
export class RandomUnstructured extends OfAmount {
  override compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const count = countToPrune(this.amount, t.numel());
    return count === 0 ? default_mask.clone() : withoutSmallest(rand_like(t), count, default_mask, true);
  }
}

/** Prunes the elements that are nearest to zero. Source: `torch.nn.utils.prune.L1Unstructured`. */
export class L1Unstructured extends OfAmount {
  override compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    return withoutSmallest(t.abs(), countToPrune(this.amount, t.numel()), default_mask, false);
  }
}

/** A mask with some channels of a tensor. @param channels - a mask of the channels, or their numbers. */
function maskOfChannels(t: Tensor, dim: number, channels: Tensor): Tensor {
  return zeros_like(t).index_put_(
    t.shape.map((_, each) => (each === dim ? channels : ":")),
    1,
  );
}

/** Prunes channels at random. Source: `torch.nn.utils.prune.RandomStructured`. */
export class RandomStructured extends BasePruningMethod {
  override PRUNING_TYPE: PruningType = "structured";
  readonly amount: number;
  readonly dim: number;

  /** @throws ValueError for what is neither a count nor a fraction. */
  constructor(...args: CallForms<StructuredArguments, [amount: number, dim?: number], ["amount"]>) {
    super();
    const { amount, dim } = bind("RandomStructured", structuredParameters, args);
    checkAmount(amount);
    this.amount = amount;
    this.dim = dim;
  }

  override compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const dim = channelDim(t.shape, this.dim);
    const count = countToPrune(this.amount, t.size(dim));
    if (count === 0) return default_mask;
    const scores = rand(t.size(dim));
    const kept = scores.gt(scores.kthvalue(count).values);
    return maskOfChannels(t, dim, kept).mul(default_mask.to(t.dtype));
  }
}

/** Prunes the channels with the smallest norms. Source: `torch.nn.utils.prune.LnStructured`. */
export class LnStructured extends BasePruningMethod {
  override PRUNING_TYPE: PruningType = "structured";
  readonly amount: number;
  readonly n: NormOrder;
  readonly dim: number;

  /** @throws ValueError for what is neither a count nor a fraction. */
  constructor(
    ...args: CallForms<LnStructuredArguments, [amount: number, n: NormOrder, dim?: number], ["amount", "n"]>
  ) {
    super();
    const { amount, n, dim } = bind("LnStructured", normParameters, args);
    checkAmount(amount);
    this.amount = amount;
    this.n = n;
    this.dim = dim;
  }

  override compute_mask(t: Tensor, default_mask: Tensor): Tensor {
    const dim = channelDim(t.shape, this.dim);
    const size = t.size(dim);
    const count = countToPrune(this.amount, size);
    if (count === 0) return default_mask;
    const others = [...t.shape.keys()].filter((each) => each !== dim);
    const { indices } = norm(t, this.n, others).topk(size - count);
    return maskOfChannels(t, dim, indices).mul(default_mask.to(t.dtype));
  }
}

/** Prunes what a mask says. Source: `torch.nn.utils.prune.CustomFromMask`. */
export class CustomFromMask extends BasePruningMethod {
  override PRUNING_TYPE: PruningType = "global";
  readonly mask: Tensor;

  constructor(...args: CallForms<{ readonly mask: Tensor }, [mask: Tensor], ["mask"]>) {
    super();
    this.mask = bind("CustomFromMask", { mask: tensor }, args).mask;
  }

  /** @throws AssertionError when the mask has another shape than the tensor. */
  override compute_mask(_: Tensor, default_mask: Tensor): Tensor {
    if (!sameShape(default_mask.shape, this.mask.shape))
      throw new AssertionError(
        `The mask has shape ${formatShape(this.mask.shape)} and the tensor to prune ${formatShape(default_mask.shape)}: they must be the same.`,
      );
    return default_mask.mul(this.mask.to(default_mask.dtype));
  }
}
