/** One direction of one recurrent layer by differentiable operators: for derivatives of derivatives, projections, and where there is no kernel. */
import { grad } from "../../autograd/calls.ts";
import type { Tensor } from "../../tensor.ts";
import { linear } from "../linalg/matmul.ts";
import { cat } from "../shaping/joining.ts";
import { narrow } from "../shaping/slicing.ts";
import { view } from "../shaping/view.ts";
import { cellStep } from "./cellSteps.ts";
import { stepsInOrder, type LayerWeights, type RecurrentKind, type State, type Steps } from "./kinds.ts";

/** What a layer is given. */
export interface LayerInputs extends LayerWeights<Tensor> {
  readonly input: Tensor;
  readonly h0: Tensor;
  readonly c0: Tensor | null;
}

/** The output of all rows, and the state in the end. */
export interface LayerResult {
  readonly output: Tensor;
  readonly state: State<Tensor>;
}

const each = (state: State<Tensor>, change: (tensor: Tensor) => Tensor): State<Tensor> => ({
  h: change(state.h),
  c: state.c === null ? null : change(state.c),
});

const below = (upper: State<Tensor>, lower: State<Tensor>): State<Tensor> => ({
  h: cat([upper.h, lower.h], 0),
  c: upper.c === null ? null : cat([upper.c, lower.c!], 0), // both are of one kind
});

/** Rows of a state. */
const rowsOf = (state: State<Tensor>, first: number, count: number): State<Tensor> =>
  each(state, (tensor) => narrow(tensor, 0, first, count));

/** Computes a layer in one direction: see `recurrentLayer`, and `LayerWeights` for a projection. */
export function differentiableLayer(kind: RecurrentKind, inputs: LayerInputs, steps: Steps): LayerResult {
  const sums = linear(inputs.input, inputs.weight_ih, inputs.bias_ih);
  const first: State<Tensor> = { h: inputs.h0, c: inputs.c0 };
  let count = stepsInOrder(steps)[0]!.count;
  let state = rowsOf(first, 0, count);
  /** Of sequences that have come to their end, the shortest first. */
  const finished: State<Tensor>[] = [];
  const outputs: Tensor[] = [];
  for (const step of stepsInOrder(steps)) {
    if (step.count < count) {
      finished.push(rowsOf(state, step.count, count - step.count));
      state = rowsOf(state, 0, step.count);
    } else if (step.count > count) state = below(state, rowsOf(first, count, step.count - count));
    count = step.count;
    state = cellStep[kind](narrow(sums, 0, step.first, count), state, inputs);
    outputs.push(state.h);
  }
  return {
    output: cat(steps.reverse ? outputs.toReversed() : outputs, 0),
    state: finished.reduceRight(below, state),
  };
}

const names = ["input", "h0", "c0", "weight_ih", "weight_hh", "bias_ih", "bias_hh"] as const;

/** The gradients of a layer's inputs, recorded, from those of its output and of its state in the end. */
export function differentiableGradients(
  grads: readonly [output: Tensor | null, h: Tensor | null, c: Tensor | null],
  inputs: Omit<LayerInputs, "weight_hr"> & { readonly kind: RecurrentKind },
  steps: Steps,
  wanted: Readonly<Partial<Record<(typeof names)[number], boolean>>>,
): Record<string, Tensor | null> {
  // Views, from which on the graph is looked through: what lies behind the layer's inputs is none of its business.
  const seen = Object.fromEntries(
    names.map((name) => [name, inputs[name] === null ? null : view(inputs[name], inputs[name].shape)]),
  ) as Record<(typeof names)[number], Tensor | null>;
  const { output, state } = differentiableLayer(
    inputs.kind,
    { ...(seen as unknown as LayerInputs), weight_hr: null }, // what was given is there
    steps,
  );
  const results = [output, state.h, state.c].flatMap((result, index): [Tensor, Tensor][] => {
    const arrived = grads[index] ?? null;
    return result === null || arrived === null ? [] : [[result, arrived]];
  });
  const targets = names.filter((name) => wanted[name] && seen[name] !== null);
  const gradients = grad(
    results.map(([result]) => result),
    targets.map((name) => seen[name]!),
    { grad_outputs: results.map(([, arrived]) => arrived), create_graph: true, allow_unused: true },
  );
  return Object.fromEntries(targets.map((name, index) => [name, gradients[index]!]));
}
