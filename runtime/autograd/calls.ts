/** How users start a run of the engine: `torch.autograd.grad` and `backward`, `Tensor.backward`. Source: `torch/autograd/__init__.py`. */
import { binderFor, type Binder } from "../binder.ts";
import { bind } from "../binding.ts";
import { zeros_like } from "../create.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { ValueError } from "../errors/valueError.ts";
import { stack } from "../ops/shaping/joining.ts";
import { select } from "../ops/shaping/slicing.ts";
import type { ArgumentsOf, Parameter } from "../parameters.ts";
import { formatShape, sameShape } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { gradientsOf, runBackward, type BackwardOptions } from "./engine.ts";
import { AccumulateGrad, edgeOf } from "./node.ts";

/** One tensor, or several. */
export type OneOrMany = Tensor | readonly Tensor[];
/** The gradient of one tensor, or of several; `null` where it is 1. */
export type OneOrManyGrads = Tensor | null | readonly (Tensor | null)[];

/** What `torch.autograd.backward` takes by name. */
export interface BackwardArguments {
  /** The gradient of whatever each tensor leads to; needed for tensors of several elements. */
  readonly grad_tensors?: OneOrManyGrads;
  /** Keep the graph for another backward. As `create_graph` unless given. */
  readonly retain_graph?: boolean | null;
  /** Record the run itself, for derivatives of derivatives. */
  readonly create_graph?: boolean;
  /** Add to the gradients of these tensors only. */
  readonly inputs?: OneOrMany | null;
}

/** What `Tensor.backward` takes by name. */
export interface TensorBackwardArguments extends Omit<BackwardArguments, "grad_tensors"> {
  /** The gradient of whatever this tensor leads to; needed unless it has one element. */
  readonly gradient?: Tensor | null;
}

/** What `torch.autograd.grad` takes by name. */
export interface GradOptions {
  /** The gradient of whatever each output leads to; needed for outputs of several elements. */
  readonly grad_outputs?: OneOrManyGrads;
  /** Keep the graph for another run. As `create_graph` unless given. */
  readonly retain_graph?: boolean | null;
  /** Record the run itself, for derivatives of derivatives. */
  readonly create_graph?: boolean;
  /** Ignored; PyTorch has it from before `backward` could be told its inputs. */
  readonly only_inputs?: boolean;
  /** Give `null` for an input that the outputs do not depend on, instead of an error. */
  readonly allow_unused?: boolean | null;
  /** Whether `grad_outputs` have a first dimension more, along which each slice is a run of its own. */
  readonly is_grads_batched?: boolean;
  /** Give zeros for an input that the outputs do not depend on. */
  readonly materialize_grads?: boolean;
}

const someTensors: Parameter<readonly Tensor[]> = {
  expects: "a Tensor or an array of Tensors",
  convert: (value) => {
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.every((item) => item instanceof Tensor) ? list : undefined;
  },
};

const inputsToFill: Parameter<readonly Tensor[] | null> = {
  ...someTensors,
  expects: "a Tensor, an array of Tensors, or null",
  fallback: null,
  convert: (value) => (value === null ? null : someTensors.convert(value)),
};

const someGradients: Parameter<readonly (Tensor | null)[] | null> = {
  expects: "a Tensor, an array of Tensors and nulls, or null",
  fallback: null,
  convert: (value) => {
    if (value === null) return null;
    const list: readonly unknown[] = Array.isArray(value) ? value : [value];
    return list.every((item): item is Tensor | null => item === null || item instanceof Tensor)
      ? list
      : undefined;
  },
};

const oneGradient: Parameter<Tensor | null> = {
  expects: "a Tensor or null",
  fallback: null,
  convert: (value) => (value === null || value instanceof Tensor ? value : undefined),
};

const optionalFlag: Parameter<boolean | null> = {
  expects: "true, false or null",
  fallback: null,
  convert: (value) => (value === null || typeof value === "boolean" ? value : undefined),
};

const off: Parameter<boolean> = {
  expects: "true or false",
  fallback: false,
  convert: (value) => (typeof value === "boolean" ? value : undefined),
};

/** Without the arguments at the end that were not given, so that keywords come last. */
function trimmed(args: readonly unknown[]): readonly unknown[] {
  return args.slice(0, args.findLastIndex((value) => value !== undefined) + 1);
}

/** The gradients to start from, one for each tensor. @throws RuntimeError when there are more or fewer. */
function matched(
  tensors: readonly Tensor[],
  grads: readonly (Tensor | null)[] | null,
): readonly (Tensor | null)[] {
  if (grads === null) return tensors.map(() => null);
  if (grads.length !== tensors.length)
    throw new RuntimeError(
      `got ${tensors.length} tensors and ${grads.length} gradients: give one gradient for each tensor, or null where it is 1.`,
    );
  return grads;
}

function optionsOf(retain: boolean | null, create: boolean): BackwardOptions {
  return { createGraph: create, retainGraph: retain ?? create };
}

/** Runs backward into all leaves, or into `inputs`. */
function fill(
  tensors: readonly Tensor[],
  grads: readonly (Tensor | null)[] | null,
  { retain_graph, create_graph, inputs }: Omit<ArgumentsOf<typeof tensorBackwardParameters>, "gradient">,
): void {
  if (inputs?.length === 0)
    throw new RuntimeError(
      "`inputs` argument to `backward()` cannot be empty: name the tensors whose gradients are wanted, or leave it out for all leaves.",
    );
  for (const input of inputs ?? []) keepGradient(input);
  runBackward(tensors, matched(tensors, grads), optionsOf(retain_graph, create_graph), inputs);
}

const backwardParameters = {
  tensors: someTensors,
  grad_tensors: someGradients,
  retain_graph: optionalFlag,
  create_graph: off,
  inputs: inputsToFill,
} as const;

/**
 * Adds the gradients of several tensors to the leaves behind them.
 *
 * `torch.autograd.backward([y, z], [dy, dz])`, `torch.autograd.backward(loss, {retain_graph: true})`.
 *
 * @throws RuntimeError as `Tensor.backward`.
 * Source: `torch.autograd.backward`.
 */
export function backward(
  tensors: OneOrMany,
  grad_tensors?: OneOrManyGrads | BackwardArguments,
  retain_graph?: boolean | null | BackwardArguments,
  create_graph?: boolean | BackwardArguments,
  inputs?: OneOrMany | null | BackwardArguments,
): void {
  const given = bind(
    "backward",
    backwardParameters,
    trimmed([tensors, grad_tensors, retain_graph, create_graph, inputs]),
  );
  fill(given.tensors, given.grad_tensors, given);
}

const tensorBackwardParameters = {
  gradient: oneGradient,
  retain_graph: optionalFlag,
  create_graph: off,
  inputs: inputsToFill,
} as const;

let bindTensorBackward: Binder<typeof tensorBackwardParameters> | null = null;

/** `Tensor.backward`. */
export function backwardFrom(tensor: Tensor, args: readonly unknown[]): void {
  const given = (bindTensorBackward ??= binderFor("backward", tensorBackwardParameters))(args);
  fill([tensor], [given.gradient], given);
}

const gradParameters = {
  outputs: someTensors,
  inputs: someTensors,
  grad_outputs: someGradients,
  retain_graph: optionalFlag,
  create_graph: off,
  only_inputs: { ...off, fallback: true },
  allow_unused: optionalFlag,
  is_grads_batched: off,
  materialize_grads: off,
} as const;

/** What `torch.autograd.grad` takes when everything has its name. */
type GradArguments = GradOptions & { readonly outputs: OneOrMany; readonly inputs: OneOrMany };

/**
 * The gradients of `outputs` with respect to `inputs`, one for each input. No tensor's `grad` is touched.
 *
 * `const [dx] = torch.autograd.grad(y, x, {create_graph: true})`.
 *
 * @throws RuntimeError when an input was not used (see `allow_unused`), does not require grad, or backward would throw.
 * Source: `torch.autograd.grad`.
 */
export function grad(all: GradArguments): Tensor[];
export function grad(
  outputs: OneOrMany,
  inputs: OneOrMany,
  grad_outputs?: OneOrManyGrads | GradOptions,
  retain_graph?: boolean | null | GradOptions,
  create_graph?: boolean | GradOptions,
  only_inputs?: boolean | GradOptions,
  allow_unused?: boolean | null | GradOptions,
  is_grads_batched?: boolean | GradOptions,
  materialize_grads?: boolean | GradOptions,
): Tensor[];
export function grad(...args: readonly unknown[]): Tensor[] {
  const given = bind("grad", gradParameters, trimmed(args));
  if (given.materialize_grads && given.allow_unused === false)
    throw new ValueError(
      "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False. Leave one of the two out.",
    );
  if (given.inputs.length === 0)
    throw new RuntimeError(
      "`inputs` argument to `grad()` cannot be empty: name the tensors whose gradients are wanted.",
    );
  const options = optionsOf(given.retain_graph, given.create_graph);
  const grads = matched(given.outputs, given.grad_outputs);
  const found = given.is_grads_batched
    ? batchedGradients(given.outputs, given.inputs, grads, options)
    : gradientsOf(given.outputs, given.inputs, grads, options);
  const result = found.map((value, position) =>
    value === null && given.materialize_grads ? zeros_like(given.inputs[position]!) : value,
  );
  const unused = result.indexOf(null);
  if (!given.allow_unused && unused >= 0)
    throw new RuntimeError(
      `The differentiated Tensor at index ${unused} appears to not have been used in the graph. Set {allow_unused: true} if this is the desired behavior.`,
    );
  // With `allow_unused` the caller has asked for nulls among the gradients.
  return result as Tensor[];
}

/** A run for each slice of the gradients along their first dimension; the results have that dimension too. */
function batchedGradients(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  grads: readonly (Tensor | null)[],
  options: BackwardOptions,
): (Tensor | null)[] {
  grads.forEach((value, position) => {
    const { shape } = outputs[position]!;
    if (value !== null && !(value.ndim > 0 && sameShape(value.shape.slice(1), shape)))
      throw new RuntimeError(
        `If \`is_grads_batched=True\`, we interpret the first dimension of each grad_output as the batch dimension. The sizes of the remaining dimensions are expected to match the shape of corresponding output, but a mismatch was detected: grad_output[${position}] has a shape of ${formatShape(value.shape)} and output[${position}] has a shape of ${formatShape(shape)}.`,
      );
  });
  const count = grads.find((value) => value !== null)?.size(0) ?? 1;
  const runs = Array.from({ length: count }, (_, i) =>
    gradientsOf(
      outputs,
      inputs,
      grads.map((value) => value && (select(value, 0, i) as Tensor)),
      { ...options, retainGraph: options.retainGraph || i < count - 1 },
    ),
  );
  return inputs.map((_, position) => {
    const slices = runs.map((run) => run[position]!);
    return slices.includes(null as never) ? null : stack(slices); // where one run finds no gradient, none does
  });
}

/** Keeps the gradient of a tensor, also where it is not a leaf. @throws RuntimeError for one that requires no grad. */
export function keepGradient(tensor: Tensor): void {
  const edge = edgeOf(tensor);
  if (edge === null)
    throw new RuntimeError(
      "can't retain_grad on Tensor that has requires_grad=False: nothing was recorded for it. Make an input with {requires_grad: true} first.",
    );
  if (!(edge instanceof AccumulateGrad) && !edge.retained?.includes(tensor))
    (edge.retained ??= []).push(tensor);
}

/**
 * What tensors that autograd follows were called before PyTorch 0.4: a tensor of the same elements, that requires grad if asked to.
 *
 * Source: `torch.autograd.Variable`.
 */
export function Variable(
  data: Tensor,
  requires_grad: boolean | { readonly requires_grad?: boolean } = false,
): Tensor {
  const wanted = typeof requires_grad === "boolean" ? requires_grad : (requires_grad.requires_grad ?? false);
  return data.detach().requires_grad_(wanted);
}
