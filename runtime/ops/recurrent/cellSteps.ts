/** One step of a recurrent layer by differentiable operators. Source: `aten/src/ATen/native/RNN.cpp`. */
import type { Tensor } from "../../tensor.ts";
import { add, mul, sub } from "../elementwise/arithmetic.ts";
import { relu, sigmoid, tanh } from "../elementwise/unary.ts";
import { linear } from "../linalg/matmul.ts";
import { chunk } from "../shaping/splitting.ts";
import type { LayerWeights, RecurrentKind, State } from "./kinds.ts";

type Weights = LayerWeights<Tensor>;

function lstmCell(
  sums: Tensor,
  state: State<Tensor>,
  { weight_hh, bias_hh, weight_hr }: Weights,
): State<Tensor> {
  const gates = add(sums, linear(state.h, weight_hh, bias_hh));
  const [i, f, g, o] = chunk(gates, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
  // An LSTM has a cell state.
  const c = add(mul(sigmoid(f), state.c!), mul(sigmoid(i), tanh(g)));
  const h = mul(sigmoid(o), tanh(c));
  return { h: weight_hr === null ? h : linear(h, weight_hr), c };
}

function gruCell(sums: Tensor, { h }: State<Tensor>, { weight_hh, bias_hh }: Weights): State<Tensor> {
  const [inR, inZ, inN] = chunk(sums, 3, 1) as [Tensor, Tensor, Tensor];
  const [hR, hZ, hN] = chunk(linear(h, weight_hh, bias_hh), 3, 1) as [Tensor, Tensor, Tensor];
  const reset = sigmoid(add(inR, hR));
  const update = sigmoid(add(inZ, hZ));
  const fresh = tanh(add(inN, mul(hN, reset)));
  return { h: add(mul(sub(h, fresh), update), fresh), c: null };
}

function plainCell(activation: (input: Tensor) => Tensor) {
  return (sums: Tensor, { h }: State<Tensor>, { weight_hh, bias_hh }: Weights): State<Tensor> => ({
    h: activation(add(linear(h, weight_hh, bias_hh), sums)),
    c: null,
  });
}

/** The state after a step, from the input's sums `[batch, gates · hidden]` and the state before. */
export const cellStep: Readonly<
  Record<RecurrentKind, (sums: Tensor, state: State<Tensor>, weights: Weights) => State<Tensor>>
> = {
  LSTM: lstmCell,
  GRU: gruCell,
  RNN_TANH: plainCell(tanh),
  RNN_RELU: plainCell(relu),
};
