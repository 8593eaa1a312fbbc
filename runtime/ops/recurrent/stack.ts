/** Layers upon layers, in one direction or both. Source: `aten/src/ATen/native/RNN.cpp`. */
import { cpu } from "../../device.ts";
import { float32, float64 } from "../../dtype.ts";
import { RuntimeError } from "../../errors/runtimeError.ts";
import { numel } from "../../shape.ts";
import type { Tensor } from "../../tensor.ts";
import { dropout as dropoutOf } from "../networks/dropout.ts";
import { cat, stack } from "../shaping/joining.ts";
import { select } from "../shaping/slicing.ts";
import { reshape, transpose } from "../shaping/view.ts";
import { differentiableLayer, type LayerInputs, type LayerResult } from "./differentiable.ts";
import { recurrentLayer } from "./fusedLayer.ts";
import { gateCount, type LayerWeights, type RecurrentKind, type State, type Steps } from "./kinds.ts";

/** What `torch.lstm` and its like are told besides tensors. */
export interface StackOptions {
  readonly kind: RecurrentKind;
  readonly has_biases: boolean;
  readonly num_layers: number;
  readonly dropout: number;
  readonly train: boolean;
  readonly bidirectional: boolean;
}

/** The states of all layers and directions, `[layers · directions, batch, …]`. */
export type StackState = State<Tensor>;

/** What a network computes. */
export interface StackResult {
  /** `[rows, directions · state]`. */
  readonly output: Tensor;
  readonly state: StackState;
}

/** @throws RuntimeError when the weights are not those of the layers and directions. */
function weightsOf(
  params: readonly Tensor[],
  options: StackOptions,
  projected: boolean,
): LayerWeights<Tensor>[] {
  const { has_biases, num_layers, bidirectional } = options;
  const each = 2 + (has_biases ? 2 : 0) + (projected ? 1 : 0);
  const count = num_layers * (bidirectional ? 2 : 1);
  if (params.length !== each * count)
    throw new RuntimeError(
      `expected ${each * count} weights, ${each} for each of ${num_layers} layers${bidirectional ? " and 2 directions" : ""}, got ${params.length}: w_ih, w_hh${has_biases ? ", b_ih, b_hh" : ""}${projected ? ", w_hr" : ""} of each.`,
    );
  return Array.from({ length: count }, (_, index) => {
    const own = params.slice(index * each, (index + 1) * each);
    return {
      weight_ih: own[0]!,
      weight_hh: own[1]!,
      bias_ih: has_biases ? own[2]! : null,
      bias_hh: has_biases ? own[3]! : null,
      weight_hr: projected ? own[each - 1]! : null,
    };
  });
}

/** @throws RuntimeError when a layer's input has other features than its weights take. */
function checkFeatures(
  { shape }: Tensor,
  { weight_ih, weight_hh }: LayerWeights<Tensor>,
  kind: RecurrentKind,
): void {
  if (shape[1] !== weight_ih.shape[1])
    throw new RuntimeError(
      `mat1 and mat2 shapes cannot be multiplied (${shape.join("x")} and ${weight_ih.shape.toReversed().join("x")}): the input has ${shape[1]} features, the ${kind}'s weights take ${weight_ih.shape[1]}.`,
    );
  if (weight_ih.shape[0] !== weight_hh.shape[0])
    throw new RuntimeError(
      `the weights of the input and of the state belong to different layers: ${weight_ih.shape[0]} and ${weight_hh.shape[0]} rows, ${gateCount[kind]} for each hidden number.`,
    );
}

/** Whether the kernels compute a layer: elsewhere single operators do. */
function isFusable({ input, weight_hr, ...others }: LayerInputs): boolean {
  if (weight_hr !== null || input.device !== cpu || numel(input.shape) === 0) return false;
  if (input.dtype !== float32 && input.dtype !== float64) return false;
  for (const tensor of Object.values(others))
    if (tensor !== null && tensor.dtype !== input.dtype) return false;
  return true;
}

function runLayer(kind: RecurrentKind, inputs: LayerInputs, steps: Steps): LayerResult {
  if (!isFusable(inputs)) return differentiableLayer(kind, inputs, steps);
  const { input, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh } = inputs;
  const results = recurrentLayer(
    input,
    h0,
    c0,
    weight_ih,
    weight_hh,
    bias_ih,
    bias_hh,
    kind,
    steps.sizes,
    steps.reverse,
  );
  return { output: results[0]!, state: { h: results[1]!, c: results[5] ?? null } };
}

/** Runs all layers over packed data `[rows, features]`; `sizes` says how many rows each step has. */
export function runPacked(
  data: Tensor,
  state: StackState,
  params: readonly Tensor[],
  options: StackOptions,
  sizes: readonly number[],
): StackResult {
  const { kind, num_layers, bidirectional } = options;
  const projected = state.c !== null && state.h.size(-1) !== state.c.size(-1);
  const weights = weightsOf(params, options, projected);
  const directions = bidirectional ? 2 : 1;
  let output = data;
  const states: State<Tensor>[] = [];
  for (let layer = 0; layer < num_layers; layer++) {
    const input = output;
    const results = Array.from({ length: directions }, (_, direction) => {
      const index = layer * directions + direction;
      checkFeatures(input, weights[index]!, kind);
      const c0 = state.c === null ? null : select(state.c, 0, index);
      const inputs = { input, h0: select(state.h, 0, index), c0, ...weights[index]! };
      return runLayer(kind, inputs, { sizes, reverse: direction === 1 });
    });
    states.push(...results.map((result) => result.state));
    output = bidirectional
      ? cat(
          results.map((result) => result.output),
          1,
        )
      : results[0]!.output;
    if (options.dropout > 0 && options.train && layer < num_layers - 1)
      output = dropoutOf(output, options.dropout);
  }
  return {
    output,
    state: {
      h: stack(
        states.map(({ h }) => h),
        0,
      ),
      c:
        state.c === null
          ? null
          : stack(
              states.map(({ c }) => c!),
              0,
            ), // all layers have one then
    },
  };
}

/**
 * Runs all layers over `[sequence, batch, features]`, or with `batchFirst` the batch first.
 *
 * @throws RuntimeError when the sequence is empty, or weights and input do not fit.
 */
export function runPadded(
  input: Tensor,
  state: StackState,
  params: readonly Tensor[],
  options: StackOptions,
  batchFirst: boolean,
): StackResult {
  const ordered = batchFirst ? transpose(input, 0, 1) : input;
  const [length, batch, features] = ordered.shape as [number, number, number];
  if (length === 0)
    throw new RuntimeError(
      "Expected sequence length to be larger than 0 in RNN: the input has no step. Dimensions are [sequence, batch, features], with batch_first [batch, sequence, features].",
    );
  const data = reshape(ordered, [length * batch, features]);
  const sizes = Array<number>(length).fill(batch);
  const result = runPacked(data, state, params, options, sizes);
  const output = reshape(result.output, [length, batch, result.output.size(-1)]);
  return { output: batchFirst ? transpose(output, 0, 1) : output, state: result.state };
}
