/** A softmax over many classes, of which few are frequent. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { tensor as tensorOf, zeros } from "../create.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { ValueError } from "../errors/valueError.ts";
import { inspectAs } from "../inspect.ts";
import { add } from "../ops/elementwise/arithmetic.ts";
import { neg } from "../ops/elementwise/unary.ts";
import { cat } from "../ops/shaping/joining.ts";
import { gather } from "../ops/shaping/scattering.ts";
import { narrow } from "../ops/shaping/slicing.ts";
import { squeeze, unsqueeze } from "../ops/shaping/view.ts";
import { mean } from "../ops/reductions/reduction.ts";
import { log_softmax } from "../ops/reductions/softmax.ts";
import { flag, integer, number, tensor, type Parameter, type ParametersOf } from "../parameters.ts";
import { formatShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { ModuleList } from "./container.ts";
import { Linear, Sequential } from "./layers.ts";
import { Module } from "./module.ts";
import { placement, type Placement } from "./settings.ts";

/** What `nn.AdaptiveLogSoftmaxWithLoss` is made with. */
export interface AdaptiveSoftmaxArguments extends Placement {
  readonly in_features: number;
  /** How many classes there are, the most frequent first. */
  readonly n_classes: number;
  /** Where each cluster of rarer classes begins. */
  readonly cutoffs: readonly number[];
  /** By which factor each cluster has fewer features than the one before; 4 unless given. */
  readonly div_value?: number;
  /** Whether the layer of the frequent classes has a bias. */
  readonly head_bias?: boolean;
}

const cutoffsParameter: Parameter<readonly number[]> = {
  expects: "an array of whole numbers",
  convert: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "number") ? (value as number[]) : undefined,
};

const settingsTable: ParametersOf<AdaptiveSoftmaxArguments> = {
  in_features: integer(),
  n_classes: integer(),
  cutoffs: cutoffsParameter,
  div_value: number(4),
  head_bias: flag(false),
  ...placement,
};

const forwardParameters = { input_: tensor, target_: tensor };

/** @throws ValueError when they do not divide the classes. */
function checkCutoffs(cutoffs: readonly number[], classes: number): void {
  if (cutoffs.length === 0) throw new ValueError("cutoffs should be a sequence of length larger than 0.");
  const fits = cutoffs.every(
    (cutoff, index) =>
      Number.isInteger(cutoff) && cutoff > (index === 0 ? 0 : cutoffs[index - 1]!) && cutoff < classes,
  );
  if (!fits)
    throw new ValueError(
      `cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value is between 1 and n_classes-1; got [${cutoffs.join(", ")}] for ${classes} classes.`,
    );
}

/** The logarithm of the probability of each target, and the mean of their opposites: `const {output, loss} = …`, or as an array. Source: `_ASMoutput`. */
export class AdaptiveSoftmaxOutput {
  /** `[N]`, or for one sample `[]`. */
  readonly output: Tensor;
  /** `[]`. */
  readonly loss: Tensor;

  constructor(output: Tensor, loss: Tensor) {
    this.output = output;
    this.loss = loss;
  }

  /** Output and loss. */
  *[Symbol.iterator](): IterableIterator<Tensor> {
    yield this.output;
    yield this.loss;
  }

  /** Python's printed form. */
  toString(): string {
    return `_ASMoutput(output=${this.output.toString()}, loss=${this.loss.toString()})`;
  }
}

inspectAs(AdaptiveSoftmaxOutput, (result) => result.toString());

/**
 * A softmax for many classes: the frequent ones have a place each in the head, and the rarer ones, in clusters, share a place there and have few features of their own.
 *
 * `new nn.AdaptiveLogSoftmaxWithLoss(64, 10000, [100, 1000])`, called with inputs `[N, in_features]` and class numbers `[N]`, or one sample without the batch.
 *
 * Source: `torch.nn.AdaptiveLogSoftmaxWithLoss`; Grave et al., "Efficient softmax approximation for GPUs" (2016).
 */
export class AdaptiveLogSoftmaxWithLoss extends Module {
  readonly in_features: number;
  readonly n_classes: number;
  /** Where each cluster ends, and that of the frequent classes first. */
  readonly cutoffs: readonly number[];
  readonly div_value: number;
  readonly head_bias: boolean;
  readonly shortlist_size: number;
  readonly n_clusters: number;
  readonly head_size: number;
  head: Linear;
  tail: ModuleList<Sequential>;

  /** @throws ValueError when the cutoffs do not rise between 1 and the number of classes. */
  constructor(
    ...args: CallForms<
      AdaptiveSoftmaxArguments,
      [
        in_features: number,
        n_classes: number,
        cutoffs: readonly number[],
        div_value?: number,
        head_bias?: boolean,
      ],
      ["in_features", "n_classes", "cutoffs"]
    >
  ) {
    super();
    const given = bind("AdaptiveLogSoftmaxWithLoss", settingsTable, args);
    const { in_features, n_classes, cutoffs, div_value, head_bias, ...place } = given;
    checkCutoffs(cutoffs, n_classes);
    this.in_features = in_features;
    this.n_classes = n_classes;
    this.cutoffs = [...cutoffs, n_classes];
    this.div_value = div_value;
    this.head_bias = head_bias;
    this.shortlist_size = cutoffs[0]!; // there is one
    this.n_clusters = cutoffs.length;
    this.head_size = this.shortlist_size + this.n_clusters;
    this.head = new Linear(in_features, this.head_size, { bias: head_bias, ...place });
    const clusters = cutoffs.map((first, index) => {
      const features = Math.floor(in_features / div_value ** (index + 1));
      const classes = this.cutoffs[index + 1]! - first;
      return new Sequential(
        new Linear(in_features, features, { bias: false, ...place }),
        new Linear(features, classes, { bias: false, ...place }),
      );
    });
    this.tail = new ModuleList(clusters);
  }

  /** @throws RuntimeError when dimensions do not fit, or a target is no class. */
  override forward(input_: Tensor, target_: Tensor | { readonly target_: Tensor }): AdaptiveSoftmaxOutput;
  override forward(...args: readonly unknown[]): AdaptiveSoftmaxOutput {
    const { input_: input, target_: target } = bind("AdaptiveLogSoftmaxWithLoss", forwardParameters, args);
    checkTargets(input, target);
    const single = target.ndim === 0;
    const output = this.logProbabilities(
      single ? unsqueeze(input, 0) : input,
      single ? unsqueeze(target, 0) : target,
    );
    return new AdaptiveSoftmaxOutput(single ? squeeze(output, 0) : output, mean(neg(output)));
  }

  /** The logarithm of the probability of each target. */
  private logProbabilities(input: Tensor, target: Tensor): Tensor {
    const classes = (target.tolist() as number[]).map(Number);
    const wrong = classes.some((each) => each < 0 || each >= this.n_classes);
    if (wrong)
      throw new RuntimeError(
        `Target values should be in [0, ${this.n_classes - 1}], but values in range [${Math.min(...classes)}, ${Math.max(...classes)}] were found.`,
      );
    const clusterOf = classes.map((each) => this.cutoffs.findIndex((end) => each < end));
    const places = classes.map((each, row) =>
      clusterOf[row] === 0 ? each : this.shortlist_size + clusterOf[row]! - 1,
    );
    const head = log_softmax(this.head(input), 1);
    let output: Tensor = squeeze(gather(head, 1, whole(places, input).unsqueeze(1)), 1);
    for (const [index, cluster] of [...this.tail].entries()) {
      const rows = [...clusterOf.keys()].filter((row) => clusterOf[row] === index + 1);
      if (rows.length === 0) continue;
      const own = log_softmax(cluster(input.index_select(0, whole(rows, input))), 1);
      const within = rows.map((row) => classes[row]! - this.cutoffs[index]!);
      const local = squeeze(gather(own, 1, whole(within, input).unsqueeze(1)), 1);
      const beside = zeros([classes.length], { dtype: local.dtype, device: local.device });
      output = add(output, beside.index_copy(0, whole(rows, input), local));
    }
    return output;
  }

  /** The logarithms of the probabilities of all classes, `[N, n_classes]`. Source: `log_prob`. */
  log_prob(input: Tensor): Tensor {
    const head = log_softmax(this.head(input), 1);
    const clusters = [...this.tail].map((cluster, index) =>
      add(log_softmax(cluster(input), 1), narrow(head, 1, this.shortlist_size + index, 1)),
    );
    return cat([narrow(head, 1, 0, this.shortlist_size), ...clusters], 1);
  }

  /** The most probable class of each sample, `[N]`. Source: `predict`. */
  predict(input: Tensor): Tensor {
    const first = this.head(input).argmax(1);
    const rare = first.ge(this.shortlist_size);
    if (!rare.any().item()) return first;
    // As in PyTorch: only where the head points at a cluster, all classes are looked at.
    return this.log_prob(input).argmax(1).where(rare, first);
  }
}

/** Whole numbers where a tensor is. */
function whole(numbers: readonly number[], { device }: Tensor): Tensor {
  return tensorOf(numbers.map(BigInt), { device });
}

/** @throws RuntimeError when input and targets do not belong together. */
function checkTargets(input: Tensor, target: Tensor): void {
  if (target.ndim > 1)
    throw new RuntimeError(
      `0D or 1D target tensor expected, multi-target not supported: the target has shape ${formatShape(target.shape)}.`,
    );
  if (target.ndim === 1 && input.shape[0] !== target.shape[0])
    throw new RuntimeError(
      `Input and target should have the same size in the batch dimension: ${formatShape(input.shape)} and ${formatShape(target.shape)}.`,
    );
  if (input.ndim !== target.ndim + 1)
    throw new RuntimeError(
      `${target.ndim}D target tensor expects ${target.ndim + 1}D input tensors, but found inputs with size ${formatShape(input.shape)}.`,
    );
}
