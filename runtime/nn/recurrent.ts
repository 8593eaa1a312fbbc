/** Recurrent networks as modules: what they have in common is in `recurrentBase.ts`. */
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { ValueError } from "../errors/valueError.ts";
import { gru, lstm, rnn_relu, rnn_tanh } from "../ops/recurrent/recurrent.ts";
import {
  keywordOnly,
  optionalInteger,
  optionalTensor,
  tensors,
  type Parameter as Argument,
  type ParametersOf,
} from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import {
  inputParameter,
  recurrentSettings,
  RNNBase,
  type Arranged,
  type RecurrentArguments,
} from "./recurrentBase.ts";
import type { PackedSequence } from "./utils/packedSequence.ts";

/** What a network with one state takes by name. */
export interface RecurrentState {
  readonly hx?: Tensor | null;
}

const forwardParameters = { input: inputParameter, hx: optionalTensor };

/** A network with one state. */
abstract class PlainNetwork extends RNNBase {
  protected abstract get operator(): typeof gru;

  /** The output and the states in the end, of a batch. */
  private run({ data, sizes }: Arranged, hx: Tensor): [Tensor, Tensor] {
    const settings = this.functionSettings;
    return sizes === null
      ? this.operator(data, hx, ...settings, this.batch_first)
      : this.operator(data, sizes, hx, ...settings);
  }

  /**
   * The output of the last layer for each step, `[sequence, batch, directions · hidden_size]`, and the states in the end, `[layers · directions, batch, hidden_size]`. Shapes: input
   * `[sequence, batch, input_size]`, or with `batch_first` the batch first, or without a batch; a packed sequence gives a packed one. `hx` is the state in the beginning, zeros unless given.
   *
   * @throws ValueError or RuntimeError when dimensions, sizes or dtypes do not fit.
   */
  override forward(input: PackedSequence, hx?: Tensor | null | RecurrentState): [PackedSequence, Tensor];
  override forward(input: Tensor, hx?: Tensor | null | RecurrentState): [Tensor, Tensor];
  override forward(...args: readonly unknown[]): [Tensor | PackedSequence, Tensor] {
    const { input, hx } = bind(this.constructor.name, forwardParameters, args);
    const arranged = this.arranged(input);
    if (hx !== null) this.checkStateRanks([hx], input);
    const state = hx === null ? this.zeros(arranged) : this.batchOf(hx, arranged);
    this.checkForward(arranged, [state]);
    const [output, last] = this.run(arranged, state);
    return [this.finished(output, arranged), this.restored(last, arranged)];
  }
}

interface PlainNetwork {
  (input: PackedSequence, hx?: Tensor | null | RecurrentState): [PackedSequence, Tensor];
  (input: Tensor, hx?: Tensor | null | RecurrentState): [Tensor, Tensor];
}

const { proj_size: _projection, ...unprojected } = recurrentSettings;

/** Accepted for the sake of its error. */
const refusedProjection = keywordOnly(optionalInteger);

function refuseProjection(size: number | null): void {
  if (size !== null) throw new ValueError("proj_size argument is only supported for LSTM, not RNN or GRU.");
}

/** What `nn.GRU` is made with. */
export type GRUArguments = Omit<RecurrentArguments, "proj_size">;

const gruSettings = { ...unprojected, proj_size: refusedProjection };

/**
 * Layers of gated recurrent units: `new nn.GRU(10, 20, {num_layers: 2})`, `const [output, h] = gru(x)`.
 *
 * Source: `torch.nn.GRU`; Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder" (2014).
 */
export class GRU extends PlainNetwork {
  /** @throws ValueError when a size is not above 0, or the dropout is not in [0, 1]. */
  constructor(
    ...args: CallForms<
      GRUArguments,
      [
        input_size: number,
        hidden_size: number,
        num_layers?: number,
        bias?: boolean,
        batch_first?: boolean,
        dropout?: number,
        bidirectional?: boolean,
      ],
      ["input_size", "hidden_size"]
    >
  ) {
    const { proj_size: projected, ...settings } = bind("GRU", gruSettings, args);
    refuseProjection(projected);
    super({ mode: "GRU", ...settings });
  }

  protected override get operator(): typeof gru {
    return gru;
  }
}

/** What `nn.RNN` is made with. */
export interface RNNArguments extends GRUArguments {
  /** The function of each step: `"tanh"` unless given, or `"relu"`. */
  readonly nonlinearity?: "tanh" | "relu";
}

/** Other words are refused with PyTorch's sentence. */
const nonlinearity: Argument<"tanh" | "relu"> = {
  expects: '"tanh" or "relu"',
  fallback: "tanh",
  convert: (value) => (typeof value === "string" ? (value as "tanh") : undefined),
};

const { input_size, hidden_size, num_layers, ...further } = unprojected;
const rnnParameters: ParametersOf<RNNArguments> = {
  input_size,
  hidden_size,
  num_layers,
  nonlinearity,
  ...further,
};
const rnnSettings = { ...rnnParameters, proj_size: refusedProjection };

/**
 * Layers of an Elman network: `new nn.RNN(10, 20, {nonlinearity: "relu"})`, `const [output, h] = rnn(x)`.
 *
 * Source: `torch.nn.RNN`; Elman, "Finding Structure in Time" (1990).
 */
export class RNN extends PlainNetwork {
  readonly nonlinearity: "tanh" | "relu";

  /** @throws ValueError for another function, when a size is not above 0, or the dropout is not in [0, 1]. */
  constructor(
    ...args: CallForms<
      RNNArguments,
      [
        input_size: number,
        hidden_size: number,
        num_layers?: number,
        nonlinearity?: "tanh" | "relu",
        bias?: boolean,
        batch_first?: boolean,
        dropout?: number,
        bidirectional?: boolean,
      ],
      ["input_size", "hidden_size"]
    >
  ) {
    const { proj_size: projected, nonlinearity: word, ...settings } = bind("RNN", rnnSettings, args);
    refuseProjection(projected);
    if (word !== "tanh" && word !== "relu")
      throw new ValueError(`Unknown nonlinearity '${String(word)}'. Select from 'tanh' or 'relu'.`);
    super({ mode: word === "tanh" ? "RNN_TANH" : "RNN_RELU", ...settings });
    this.nonlinearity = word;
  }

  protected override get operator(): typeof gru {
    return this.nonlinearity === "tanh" ? rnn_tanh : rnn_relu;
  }
}

/** An LSTM's state: the hidden and the cell states of all layers and directions. */
export type LSTMState = readonly [h: Tensor, c: Tensor];

/** A state as a program has it: of two, which the module counts, since an array that a variable holds has any number to the compiler. */
type GivenState = LSTMState | readonly Tensor[];

/** What `nn.LSTM` takes by name. */
export interface LSTMOptions {
  readonly hx?: GivenState | null;
}

const lstmParameters = {
  input: inputParameter,
  hx: {
    ...tensors,
    expects: "an array of two Tensors, [h, c]",
    fallback: null,
    convert: (value: unknown): readonly Tensor[] | null | undefined => {
      const list = value === null ? null : tensors.convert(value);
      return list?.length === 2 || list === null ? list : undefined;
    },
  },
};

/**
 * Layers of long short-term memories: `new nn.LSTM(10, 20, {num_layers: 2})`, `const [output, [h, c]] = lstm(x)`. With `proj_size`, each layer's output is projected to so many numbers.
 *
 * Source: `torch.nn.LSTM`; Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997).
 */
export class LSTM extends RNNBase {
  /** @throws ValueError when a size is not above 0, the dropout is not in [0, 1], or the projection is not smaller than the state. */
  constructor(
    ...args: CallForms<
      RecurrentArguments,
      [
        input_size: number,
        hidden_size: number,
        num_layers?: number,
        bias?: boolean,
        batch_first?: boolean,
        dropout?: number,
        bidirectional?: boolean,
        proj_size?: number,
      ],
      ["input_size", "hidden_size"]
    >
  ) {
    super({ mode: "LSTM", ...bind("LSTM", recurrentSettings, args) });
  }

  /** The output and the states in the end, of a batch. */
  private run({ data, sizes }: Arranged, hx: LSTMState): [Tensor, Tensor, Tensor] {
    const settings = this.functionSettings;
    return sizes === null
      ? lstm(data, hx, ...settings, this.batch_first)
      : lstm(data, sizes, hx, ...settings);
  }

  /**
   * The output of the last layer for each step, `[sequence, batch, directions · state]`, and the states in the end: h `[layers · directions, batch, state]` and c `[layers · directions, batch,
   * hidden_size]`, where a state has `proj_size` numbers, or without a projection `hidden_size`. Shapes: input `[sequence, batch, input_size]`, or with `batch_first` the batch first, or without
   * a batch; a packed sequence gives a packed one. `hx` is the state in the beginning, zeros unless given.
   *
   * @throws ValueError or RuntimeError when dimensions, sizes or dtypes do not fit.
   */
  override forward(
    input: PackedSequence,
    hx?: GivenState | null | LSTMOptions,
  ): [PackedSequence, [Tensor, Tensor]];
  override forward(input: Tensor, hx?: GivenState | null | LSTMOptions): [Tensor, [Tensor, Tensor]];
  override forward(...args: readonly unknown[]): [Tensor | PackedSequence, [Tensor, Tensor]] {
    const { input, hx } = bind("LSTM", lstmParameters, args);
    const arranged = this.arranged(input);
    if (hx !== null) this.checkStateRanks(hx, input);
    const [h, c] =
      hx === null
        ? [this.zeros(arranged), this.zeros(arranged, this.hidden_size)]
        : (hx.map((state) => this.batchOf(state, arranged)) as [Tensor, Tensor]);
    this.checkForward(arranged, [h, c]);
    const [output, lastH, lastC] = this.run(arranged, [h, c]);
    return [
      this.finished(output, arranged),
      [this.restored(lastH, arranged), this.restored(lastC, arranged)],
    ];
  }
}

export interface LSTM {
  (input: PackedSequence, hx?: GivenState | null | LSTMOptions): [PackedSequence, [Tensor, Tensor]];
  (input: Tensor, hx?: GivenState | null | LSTMOptions): [Tensor, [Tensor, Tensor]];
}
