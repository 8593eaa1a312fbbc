/** Recurrent networks as functions: `torch.lstm`, `torch.gru`, `torch.rnn_tanh` and `torch.rnn_relu`. */
import { RuntimeError } from "../../errors/runtimeError.ts";
import { composite, type Operator, type Sample } from "../../operator.ts";
import { overloaded } from "../../overloaded.ts";
import { flag, integer, number, required, tensor, tensors } from "../../parameters.ts";
import type { FunctionSignature } from "../../signatures.ts";
import { Tensor } from "../../tensor.ts";
import { given, sample } from "../samples.ts";
import { int64 } from "../../dtype.ts";
import { gateCount, type RecurrentKind } from "./kinds.ts";
import { runPacked, runPadded, type StackState } from "./stack.ts";

const needed = required(flag(false));

const settings = {
  params: tensors,
  has_biases: needed,
  num_layers: integer(),
  dropout: number(),
  train: needed,
  bidirectional: needed,
};

/** The lengths of steps, read from a tensor. */
function sizesOf(batchSizes: Tensor): number[] {
  return batchSizes.tolist() as number[]; // whole numbers in one dimension
}

/** @throws RuntimeError when there are not two. */
function statesOf(hx: readonly Tensor[]): StackState {
  const [h, c] = hx;
  if (hx.length !== 2)
    throw new RuntimeError(
      `lstm expects two hidden states: [h, c], each [layers · directions, batch, hidden]; got ${hx.length}.`,
    );
  return { h: h!, c: c! };
}

/** The state of a network that has one. */
const stateOf = (hx: Tensor): StackState => ({ h: hx, c: null });

/** A sample of one layer without biases, and one of two layers in both directions. */
function samplesOf(kind: RecurrentKind, packed: boolean): readonly Sample[] {
  const rows = gateCount[kind] * 2;
  const state = (layers: number): unknown => {
    const [h, c] = [1, 2].map((seed) => sample([layers, 2, 2], { seed }));
    return kind === "LSTM" ? [h, c] : h;
  };
  const data = packed ? [sample([3, 3]), given([2, 1], int64)] : [sample([2, 2, 3])];
  const tail = packed ? [] : [false];
  const both = (features: number): Tensor[] => [
    sample([rows, features], { seed: 5 }),
    sample([rows, 2], { seed: 6 }),
    sample([rows], { seed: 7 }),
    sample([rows], { seed: 8 }),
  ];
  return [
    () => [
      data[0]!,
      ...data.slice(1),
      state(1),
      [sample([rows, 3], { seed: 3 }), sample([rows, 2], { seed: 4 })],
      false,
      1,
      0,
      false,
      false,
      ...tail,
    ],
    () => [
      ...data,
      state(4),
      [...both(3), ...both(3), ...both(4), ...both(4)],
      true,
      2,
      0,
      true,
      true,
      ...tail,
    ],
  ];
}

type Settings = [
  params: readonly Tensor[],
  has_biases: boolean,
  num_layers: number,
  dropout: number,
  train: boolean,
  bidirectional: boolean,
];

/** What the networks with one state are called with. */
type PlainSignature = FunctionSignature<{
  (input: Tensor, hx: Tensor, ...settings: [...Settings, batch_first: boolean]): [Tensor, Tensor];
  (data: Tensor, batch_sizes: Tensor, hx: Tensor, ...settings: Settings): [Tensor, Tensor];
}>;

function plain(name: string, kind: RecurrentKind): Operator<PlainSignature> {
  const padded = composite({
    name,
    parameters: { input: tensor, hx: tensor, ...settings, batch_first: needed },
    define: ({ input, hx, params, batch_first, ...options }) => {
      const { output, state } = runPadded(input, stateOf(hx), params, { kind, ...options }, batch_first);
      return [output, state.h];
    },
    samples: samplesOf(kind, false),
  });
  const packed = composite({
    name,
    parameters: { data: tensor, batch_sizes: tensor, hx: tensor, ...settings },
    define: ({ data, batch_sizes, hx, params, ...options }) => {
      const { output, state } = runPacked(
        data,
        stateOf(hx),
        params,
        { kind, ...options },
        sizesOf(batch_sizes),
      );
      return [output, state.h];
    },
    samples: samplesOf(kind, true),
  });
  return overloaded({
    name,
    forms: [padded, packed],
    choose: (_first, second, third) =>
      (second instanceof Tensor && third instanceof Tensor) || isNamed(second, "batch_sizes")
        ? packed
        : padded,
  });
}

function isNamed(value: unknown, name: string): boolean {
  return typeof value === "object" && value !== null && !(value instanceof Tensor) && name in value;
}

/**
 * A network of layers with one state and tanh: `h′ = tanh(w_ih · x + b_ih + w_hh · h + b_hh)`.
 *
 * `torch.rnn_tanh(input, hx, params, has_biases, num_layers, dropout, train, bidirectional, batch_first)`, or with packed data `torch.rnn_tanh(data, batch_sizes, hx, …)` without the last.
 * Shapes: input `[sequence, batch, features]`, hx `[layers · directions, batch, hidden]`; the results are the output of the last layer, and the states in the end. `nn.RNN` calls it.
 *
 * @throws RuntimeError when the sequence is empty, or weights and input do not fit.
 * Source: `torch.rnn_tanh`; Elman, "Finding Structure in Time" (1990).
 */
export const rnn_tanh: Operator<PlainSignature> = plain("rnn_tanh", "RNN_TANH");

/** As `rnn_tanh`, with `relu` in place of the tangent. Source: `torch.rnn_relu`. */
export const rnn_relu: Operator<PlainSignature> = plain("rnn_relu", "RNN_RELU");

/** As `rnn_tanh`, with gated recurrent units. Source: `torch.gru`; Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder" (2014). */
export const gru: Operator<PlainSignature> = plain("gru", "GRU");

type LstmSignature = FunctionSignature<{
  (
    input: Tensor,
    hx: readonly Tensor[],
    ...settings: [...Settings, batch_first: boolean]
  ): [Tensor, Tensor, Tensor];
  (data: Tensor, batch_sizes: Tensor, hx: readonly Tensor[], ...settings: Settings): [Tensor, Tensor, Tensor];
}>;

const paddedLstm = composite({
  name: "lstm",
  parameters: { input: tensor, hx: tensors, ...settings, batch_first: needed },
  define: ({ input, hx, params, batch_first, ...options }) => {
    const state = statesOf(hx);
    const result = runPadded(input, state, params, { kind: "LSTM", ...options }, batch_first);
    return [result.output, result.state.h, result.state.c];
  },
  samples: samplesOf("LSTM", false),
  errors: [
    {
      args: () => [sample([2, 2, 3]), [sample([1, 2, 2])], [], false, 1, 0, false, false, false],
      error: "RuntimeError",
      message: /lstm expects two hidden states/,
    },
    {
      args: () => [
        sample([0, 2, 3]),
        [1, 2].map(() => sample([1, 2, 2])),
        [],
        false,
        1,
        0,
        false,
        false,
        false,
      ],
      error: "RuntimeError",
      message: /Expected sequence length to be larger than 0 in RNN/,
    },
  ],
});

const packedLstm = composite({
  name: "lstm",
  parameters: { data: tensor, batch_sizes: tensor, hx: tensors, ...settings },
  define: ({ data, batch_sizes, hx, params, ...options }) => {
    const state = statesOf(hx);
    const result = runPacked(data, state, params, { kind: "LSTM", ...options }, sizesOf(batch_sizes));
    return [result.output, result.state.h, result.state.c];
  },
  samples: samplesOf("LSTM", true),
});

/**
 * A network of long short-term memories, whose state is `[h, c]`. Weights of a projection, `[projected, hidden]`, come last among a layer's where h is smaller than c. Otherwise as `rnn_tanh`; the
 * results are the output, h and c.
 *
 * @throws RuntimeError when the sequence is empty, there are not two states, or weights and input do not fit.
 * Source: `torch.lstm`; Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997).
 */
export const lstm: Operator<LstmSignature> = overloaded({
  name: "lstm",
  forms: [paddedLstm, packedLstm],
  choose: (_first, second) =>
    second instanceof Tensor || isNamed(second, "batch_sizes") ? packedLstm : paddedLstm,
});
