/** One step of one recurrent layer as a function: `torch.lstm_cell` and its like. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import type { ByName } from "../../keywords.ts";
import { composite, type Operator, type Sample } from "../../operator.ts";
import { optionalTensor, tensor, tensors } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { linear } from "../linalg/matmul.ts";
import { sample } from "../samples.ts";
import { cellStep } from "./cellSteps.ts";
import { gateCount, type RecurrentKind, type State } from "./kinds.ts";

const weights = { w_ih: tensor, w_hh: tensor, b_ih: optionalTensor, b_hh: optionalTensor };

interface CellWeights {
  readonly w_ih: Tensor;
  readonly w_hh: Tensor;
  readonly b_ih: Tensor | null;
  readonly b_hh: Tensor | null;
}

/** @throws RuntimeError when input, states and weights do not fit. */
function check(input: Tensor, states: readonly Tensor[], { w_ih, w_hh }: CellWeights): void {
  if (input.size(1) !== w_ih.size(1))
    throw new RuntimeError(
      `input has inconsistent input_size: got ${input.size(1)} expected ${w_ih.size(1)}: weight_ih takes so many features.`,
    );
  for (const [label, state] of states.entries()) {
    if (input.size(0) !== state.size(0))
      throw new RuntimeError(
        `Input batch size ${input.size(0)} doesn't match hidden${label} batch size ${state.size(0)}: each row of the input has a state.`,
      );
    if (state.size(1) !== w_hh.size(1))
      throw new RuntimeError(
        `hidden${label} has inconsistent hidden_size: got ${state.size(1)}, expected ${w_hh.size(1)}: weight_hh takes so many numbers.`,
      );
  }
}

/** The state after one step. */
function next(kind: RecurrentKind, input: Tensor, state: State<Tensor>, given: CellWeights): State<Tensor> {
  const { w_ih: weight_ih, w_hh: weight_hh, b_ih: bias_ih, b_hh: bias_hh } = given;
  const sums = linear(input, weight_ih, bias_ih);
  return cellStep[kind](sums, state, { weight_ih, weight_hh, bias_ih, bias_hh, weight_hr: null });
}

function samplesOf(kind: RecurrentKind): readonly Sample[] {
  const rows = gateCount[kind] * 2;
  const states = [1, 2].map((seed) => sample([2, 2], { seed }));
  const matrices = [sample([rows, 3], { seed: 3 }), sample([rows, 2], { seed: 4 })];
  const biases = [sample([rows], { seed: 5 }), sample([rows], { seed: 6 })];
  const state = kind === "LSTM" ? states : states[0];
  return [() => [sample([2, 3]), state, ...matrices], () => [sample([2, 3]), state, ...matrices, ...biases]];
}

type CellSignature = FunctionSignature<
  (
    input: Tensor,
    hx: Tensor,
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih?: Tensor | null,
    b_hh?: Tensor | null,
  ) => Tensor
>;
type CellOperator = Operator<ByName<CellSignature, "input, hx, w_ih, w_hh, b_ih?, b_hh?">>;

function cell(name: string, kind: RecurrentKind): CellOperator {
  return composite({
    name,
    parameters: { input: tensor, hx: tensor, ...weights },
    define: ({ input, hx, ...given }) => {
      check(input, [hx], given);
      return next(kind, input, { h: hx, c: null }, given).h;
    },
    samples: samplesOf(kind),
    errors: [
      {
        args: () => [sample([2, 4]), ...samplesOf(kind)[0]!().slice(1)],
        error: "RuntimeError",
        message: /inconsistent input_size: got 4 expected 3/,
      },
    ],
  });
}

/**
 * One step of a network with one state and tanh: `tanh(w_ih · input + b_ih + w_hh · hx + b_hh)`. Shapes: input `[batch, features]`, hx `[batch, hidden]`, weights `[hidden, features]` and
 * `[hidden, hidden]`, biases `[hidden]`; the result has the shape of hx.
 *
 * @throws RuntimeError when sizes do not fit.
 * Source: `torch.rnn_tanh_cell`.
 */
export const rnn_tanh_cell: CellOperator = cell("rnn_tanh_cell", "RNN_TANH");

/** As `rnn_tanh_cell`, with `relu` in place of the tangent. Source: `torch.rnn_relu_cell`. */
export const rnn_relu_cell: CellOperator = cell("rnn_relu_cell", "RNN_RELU");

/** One step of a gated recurrent unit; weights and biases have three parts, for the reset, update and new gates. As `rnn_tanh_cell` otherwise. Source: `torch.gru_cell`. */
export const gru_cell: CellOperator = cell("gru_cell", "GRU");

type LstmCellSignature = FunctionSignature<
  (
    input: Tensor,
    hx: readonly Tensor[],
    w_ih: Tensor,
    w_hh: Tensor,
    b_ih?: Tensor | null,
    b_hh?: Tensor | null,
  ) => [Tensor, Tensor]
>;

/**
 * One step of a long short-term memory, whose state is `[h, c]`: gives the new one. Weights and biases have four parts, for the input, forget, cell and output gates.
 *
 * @throws RuntimeError when sizes do not fit, or there are not two states.
 * Source: `torch.lstm_cell`.
 */
export const lstm_cell: Operator<ByName<LstmCellSignature, "input, hx, w_ih, w_hh, b_ih?, b_hh?">> =
  composite({
    name: "lstm_cell",
    parameters: { input: tensor, hx: tensors, ...weights },
    define: ({ input, hx, ...given }) => {
      if (hx.length !== 2)
        throw new RuntimeError(
          `lstm_cell expects two hidden states: [h, c], each [batch, hidden]; got ${hx.length}.`,
        );
      const [h, c] = hx as [Tensor, Tensor];
      check(input, hx, given);
      const state = next("LSTM", input, { h, c }, given);
      return [state.h, state.c];
    },
    samples: samplesOf("LSTM"),
    errors: [
      {
        args: () => [sample([2, 3]), [sample([2, 2])], sample([8, 3]), sample([8, 2])],
        error: "RuntimeError",
        message: /expects two hidden states/,
      },
    ],
  });
