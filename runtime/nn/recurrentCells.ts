/** Single steps of recurrent networks as modules. */
import { absent } from "./absent.ts";
import { bind } from "../binding.ts";
import type { CallForms } from "../callForms.ts";
import { zeros } from "../create.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { ValueError } from "../errors/valueError.ts";
import { gru_cell, lstm_cell, rnn_relu_cell, rnn_tanh_cell } from "../ops/recurrent/cells.ts";
import {
  flag,
  integer,
  optionalTensor,
  tensor,
  tensors,
  type Parameter as Argument,
  type ParametersOf,
} from "../parameters.ts";
import type { Tensor } from "../tensor.ts";
import { uniform_ } from "./init.ts";
import { uniformParameter } from "./initial.ts";
import { Module } from "./module.ts";
import type { Parameter } from "./parameter.ts";
import { printed } from "./printed.ts";
import { placement, type Placement } from "./settings.ts";

/** What the cells are made with. */
export interface CellArguments extends Placement {
  /** Features of the input. */
  readonly input_size: number;
  /** Numbers of the state. */
  readonly hidden_size: number;
  /** Whether there are biases; `true` unless given. */
  readonly bias?: boolean;
}

const cellSettings: ParametersOf<CellArguments> = {
  input_size: integer(),
  hidden_size: integer(),
  bias: flag(true),
  ...placement,
};

type CellForms = CallForms<
  CellArguments,
  [input_size: number, hidden_size: number, bias?: boolean],
  ["input_size", "hidden_size"]
>;

/** @throws ValueError for a tensor of another number of dimensions. */
function checkRank(cell: string, name: string, { ndim }: Tensor): void {
  if (ndim !== 1 && ndim !== 2)
    throw new ValueError(
      `${cell}: Expected ${name} to be 1D or 2D, got ${ndim}D instead: [features], or [batch, features].`,
    );
}

/** What the cells have in common. Source: `torch.nn.RNNCellBase`. */
export abstract class RNNCellBase extends Module {
  readonly input_size: number;
  readonly hidden_size: number;
  readonly bias: boolean;
  /** Shape `[gates · hidden_size, input_size]`. */
  weight_ih: Parameter;
  /** Shape `[gates · hidden_size, hidden_size]`. */
  weight_hh: Parameter;
  /** Shape `[gates · hidden_size]`, or `null`. */
  bias_ih: Parameter;
  /** Shape `[gates · hidden_size]`, or `null`. */
  bias_hh: Parameter;

  constructor(settings: Required<CellArguments>, gates: number) {
    super();
    const { input_size, hidden_size, bias, ...place } = settings;
    this.input_size = input_size;
    this.hidden_size = hidden_size;
    this.bias = bias;
    const rows = gates * hidden_size;
    const drawn = (...shape: number[]): Parameter => uniformParameter(shape, this.bound, place);
    this.weight_ih = drawn(rows, input_size);
    this.weight_hh = drawn(rows, hidden_size);
    this.bias_ih = bias ? drawn(rows) : absent;
    this.bias_hh = bias ? drawn(rows) : absent;
  }

  private get bound(): number {
    return this.hidden_size > 0 ? 1 / Math.sqrt(this.hidden_size) : 0;
  }

  /** Draws weights and biases anew, uniform in ±1/√hidden_size. Source: `reset_parameters`. */
  reset_parameters(): void {
    for (const parameter of this.parameters()) uniform_(parameter, -this.bound, this.bound);
  }

  override extra_repr(): string {
    return `${this.input_size}, ${this.hidden_size}${this.bias ? "" : `, bias=${printed(false)}`}`;
  }

  /** Zeros for a batch. */
  protected zeros({ shape, dtype, device }: Tensor): Tensor {
    return zeros([shape[0]!, this.hidden_size], { dtype, device });
  }

  /** The weights, in the order of the functions' arguments. */
  protected get weights(): [Tensor, Tensor, Tensor | null, Tensor | null] {
    return [this.weight_ih, this.weight_hh, this.bias_ih, this.bias_hh];
  }
}

const forwardParameters = { input: tensor, hx: optionalTensor };

/** What a cell with one state takes by name. */
export interface CellState {
  readonly hx?: Tensor | null;
}

/** A cell with one state. */
abstract class PlainCell extends RNNCellBase {
  /** Computes the next state of a batch. */
  protected abstract step(input: Tensor, hx: Tensor): Tensor;

  /**
   * The next state `[batch, hidden_size]`, from the input `[batch, input_size]` and the state before, zeros unless given; all without the batch for one sample.
   *
   * @throws ValueError for tensors of other numbers of dimensions, RuntimeError when sizes do not fit.
   */
  override forward(input: Tensor, hx?: Tensor | null | CellState): Tensor;
  override forward(...args: readonly unknown[]): Tensor {
    const { input, hx } = bind(this.constructor.name, forwardParameters, args);
    checkRank(this.constructor.name, "input", input);
    if (hx !== null) checkRank(this.constructor.name, "hidden", hx);
    if (input.ndim === 2) return this.step(input, hx ?? this.zeros(input));
    const batch = input.unsqueeze(0) as Tensor;
    return this.step(batch, hx?.unsqueeze(0) ?? this.zeros(batch)).squeeze(0);
  }
}

/** What `nn.RNNCell` is made with. */
export interface RNNCellArguments extends CellArguments {
  /** The function of each step: `"tanh"` unless given, or `"relu"`. */
  readonly nonlinearity?: "tanh" | "relu";
}

/** The word is looked at when the cell is called, as in PyTorch. */
const nonlinearity: Argument<"tanh" | "relu"> = {
  expects: '"tanh" or "relu"',
  fallback: "tanh",
  convert: (value) => (typeof value === "string" ? (value as "tanh") : undefined),
};

const { device, dtype, ...withoutPlace } = cellSettings;
const plainSettings: ParametersOf<RNNCellArguments> = { ...withoutPlace, nonlinearity, device, dtype };

/** One step of an Elman network: `tanh(w_ih · x + b_ih + w_hh · h + b_hh)`. Source: `torch.nn.RNNCell`. */
export class RNNCell extends PlainCell {
  readonly nonlinearity: "tanh" | "relu";

  constructor(
    ...args: CallForms<
      RNNCellArguments,
      [input_size: number, hidden_size: number, bias?: boolean, nonlinearity?: "tanh" | "relu"],
      ["input_size", "hidden_size"]
    >
  ) {
    const { nonlinearity: word, ...settings } = bind("RNNCell", plainSettings, args);
    super(settings, 1);
    this.nonlinearity = word;
  }

  protected override step(input: Tensor, hx: Tensor): Tensor {
    if (this.nonlinearity === "tanh") return rnn_tanh_cell(input, hx, ...this.weights);
    if (this.nonlinearity === "relu") return rnn_relu_cell(input, hx, ...this.weights);
    throw new RuntimeError(`Unknown nonlinearity: ${String(this.nonlinearity)}. Use "tanh" or "relu".`);
  }

  override extra_repr(): string {
    const word = this.nonlinearity === "tanh" ? "" : `, nonlinearity=${this.nonlinearity}`;
    return super.extra_repr() + word;
  }
}

/** One step of a gated recurrent unit. Source: `torch.nn.GRUCell`. */
export class GRUCell extends PlainCell {
  constructor(...args: CellForms) {
    super(bind("GRUCell", cellSettings, args), 3);
  }

  protected override step(input: Tensor, hx: Tensor): Tensor {
    return gru_cell(input, hx, ...this.weights);
  }
}

/** What `nn.LSTMCell` takes by name. */
export interface LSTMCellState {
  readonly hx?: readonly [Tensor, Tensor] | null;
}

const lstmParameters = {
  input: tensor,
  hx: { ...tensors, expects: "an array of two Tensors, [h, c]", fallback: null },
};

/** One step of a long short-term memory: `const [h, c] = cell(input, [h, c])`. Source: `torch.nn.LSTMCell`. */
export class LSTMCell extends RNNCellBase {
  constructor(...args: CellForms) {
    super(bind("LSTMCell", cellSettings, args), 4);
  }

  /**
   * The next state `[h, c]`, each `[batch, hidden_size]`, from the input `[batch, input_size]` and the state before, zeros unless given; all without the batch for one sample.
   *
   * @throws ValueError for tensors of other numbers of dimensions, RuntimeError when sizes do not fit.
   */
  override forward(input: Tensor, hx?: readonly [Tensor, Tensor] | null | LSTMCellState): [Tensor, Tensor];
  override forward(...args: readonly unknown[]): [Tensor, Tensor] {
    const { input, hx } = bind("LSTMCell", lstmParameters, args);
    checkRank("LSTMCell", "input", input);
    for (const [index, state] of (hx ?? []).entries()) checkRank("LSTMCell", `hx[${index}]`, state);
    const batched = input.ndim === 2;
    const batch = batched ? input : (input.unsqueeze(0) as Tensor);
    const states = hx === null ? [this.zeros(batch), this.zeros(batch)] : hx;
    const ready = batched || hx === null ? states : states.map((state): Tensor => state.unsqueeze(0));
    const [h, c] = lstm_cell(batch, ready, ...this.weights);
    return batched ? [h, c] : [h.squeeze(0), c.squeeze(0)];
  }
}
