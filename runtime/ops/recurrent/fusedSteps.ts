/**
 * One step of a recurrent layer in one pass over its elements, forward and backward: the gates from their sums, and the derivatives of the sums from those of the state.
 * Source: `aten/src/ATen/native/RNN.cpp`; Hochreiter and Schmidhuber, "Long Short-Term Memory" (1997); Cho et al., "Learning Phrase Representations" (2014).
 */
import type { View } from "../../backends/backend.ts";
import { E, input, type Expression } from "../../expression.ts";
import type { Tensor } from "../../tensor.ts";
import type { RecurrentKind, Step } from "./kinds.ts";

/** Rows of a matrix, and columns of them: a part without a copy. */
export function part(matrix: Tensor, { first, count }: Step, column: number, width: number): View {
  const { storage, dtype, strides, offset } = matrix;
  const [row, each] = strides as [number, number];
  return {
    storage,
    dtype,
    shape: [count, width],
    strides: [row, each],
    offset: offset + first * row + column * each,
  };
}

/** Several parts of equal width, side by side. */
export function parts(matrix: Tensor, step: Step, count: number, width: number): View[] {
  return Array.from({ length: count }, (_, index) => part(matrix, step, index * width, width));
}

const [in0, in1, in2, in3, in4, in5, in6, in7] = Array.from({ length: 8 }, (_, index) => input(index)) as [
  Expression,
  Expression,
  Expression,
  Expression,
  Expression,
  Expression,
  Expression,
  Expression,
];

/** 1 − x², without loss where x is near ±1. */
const slopeOfTanh = (x: Expression): Expression => E.mul(E.add(1, x), E.sub(1, x));

/** x (1 − x). */
const slopeOfSigmoid = (x: Expression): Expression => E.mul(x, E.sub(1, x));

function lstmForward(): Expression[] {
  const [i, f, g, o] = [E.sigmoid(in0), E.sigmoid(in1), E.tanh(in2), E.sigmoid(in3)];
  const c = E.add(E.mul(f, in4), E.mul(i, g));
  const h = E.mul(o, E.tanh(c));
  return [i, f, g, o, h, h, c, in5, in4];
}

function lstmBackward(): Expression[] {
  const [i, f, g, o, previous] = [in0, in1, in2, in3, in4];
  const squashed = E.tanh(E.add(E.mul(f, previous), E.mul(i, g)));
  const gradH = E.add(in5, in6);
  const gradC = E.add(in7, E.mul(E.mul(gradH, o), slopeOfTanh(squashed)));
  return [
    E.mul(E.mul(gradC, g), slopeOfSigmoid(i)),
    E.mul(E.mul(gradC, previous), slopeOfSigmoid(f)),
    E.mul(E.mul(gradC, i), slopeOfTanh(g)),
    E.mul(E.mul(gradH, squashed), slopeOfSigmoid(o)),
    E.mul(gradC, f),
  ];
}

function gruForward(): Expression[] {
  const [r, z] = [E.sigmoid(E.add(in0, in3)), E.sigmoid(E.add(in1, in4))];
  const n = E.tanh(E.add(in2, E.mul(r, in5)));
  const h = E.add(n, E.mul(z, E.sub(in6, n)));
  return [r, z, n, in5, h, h, in6];
}

function gruBackward(): Expression[] {
  const [r, z, n, hidden, previous] = [in0, in1, in2, in3, in4];
  const gradH = E.add(in5, in6);
  const gradN = E.mul(E.mul(gradH, E.sub(1, z)), slopeOfTanh(n));
  const gradR = E.mul(E.mul(gradN, hidden), slopeOfSigmoid(r));
  const gradZ = E.mul(E.mul(gradH, E.sub(previous, n)), slopeOfSigmoid(z));
  return [gradR, gradZ, gradN, gradR, gradZ, E.mul(gradN, r), E.mul(gradH, z)];
}

function plainForward(activation: (x: Expression) => Expression): Expression[] {
  const h = activation(in0);
  return [h, h, in1];
}

const relu = (x: Expression): Expression => E.maximum(x, 0);

/**
 * Forward. Outputs and inputs of an LSTM: the gates, output, h, c, h before, c before; from the sums of the gates, c, h. Of a GRU: the gates, the state's share in the last
 * one, output, h, h before; from the input's sums, the state's sums, h. Of the others: output, h, h before; from the sums, h.
 */
export const forwardOf: Readonly<Record<RecurrentKind, readonly Expression[]>> = {
  LSTM: lstmForward(),
  GRU: gruForward(),
  RNN_TANH: plainForward(E.tanh),
  RNN_RELU: plainForward(relu),
};

/**
 * Backward. Outputs and inputs of an LSTM: the gradients of the sums, and of c before; from the gates, c before, the gradients of output, h and c. Of a GRU: the gradients of
 * the input's sums, of the state's sums, and of h before as far as it is passed on; from the gates, the state's share in the last one, h before, the gradients of output and
 * h. Of the others: the gradients of the sums; from the output, and the gradients of output and h.
 */
export const backwardOf: Readonly<Record<RecurrentKind, readonly Expression[]>> = {
  LSTM: lstmBackward(),
  GRU: gruBackward(),
  RNN_TANH: [E.mul(E.add(in1, in2), slopeOfTanh(in0))],
  RNN_RELU: [E.select(E.gt(in0, 0), E.add(in1, in2), 0)],
};
