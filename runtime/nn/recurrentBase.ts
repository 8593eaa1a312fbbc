/** What recurrent networks have in common: settings, weights, and how input and state are arranged. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { zeros } from "../create.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { ValueError } from "../errors/valueError.ts";
import { gateCount, type RecurrentKind } from "../ops/recurrent/kinds.ts";
import { flag, integer, number, type Parameter as Argument, type ParametersOf } from "../parameters.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { warnOnce } from "../warn.ts";
import { uniform_ } from "./init.ts";
import { uniformParameter } from "./initial.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";
import { fraction, printed } from "./printed.ts";
import { placement, type Placement } from "./settings.ts";
import { PackedSequence } from "./utils/packedSequence.ts";

/** What recurrent networks are made with. */
export interface RecurrentArguments extends Placement {
  /** Features of the input. */
  readonly input_size: number;
  /** Numbers of the state. */
  readonly hidden_size: number;
  /** Layers, each of which takes the output of the one before; 1 unless given. */
  readonly num_layers?: number;
  /** Whether there are biases; `true` unless given. */
  readonly bias?: boolean;
  /** Whether tensors are `[batch, sequence, features]` and not `[sequence, batch, features]`. */
  readonly batch_first?: boolean;
  /** The share of each layer's output, but the last one's, that is set to 0 at random while training. */
  readonly dropout?: number;
  /** Whether each layer also goes from the end to the beginning. */
  readonly bidirectional?: boolean;
  /** Of an LSTM: to how many numbers the output is projected; 0 for none. */
  readonly proj_size?: number;
}

export const recurrentSettings: ParametersOf<RecurrentArguments> = {
  input_size: integer(),
  hidden_size: integer(),
  num_layers: integer(1),
  bias: flag(true),
  batch_first: flag(false),
  dropout: number(0),
  bidirectional: flag(false),
  proj_size: integer(0),
  ...placement,
};

/** What `nn.RNNBase` is made with. */
export interface RNNBaseArguments extends RecurrentArguments {
  /** `"LSTM"`, `"GRU"`, `"RNN_TANH"` or `"RNN_RELU"`. */
  readonly mode: RecurrentKind;
}

const baseSettings: ParametersOf<RNNBaseArguments> = {
  // Other words are refused with PyTorch's sentence.
  mode: {
    expects: "the name of a mode",
    convert: (value) => (typeof value === "string" ? (value as RecurrentKind) : undefined),
  },
  ...recurrentSettings,
};

export const inputParameter: Argument<Tensor | PackedSequence> = {
  expects: "a Tensor or a PackedSequence",
  convert: (value) => (value instanceof Tensor || value instanceof PackedSequence ? value : undefined),
};

/** An input as the functions take it. */
export interface Arranged {
  /** A batch, or packed rows. */
  readonly data: Tensor;
  /** Of packed rows: how many each step has. */
  readonly sizes: Tensor | null;
  /** Sequences in the batch. */
  readonly batch: number;
  /** What was given. */
  readonly given: Tensor | PackedSequence;
}

/** @throws ValueError when a setting is out of its range. */
function checkSettings(settings: Required<RNNBaseArguments>): void {
  const { dropout, num_layers, hidden_size, proj_size, mode } = settings;
  if (!(dropout >= 0 && dropout <= 1))
    throw new ValueError(
      `dropout should be a number in range [0, 1] representing the probability of an element being zeroed, got ${dropout}.`,
    );
  if (dropout > 0 && num_layers === 1)
    warnOnce(
      `dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers greater than 1, but got dropout=${dropout} and num_layers=${num_layers}`,
    );
  for (const name of ["input_size", "hidden_size", "num_layers"] as const)
    if (settings[name] <= 0)
      throw new ValueError(`${name} must be greater than zero, got ${settings[name]}.`);
  if (proj_size < 0)
    throw new ValueError(
      `proj_size should be a positive integer or zero to disable projections, got ${proj_size}.`,
    );
  if (proj_size >= hidden_size)
    throw new ValueError(
      `proj_size has to be smaller than hidden_size, got ${proj_size} and ${hidden_size}.`,
    );
  if (!(mode in gateCount))
    throw new ValueError(
      `Unrecognized RNN mode: ${String(mode)}. The modes are ${Object.keys(gateCount).join(", ")}.`,
    );
}

/**
 * What RNN, LSTM and GRU have in common: the settings and the weights. Weights and biases are parameters with the number of their layer in the name, as `weight_ih_l0`, `weight_hh_l0`, `bias_ih_l0`,
 * `bias_hh_l0`, of an LSTM with a projection `weight_hr_l0`, and of the direction from the end to the beginning `weight_ih_l0_reverse`; they begin uniform in ±1/√hidden_size.
 *
 * Source: `torch.nn.RNNBase`.
 */
export class RNNBase extends Module {
  readonly mode: RecurrentKind;
  readonly input_size: number;
  readonly hidden_size: number;
  readonly num_layers: number;
  readonly bias: boolean;
  readonly batch_first: boolean;
  readonly dropout: number;
  readonly bidirectional: boolean;
  readonly proj_size: number;
  /** Weights by their names. */
  [name: `weight_${string}`]: Parameter;
  /** Biases by their names. */
  [name: `bias_${string}`]: Parameter;

  /** @throws ValueError when a setting is out of its range. */
  constructor(
    ...args: CallForms<
      RNNBaseArguments,
      [
        mode: RecurrentKind,
        input_size: number,
        hidden_size: number,
        num_layers?: number,
        bias?: boolean,
        batch_first?: boolean,
        dropout?: number,
        bidirectional?: boolean,
        proj_size?: number,
      ],
      ["mode", "input_size", "hidden_size"]
    >
  ) {
    super();
    const settings = bind(new.target.name, baseSettings, args);
    checkSettings(settings);
    this.mode = settings.mode;
    this.input_size = settings.input_size;
    this.hidden_size = settings.hidden_size;
    this.num_layers = settings.num_layers;
    this.bias = settings.bias;
    this.batch_first = settings.batch_first;
    this.dropout = settings.dropout;
    this.bidirectional = settings.bidirectional;
    this.proj_size = settings.proj_size;
    const { device, dtype } = settings;
    for (let layer = 0; layer < this.num_layers; layer++)
      for (const [name, shape] of this.weightShapes(layer))
        Reflect.set(this, name, uniformParameter(shape, this.bound, { device, dtype }));
  }

  private get bound(): number {
    return 1 / Math.sqrt(this.hidden_size);
  }

  private get directions(): number {
    return this.bidirectional ? 2 : 1;
  }

  /** Numbers of an output in one direction. */
  private get stateSize(): number {
    return this.proj_size || this.hidden_size;
  }

  /** Names and shapes of a layer's weights, in PyTorch's order. */
  private *weightShapes(layer: number): IterableIterator<[string, number[]]> {
    const rows = gateCount[this.mode] * this.hidden_size;
    const features = layer === 0 ? this.input_size : this.stateSize * this.directions;
    for (const suffix of this.bidirectional ? ["", "_reverse"] : [""]) {
      const end = `l${layer}${suffix}`;
      yield [`weight_ih_${end}`, [rows, features]];
      yield [`weight_hh_${end}`, [rows, this.stateSize]];
      if (this.bias) yield [`bias_ih_${end}`, [rows]];
      if (this.bias) yield [`bias_hh_${end}`, [rows]];
      if (this.proj_size > 0) yield [`weight_hr_${end}`, [this.proj_size, this.hidden_size]];
    }
  }

  /** The weights of each layer and direction. Source: `all_weights`. */
  get all_weights(): Parameter[][] {
    const each = 2 + (this.bias ? 2 : 0) + (this.proj_size > 0 ? 1 : 0);
    const flat = this.flatWeights;
    return Array.from({ length: flat.length / each }, (_, index) =>
      flat.slice(index * each, (index + 1) * each),
    );
  }

  /** As they are now: a weight may be set to another one. */
  private get flatWeights(): Parameter[] {
    return Array.from({ length: this.num_layers }, (_, layer) =>
      [...this.weightShapes(layer)].map(([name]) => this[name as `weight_${string}`]!),
    ).flat();
  }

  /** Does nothing: on the CPU, PyTorch's does nothing either. Source: `flatten_parameters`. */
  flatten_parameters(): void {}

  /** Draws weights and biases anew, uniform in ±1/√hidden_size. Source: `reset_parameters`. */
  reset_parameters(): void {
    for (const parameter of this.parameters()) uniform_(parameter, -this.bound, this.bound);
  }

  override extra_repr(): string {
    const { input_size, hidden_size, proj_size, num_layers, dropout } = this;
    const parts = [`${input_size}, ${hidden_size}`];
    if (proj_size !== 0) parts.push(`proj_size=${proj_size}`);
    if (num_layers !== 1) parts.push(`num_layers=${num_layers}`);
    if (!this.bias) parts.push(`bias=${printed(false)}`);
    if (this.batch_first) parts.push(`batch_first=${printed(true)}`);
    if (dropout !== 0) parts.push(`dropout=${fraction(dropout)}`);
    if (this.bidirectional) parts.push(`bidirectional=${printed(true)}`);
    return parts.join(", ");
  }

  /** What follows the state among the functions' arguments. */
  protected get functionSettings(): [Tensor[], boolean, number, number, boolean, boolean] {
    const { bias, num_layers, dropout, training, bidirectional } = this;
    return [this.flatWeights, bias, num_layers, dropout, training, bidirectional];
  }

  /** @throws ValueError when the input has another number of dimensions. */
  protected arranged(given: Tensor | PackedSequence): Arranged {
    if (given instanceof PackedSequence) {
      const { data, batch_sizes: sizes } = given;
      return { data, sizes, batch: Number(sizes.index(0).item()), given };
    }
    if (given.ndim !== 2 && given.ndim !== 3)
      throw new ValueError(
        `${this.constructor.name}: Expected input to be 2D or 3D, got ${given.ndim}D instead: [sequence, features], or with a batch ${this.batch_first ? "[batch, sequence, features]" : "[sequence, batch, features]"}.`,
      );
    const data: Tensor = given.ndim === 3 ? given : given.unsqueeze(this.batch_first ? 0 : 1);
    return { data, sizes: null, batch: data.size(this.batch_first ? 0 : 1), given };
  }

  /** @throws RuntimeError when states have other numbers of dimensions than the input. */
  protected checkStateRanks(states: readonly Tensor[], input: Tensor | PackedSequence): void {
    if (input instanceof PackedSequence || states.every(({ ndim }) => ndim === input.ndim)) return;
    const ranks = states.map(({ ndim }) => `${ndim}-D`).join(", ");
    const got = states.length > 1 ? `(${ranks}) tensors` : `${ranks} tensor`;
    throw new RuntimeError(
      `For ${input.ndim === 3 ? "batched 3-D" : "unbatched 2-D"} input, ${states.length > 1 ? "hx and cx" : "hx"} should also be ${input.ndim}-D but got ${got}.`,
    );
  }

  /** A state as the functions take it: with a batch, and in the order of packed sequences. */
  protected batchOf(state: Tensor, { given }: Arranged): Tensor {
    if (given instanceof PackedSequence) return permuted(state, given.sorted_indices);
    return given.ndim === 3 ? state : state.unsqueeze(1);
  }

  /** Zeros for the state in the beginning. */
  protected zeros({ data: { dtype, device }, batch }: Arranged, size: number = this.stateSize): Tensor {
    return zeros([this.num_layers * this.directions, batch, size], { dtype, device });
  }

  /** @throws ValueError when dtypes differ, RuntimeError when sizes do. */
  protected checkForward({ data, sizes, batch }: Arranged, states: readonly Tensor[]): void {
    const { dtype } = this["weight_ih_l0"]!; // every network has a first layer
    if (data.dtype !== dtype)
      throw new ValueError(
        `RNN input dtype (${data.dtype.toString()}) does not match weight dtype (${dtype.toString()}). Convert input: input.to(${dtype.toString()}), or convert model: model.to(${data.dtype.toString()})`,
      );
    const rank = sizes === null ? 3 : 2;
    if (data.ndim !== rank) throw new RuntimeError(`input must have ${rank} dimensions, got ${data.ndim}.`);
    if (data.size(-1) !== this.input_size)
      throw new RuntimeError(
        `input.size(-1) must be equal to input_size. Expected ${this.input_size}, got ${data.size(-1)}.`,
      );
    const first = this.num_layers * this.directions;
    for (const [index, state] of states.entries()) {
      const expected = [first, batch, index === 0 ? this.stateSize : this.hidden_size];
      if (!sameShape(state.shape, expected))
        throw new RuntimeError(
          `Expected hidden${states.length > 1 ? `[${index}]` : ""} size ${printed(expected)}, got ${formatShape(state.shape)}: [layers · directions, batch, numbers of the state].`,
        );
    }
  }

  /** The output in the form of the input. */
  protected finished(output: Tensor, { given }: Arranged): Tensor | PackedSequence {
    if (given instanceof PackedSequence)
      return new PackedSequence(output, given.batch_sizes, given.sorted_indices, given.unsorted_indices);
    return given.ndim === 3 ? output : output.squeeze(this.batch_first ? 0 : 1);
  }

  /** A state in the form of the input. */
  protected restored(state: Tensor, { given }: Arranged): Tensor {
    if (given instanceof PackedSequence) return permuted(state, given.unsorted_indices);
    return given.ndim === 3 ? state : state.squeeze(1);
  }
}

/** Sequences in another order; the second dimension tells them apart. */
function permuted(state: Tensor, order: Tensor | null): Tensor {
  return order === null ? state : state.index_select(1, order);
}
