/** One direction of one recurrent layer as an operator: the products for all steps at once where that is possible, and one pass for each step. */
import { is_grad_enabled } from "../../autograd/modes.ts";
import type { View } from "../../backends/backend.ts";
import type { ByName } from "../../keywords.ts";
import { operator, type Context, type Operator } from "../../operator.ts";
import { choice, flag, optionalTensor, required, tensor, type Parameter } from "../../parameters.ts";
import { allocate, allocateZeros, backendOf, duplicate, elementwise, reduceDims } from "../../settle.ts";
import { E, input as operand } from "../../expression.ts";
import type { FunctionSignature } from "../../signatures.ts";
import type { Tensor } from "../../tensor.ts";
import { sample } from "../samples.ts";
import { differentiableGradients } from "./differentiable.ts";
import { backwardOf, forwardOf, part, parts } from "./fusedSteps.ts";
import { gateCount, stepsInOrder, type RecurrentKind, type Step, type Steps } from "./kinds.ts";

const kinds = ["LSTM", "GRU", "RNN_TANH", "RNN_RELU"] as const;

const sizes: Parameter<readonly number[]> = {
  expects: "an array of whole numbers",
  convert: (value) =>
    Array.isArray(value) && value.every(Number.isInteger) ? (value as number[]) : undefined,
};

const layerParameters = {
  input: tensor,
  h0: tensor,
  c0: optionalTensor,
  weight_ih: tensor,
  weight_hh: tensor,
  bias_ih: optionalTensor,
  bias_hh: optionalTensor,
  kind: required(choice(kinds, "LSTM")),
  sizes,
  reverse: flag(false),
};

type LayerContext = Context<typeof layerParameters>;

/** A matrix with its dimensions exchanged. */
function turned({ storage, dtype, shape, strides, offset }: Tensor): View {
  return {
    storage,
    dtype,
    shape: [shape[1]!, shape[0]!],
    strides: [strides[1]!, strides[0]!],
    offset,
  };
}

/** The product of two matrices, with a bias for each column. */
function product(left: Tensor | View, right: Tensor | View, bias?: Tensor | null): Tensor {
  const result = allocate([left.shape[0]!, right.shape[1]!], left.dtype);
  backendOf(result).matmul(result, left, right, bias ? { bias } : {});
  return result;
}

const sum = E.add(operand(0), operand(1));

/** Both biases in one, for kinds that only ever add them. */
function joined(first: Tensor | null, second: Tensor | null): Tensor | null {
  return first === null || second === null ? (first ?? second) : elementwise(sum, [first, second]);
}

/** What a forward computes, besides its results what the backward reads. */
interface Forward {
  readonly output: Tensor;
  readonly h: Tensor;
  /** The hidden state before each row. */
  readonly before: Tensor;
  /** The gates of each row; of kinds without gates nothing. */
  readonly gates: Tensor | null;
  /** An LSTM's cell state before each row, a GRU's share of the state in its last gate. */
  readonly inner: Tensor | null;
  readonly c: Tensor | null;
}

/** The work of one call: everything that its steps share. */
interface Work {
  readonly kind: RecurrentKind;
  readonly hidden: number;
  readonly steps: readonly Step[];
  readonly forward: Forward;
}

/** Rows from the first on. */
const fromStart = ({ count }: Step): Step => ({ first: 0, count });

function lstmStep({ hidden, forward }: Work, step: Step): [View[], View[]] {
  const { output, h, before, gates, inner, c } = forward;
  const start = fromStart(step);
  const each = parts(gates!, step, 4, hidden); // an LSTM has gates, and a cell state
  const [nowH, nowC] = [part(h, start, 0, hidden), part(c!, start, 0, hidden)];
  const rows = [output, before, inner!].map((matrix) => part(matrix, step, 0, hidden)) as [View, View, View];
  return [
    [...each, rows[0], nowH, nowC, rows[1], rows[2]],
    [...each, nowC, nowH],
  ];
}

function gruStep({ hidden, forward }: Work, step: Step, ofState: Tensor): [View[], View[]] {
  const { output, h, before, gates, inner } = forward;
  const start = fromStart(step);
  const each = parts(gates!, step, 3, hidden); // a GRU has gates, and a share of the state
  const now = part(h, start, 0, hidden);
  const rows = [inner!, output, before].map((matrix) => part(matrix, step, 0, hidden)) as [View, View, View];
  return [
    [...each, rows[0], rows[1], now, rows[2]],
    [...each, ...parts(ofState, start, 3, hidden), now],
  ];
}

function plainStep({ hidden, forward }: Work, step: Step): [View[], View[]] {
  const { output, h, before } = forward;
  const sums = part(output, step, 0, hidden);
  const now = part(h, fromStart(step), 0, hidden);
  return [
    [sums, now, part(before, step, 0, hidden)],
    [sums, now],
  ];
}

/** Computes all steps. The matrices of `forward` hold the input's sums at first. */
function runSteps(work: Work, weightHh: Tensor, biasHh: Tensor | null): void {
  const { kind, hidden, steps, forward } = work;
  const { h, output, gates } = forward;
  const backend = backendOf(output);
  const width = gateCount[kind] * hidden;
  const turnedWeight = turned(weightHh);
  const ofState = kind === "GRU" ? allocate([h.shape[0]!, width], h.dtype) : null;
  for (const step of steps) {
    const start = fromStart(step);
    const state = part(h, start, 0, hidden);
    if (ofState === null)
      backend.matmul(part(gates ?? output, step, 0, width), state, turnedWeight, { accumulate: true });
    else
      backend.matmul(
        part(ofState, start, 0, width),
        state,
        turnedWeight,
        biasHh === null ? {} : { bias: biasHh },
      );
    const [outputs, inputs] =
      ofState !== null
        ? gruStep(work, step, ofState)
        : kind === "LSTM"
          ? lstmStep(work, step)
          : plainStep(work, step);
    backend.pointwiseAll(forwardOf[kind], h.dtype, outputs, inputs);
  }
}

/** A row-major tensor with the same elements, for itself alone. */
const own = (matrix: Tensor): Tensor => duplicate(matrix);

interface GradientsOfSums {
  /** Of the input's sums. */
  readonly input: Tensor;
  /** Of the state's sums: the same, but for a GRU. */
  readonly state: Tensor;
  readonly h: Tensor;
  readonly c: Tensor | null;
}

/** The gradient that arrived, or zeros. */
function arrived(grad: Tensor | null | undefined, like: readonly number[], { dtype }: Tensor): Tensor {
  return grad ?? allocateZeros(like, dtype);
}

/** Goes through the steps from the last computed to the first. */
function runBackward(context: LayerContext, grads: readonly (Tensor | null)[]): GradientsOfSums {
  const { kind, weight_hh, results, shapes } = context;
  const [output, , before, gates, inner] = results as readonly [Tensor, Tensor, Tensor, ...Tensor[]];
  const [rows, hidden] = output.shape as [number, number];
  const backend = backendOf(output);
  const width = gateCount[kind] * hidden;
  const gradOutput = arrived(grads[0], output.shape, output);
  const h = own(arrived(grads[1], shapes.h0, output));
  const c = kind === "LSTM" ? own(arrived(grads[5], shapes.h0, output)) : null;
  const sums = allocate([rows, width], output.dtype);
  const ofState = kind === "GRU" ? allocate([rows, width], output.dtype) : sums;
  for (const step of stepsInOrder(context).toReversed()) {
    const start = fromStart(step);
    const row = (matrix: Tensor): View => part(matrix, step, 0, hidden);
    const now = part(h, start, 0, hidden);
    const each = parts(sums, step, gateCount[kind], hidden);
    if (kind === "LSTM") {
      const nowC = part(c!, start, 0, hidden);
      const read = [...parts(gates!, step, 4, hidden), row(inner!), row(gradOutput), now, nowC];
      backend.pointwiseAll(backwardOf[kind], h.dtype, [...each, nowC], read);
    } else if (kind === "GRU") {
      const read = [...parts(gates!, step, 3, hidden), row(inner!), row(before), row(gradOutput), now];
      const written = [...each, ...parts(ofState, step, 3, hidden), now];
      backend.pointwiseAll(backwardOf[kind], h.dtype, written, read);
    } else backend.pointwiseAll(backwardOf[kind], h.dtype, each, [row(output), row(gradOutput), now]);
    backend.matmul(now, part(ofState, step, 0, width), weight_hh, { accumulate: kind === "GRU" });
  }
  return { input: sums, state: ofState, h, c };
}

type Wanted = Readonly<Partial<Record<"input" | "weight_ih" | "weight_hh" | "bias_ih" | "bias_hh", boolean>>>;

/** The sum of each column. */
const columns = (matrix: Tensor): Tensor => reduceDims("sum", matrix, [0], false);

/** The gradients of everything that a layer was given, without recording. */
function fusedGradients(
  grads: readonly (Tensor | null)[],
  context: LayerContext,
  wanted: Wanted,
): Record<string, Tensor | null> {
  const { input, weight_ih, results } = context;
  const sums = runBackward(context, grads);
  return {
    input: wanted.input ? product(sums.input, weight_ih) : null,
    weight_ih: wanted.weight_ih ? product(turned(sums.input), input) : null,
    weight_hh: wanted.weight_hh ? product(turned(sums.state), results[2]!) : null,
    bias_ih: wanted.bias_ih ? columns(sums.input) : null,
    bias_hh: wanted.bias_hh ? columns(sums.state) : null,
    h0: sums.h,
    c0: sums.c,
  };
}

/** Allocates the matrices of a call, with the input's sums where the steps find them. */
function prepare({ kind, h0, c0, input, weight_ih, bias_ih, bias_hh }: LayerContext, steps: Steps): Work {
  const hidden = h0.shape[1]!;
  const [rows, { dtype }] = [input.shape[0]!, input];
  const bias = kind === "GRU" ? bias_ih : joined(bias_ih, bias_hh);
  const sums = product(input, turned(weight_ih), bias);
  const plain = kind === "RNN_TANH" || kind === "RNN_RELU";
  const matrix = (): Tensor => allocate([rows, hidden], dtype);
  return {
    kind,
    hidden,
    steps: stepsInOrder(steps),
    forward: {
      output: plain ? sums : matrix(),
      h: own(h0),
      before: matrix(),
      gates: plain ? null : sums,
      inner: plain ? null : matrix(),
      c: c0 === null ? null : own(c0),
    },
  };
}

type LayerSignature = FunctionSignature<
  (
    input: Tensor,
    h0: Tensor,
    c0: Tensor | null,
    weight_ih: Tensor,
    weight_hh: Tensor,
    bias_ih: Tensor | null,
    bias_hh: Tensor | null,
    kind: RecurrentKind,
    sizes: readonly number[],
    reverse?: boolean,
  ) => Tensor[]
>;

const layerSample =
  (kind: RecurrentKind, counts: readonly number[], reverse: boolean, bias = true) =>
  (): readonly unknown[] => {
    const rows = counts.reduce((total, count) => total + count, 0);
    const width = gateCount[kind] * 2;
    const states = [sample([counts[0]!, 2], { seed: 1 }), sample([counts[0]!, 2], { seed: 2 })];
    const weights = [sample([width, 3], { seed: 3 }), sample([width, 2], { seed: 4 })];
    const biases = [5, 6].map((seed) => (bias ? sample([width], { seed }) : null));
    const cell = kind === "LSTM" ? states[1]! : null;
    return [sample([rows, 3]), states[0]!, cell, ...weights, ...biases, kind, counts, reverse];
  };

/**
 * A recurrent layer in one direction. Shapes: input `[rows, features]`, packed as `Steps` says; h0 and c0 `[batch, hidden]`; weights `[gates · hidden, features]` and `[gates · hidden,
 * hidden]`, biases `[gates · hidden]`. No size is 0. Results: the output `[rows, hidden]`, the last hidden state `[batch, hidden]`, then, without gradients, the hidden state before each row,
 * the gates, and what else is read backward; of an LSTM the last cell state at the end.
 *
 * Source: `torch.ops.aten.mkldnn_rnn_layer`, for all kinds.
 */
export const recurrentLayer: Operator<
  ByName<LayerSignature, "input, h0, c0?, weight_ih, weight_hh, bias_ih?, bias_hh?, kind, sizes, reverse?">
> = operator({
  name: "recurrent_layer",
  gradFn: ({ kind }) => (kind === "LSTM" ? "MkldnnRnnLayerBackward0" : "StackBackward0"),
  parameters: layerParameters,
  saves: ["input", "h0", "c0", "weight_ih", "weight_hh", "bias_ih", "bias_hh", "result"],
  forward: (args) => {
    // The forward reads arguments only, which the context begins with.
    const work = prepare(args as LayerContext, args);
    runSteps(work, args.weight_hh, args.bias_hh);
    const { output, h, before, gates, inner, c } = work.forward;
    return [output, h, before, gates, inner, c].filter((result) => result !== null);
  },
  nonDifferentiable: [2, 3, 4],
  jointVjp: (grads, context, wanted) =>
    is_grad_enabled()
      ? differentiableGradients([grads[0]!, grads[1]!, grads[5] ?? null], context, context, wanted)
      : fusedGradients(grads, context, wanted),
  samples: [
    layerSample("LSTM", [2, 2], false),
    layerSample("LSTM", [2, 1], true, false),
    layerSample("GRU", [2, 1, 1], false),
    layerSample("GRU", [2, 1], true),
    layerSample("RNN_TANH", [2, 1], true),
    layerSample("RNN_RELU", [1, 1], false),
  ],
});
