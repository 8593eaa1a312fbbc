/** Batch and instance normalisation as modules. */
import { absent } from "./absent.ts";
import { no_grad } from "../autograd/modes.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ones, tensor, zeros } from "../create.ts";
import { ValueError } from "../errors/valueError.ts";
import { batch_norm } from "../ops/networks/batchNormalization.ts";
import { instance_norm } from "../ops/networks/instanceNormalization.ts";
import { flag, integer, keywordOnly, number, optionalNumber, type ParametersOf } from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { Module } from "./module.ts";
import { Parameter } from "./parameter.ts";
import { printedAll } from "./printed.ts";
import { placement, type Placement } from "./settings.ts";

/** What the batch and instance normalisations are made with. */
export interface ChannelNormArguments extends Placement {
  readonly num_features: number;
  /** What is added to the variance; 1e-5 unless given. */
  readonly eps?: number;
  /** How far the running statistics move towards a batch's, 0.1 unless given; `null` for the mean of all batches. */
  readonly momentum?: number | null;
  /** Whether there are a weight and a bias, which begin as ones and zeros. */
  readonly affine?: boolean;
  /** Whether there are running statistics; without them evaluation uses the batch's own. */
  readonly track_running_stats?: boolean;
  /** Whether there is a bias besides the weight. */
  readonly bias?: boolean;
}

type ChannelNormForms = CallForms<
  ChannelNormArguments,
  [
    num_features: number,
    eps?: number,
    momentum?: number | null,
    affine?: boolean,
    track_running_stats?: boolean,
  ]
>;

/** The parameters of a normalisation with or without learned numbers and running statistics. */
function parametersWith(usual: boolean): ParametersOf<ChannelNormArguments> {
  return {
    num_features: integer(),
    eps: number(1e-5),
    momentum: { ...optionalNumber, fallback: 0.1 },
    affine: flag(usual),
    track_running_stats: flag(usual),
    ...placement,
    bias: keywordOnly(flag(true)),
  };
}

/** What the normalisations of channels have in common. */
abstract class ChannelNorm extends Module {
  readonly num_features: number;
  readonly eps: number;
  momentum: number | null;
  readonly affine: boolean;
  readonly track_running_stats: boolean;
  /** Shape `[num_features]`, or `null`. */
  weight: Parameter;
  /** Shape `[num_features]`, or `null`. */
  bias: Parameter;
  declare running_mean: Tensor;
  declare running_var: Tensor;
  declare num_batches_tracked: Tensor;

  constructor(settings: Required<ChannelNormArguments>) {
    super();
    const { num_features, eps, momentum, affine, track_running_stats, bias, ...place } = settings;
    this.num_features = num_features;
    this.eps = eps;
    this.momentum = momentum;
    this.affine = affine;
    this.track_running_stats = track_running_stats;
    this.weight = affine ? new Parameter(ones([num_features], place)) : absent;
    this.bias = affine && bias ? new Parameter(zeros([num_features], place)) : absent;
    const tracks = track_running_stats;
    this.register_buffer("running_mean", tracks ? zeros([num_features], place) : null);
    this.register_buffer("running_var", tracks ? ones([num_features], place) : null);
    this.register_buffer("num_batches_tracked", tracks ? tensor(0n) : null);
  }

  /** Numbers of dimensions that the input may have. */
  protected abstract get ranks(): readonly number[];

  /** @throws ValueError for an input of another number of dimensions. */
  protected checkRank(input: Tensor): void {
    if (!this.ranks.includes(input.ndim))
      throw new ValueError(
        `expected ${this.ranks.map((rank) => `${rank}D`).join(" or ")} input (got ${input.ndim}D input): ${this.constructor.name} takes [N, C, …] with the channels in dimension 1.`,
      );
  }

  /** Starts the running statistics anew. Source: `reset_running_stats`. */
  reset_running_stats(): void {
    no_grad(() => {
      this.running_mean?.zero_();
      this.running_var?.fill_(1);
      this.num_batches_tracked?.zero_();
    });
  }

  /** States of the first version do not count batches. @internal */
  override get _version(): number {
    return 2;
  }

  /** @internal */
  override _completeState(state: Record<string, unknown>, prefix: string, version: number | null): void {
    const key = `${prefix}num_batches_tracked`;
    if ((version ?? 1) < 2 && this.num_batches_tracked !== null && !(key in state))
      state[key] = this.num_batches_tracked;
  }

  override extra_repr(): string {
    const { num_features, eps, momentum, affine, bias, track_running_stats } = this;
    const settings = { eps, momentum, affine, bias: bias !== null, track_running_stats };
    return `${num_features}, ${printedAll(settings)}`;
  }
}

export const batchParameters: ParametersOf<ChannelNormArguments> = parametersWith(true);

export abstract class BatchNorm extends ChannelNorm {
  constructor(...args: ChannelNormForms) {
    super(bind(new.target.name, batchParameters, args));
  }

  /** The share of this batch in the running statistics; counts the batch. */
  private share(): number {
    if (!this.training || !this.track_running_stats) return 0;
    no_grad(() => this.num_batches_tracked!.add_(1));
    return this.momentum ?? 1 / Number(this.num_batches_tracked!.item());
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws ValueError for an input of another number of dimensions, and as `torch.nn.functional.batch_norm`. */
  override forward(input: Tensor): Tensor {
    this.checkRank(input);
    return batch_norm(
      input,
      this.running_mean,
      this.running_var,
      this.weight,
      this.bias,
      this.training || this.running_mean === null,
      this.share(),
      this.eps,
    );
  }
}

/**
 * Batch normalisation of `[N, C]` or `[N, C, L]`.
 *
 * Source: `torch.nn.BatchNorm1d`; Ioffe and Szegedy, "Batch Normalization" (2015).
 */
export class BatchNorm1d extends BatchNorm {
  protected override get ranks(): readonly number[] {
    return [2, 3];
  }
}

/** Batch normalisation of images `[N, C, H, W]`. Source: `torch.nn.BatchNorm2d`. */
export class BatchNorm2d extends BatchNorm {
  protected override get ranks(): readonly number[] {
    return [4];
  }
}

/** Batch normalisation of volumes `[N, C, D, H, W]`. Source: `torch.nn.BatchNorm3d`. */
export class BatchNorm3d extends BatchNorm {
  protected override get ranks(): readonly number[] {
    return [5];
  }
}

/** What `nn.SyncBatchNorm` is made with. */
export interface SyncBatchNormArguments extends ChannelNormArguments {
  /** There are no groups of processes: only `null`. */
  readonly process_group?: null;
}

const { num_features, eps, momentum, affine, track_running_stats, ...further } = batchParameters;
const syncParameters: ParametersOf<SyncBatchNormArguments> = {
  num_features,
  eps,
  momentum,
  affine,
  track_running_stats,
  process_group: {
    expects: "null: there is one process, and no group of several",
    fallback: null,
    convert: (value) => (value === null ? null : undefined),
  },
  ...further,
};

/**
 * Batch normalisation of `[N, C, …]` over all processes that train together. There is one here, as in PyTorch unless `torch.distributed` says otherwise: it is what the other batch
 * normalisations are, for any number of dimensions.
 *
 * Source: `torch.nn.SyncBatchNorm`.
 */
export class SyncBatchNorm extends BatchNorm {
  constructor(
    ...args: CallForms<
      SyncBatchNormArguments,
      [
        num_features: number,
        eps?: number,
        momentum?: number | null,
        affine?: boolean,
        track_running_stats?: boolean,
        process_group?: null,
      ]
    >
  ) {
    const { process_group: _group, ...settings } = bind("SyncBatchNorm", syncParameters, args);
    super(settings);
  }

  protected override get ranks(): readonly number[] {
    return [];
  }

  protected override checkRank(input: Tensor): void {
    if (input.ndim < 2)
      throw new ValueError(
        `expected at least 2D input (got ${input.ndim}D input): SyncBatchNorm takes [N, C, …] with the channels in dimension 1.`,
      );
    if (input.size(1) === 0)
      throw new ValueError(
        "SyncBatchNorm number of input channels should be non-zero: dimension 1 of the input has no element.",
      );
  }

  /** The module with every batch normalisation inside replaced by this kind, which takes over weights and statistics. Source: `convert_sync_batchnorm`. */
  static convert_sync_batchnorm(module: Module, process_group: null = null): Module {
    const result = module instanceof BatchNorm ? SyncBatchNorm.from(module, process_group) : module;
    for (const [name, child] of module.named_children())
      Reflect.set(result, name, SyncBatchNorm.convert_sync_batchnorm(child, process_group));
    return result;
  }

  private static from(module: BatchNorm, process_group: null): SyncBatchNorm {
    const { num_features, eps, momentum, affine, track_running_stats, training } = module;
    const bias = module.bias !== null;
    const settings = { num_features, eps, momentum, affine, track_running_stats, process_group, bias };
    const result = new SyncBatchNorm(settings).train(training);
    result.weight = module.weight;
    result.bias = module.bias;
    result.running_mean = module.running_mean;
    result.running_var = module.running_var;
    result.num_batches_tracked = module.num_batches_tracked;
    return result;
  }
}

const instanceParameters = parametersWith(false);

abstract class InstanceNorm extends ChannelNorm {
  constructor(...args: ChannelNormForms) {
    super(bind(new.target.name, instanceParameters, args));
  }

  get _inputNames(): readonly ["input"] {
    return ["input"];
  }

  /** @throws ValueError for an input of another number of dimensions, and as `torch.nn.functional.instance_norm`. */
  override forward(input: Tensor): Tensor {
    this.checkRank(input);
    // A sample alone, without the dimension of the batch.
    const single = input.ndim < Math.max(...this.ranks);
    const output = instance_norm(
      single ? input.unsqueeze(0) : input,
      this.running_mean,
      this.running_var,
      this.weight,
      this.bias,
      this.training || !this.track_running_stats,
      this.momentum ?? 0,
      this.eps,
    );
    return single ? output.squeeze(0) : output;
  }
}

/** Instance normalisation of `[N, C, L]`, or of one sample `[C, L]`. Source: `torch.nn.InstanceNorm1d`. */
export class InstanceNorm1d extends InstanceNorm {
  protected override get ranks(): readonly number[] {
    return [2, 3];
  }
}

/** Instance normalisation of images `[N, C, H, W]`, or of one `[C, H, W]`. Source: `torch.nn.InstanceNorm2d`. */
export class InstanceNorm2d extends InstanceNorm {
  protected override get ranks(): readonly number[] {
    return [3, 4];
  }
}

/** Instance normalisation of volumes `[N, C, D, H, W]`, or of one `[C, D, H, W]`. Source: `torch.nn.InstanceNorm3d`. */
export class InstanceNorm3d extends InstanceNorm {
  protected override get ranks(): readonly number[] {
    return [4, 5];
  }
}
