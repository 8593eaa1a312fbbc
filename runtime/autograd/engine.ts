/** Runs a computation graph backward. Source: `torch/csrc/autograd/engine.cpp`. */
import { RuntimeError } from "../errors/runtimeError.ts";
import { add } from "../ops/arithmetic.ts";
import { sumToShape } from "../ops/reduction.ts";
import { formatShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { withGradMode } from "./modes.ts";
import { AccumulateGrad, edgeOf, type Edge, type Node, type TensorFacts } from "./node.ts";

/** What a run is asked to do. */
export interface BackwardOptions {
  /** Keep what the functions saved, for another run. `create_graph` when not given. */
  readonly retainGraph: boolean;
  /** Record the run itself, for derivatives of derivatives. */
  readonly createGraph: boolean;
}

/** A tensor to start from, with the gradient of whatever it leads to. */
export interface Root {
  readonly tensor: Tensor;
  readonly grad: Tensor;
}

/** Brings a gradient to the shape and dtype of the tensor that it belongs to: this is where broadcasting is undone, and nowhere else. */
function fit(grad: Tensor, facts: TensorFacts): Tensor {
  const summed = sameShape(grad.shape, facts.shape) ? grad : sumToShape(grad, facts.shape);
  return summed.dtype === facts.dtype ? summed : summed.to({ dtype: facts.dtype });
}

/** All functions behind the roots, the latest first: each comes after everything that its gradient depends on. */
function schedule(roots: readonly Edge[]): Node[] {
  const found = new Set<Node>();
  const stack: (Edge | null)[] = [...roots];
  while (stack.length > 0) {
    const edge = stack.pop()!;
    if (edge === null || edge instanceof AccumulateGrad || found.has(edge)) continue;
    found.add(edge);
    stack.push(...edge.edges);
  }
  return [...found].toSorted((a, b) => b.sequence - a.sequence);
}

/** Functions through which a gradient reaches one of `targets`; with no targets, all. */
function needed(order: readonly Node[], targets: ReadonlySet<Edge> | null): ReadonlySet<Node> {
  if (targets === null) return new Set(order);
  const result = new Set<Node>();
  for (const node of order.toReversed()) {
    const leads = node.edges.some(
      (edge) =>
        edge !== null && (targets.has(edge) || (!(edge instanceof AccumulateGrad) && result.has(edge))),
    );
    if (leads) result.add(node);
  }
  return result;
}

/** The gradients that have arrived so far. */
class Arrivals {
  readonly #grads = new Map<Edge, Tensor>();

  add(edge: Edge, grad: Tensor): void {
    const before = this.#grads.get(edge);
    this.#grads.set(edge, before === undefined ? grad : add(before, grad));
  }

  get(edge: Edge): Tensor | undefined {
    return this.#grads.get(edge);
  }

  set(edge: Edge, grad: Tensor): void {
    this.#grads.set(edge, grad);
  }

  *leaves(): Generator<[AccumulateGrad, Tensor]> {
    for (const [edge, grad] of this.#grads) if (edge instanceof AccumulateGrad) yield [edge, grad];
  }
}

function runHooks(hooks: Node["hooks"], grad: Tensor): Tensor {
  return hooks.reduce<Tensor>((current, hook) => hook(current) ?? current, grad);
}

/** Passes each function's gradients on to its inputs. */
function propagate(
  order: readonly Node[],
  wanted: ReadonlySet<Node>,
  arrivals: Arrivals,
  options: BackwardOptions,
): void {
  for (const node of order) {
    const arrived = arrivals.get(node);
    if (arrived === undefined) continue;
    const grad = runHooks(node.hooks, arrived);
    arrivals.set(node, grad);
    for (const tensor of node.retained) accumulate(tensor, grad, options);
    if (!wanted.has(node)) continue;
    const results = node.apply(grad);
    for (const [position, edge] of node.edges.entries()) {
      const result = results[position];
      if (edge !== null && result) arrivals.add(edge, fit(result, node.inputs[position]!));
    }
    if (!options.retainGraph) node.release();
  }
}

/** Adds to a tensor's `grad`. Without `create_graph` the sum is made outside of recording. */
function accumulate(tensor: Tensor, grad: Tensor, { createGraph }: BackwardOptions): void {
  if (tensor.grad === null) tensor.grad = createGraph ? grad.clone() : grad.detach().clone();
  // As in PyTorch, whoever holds `tensor.grad` sees it grow.
  else if (!createGraph) tensor.grad.add_(grad);
  else tensor.grad = add(tensor.grad, grad);
}

function run(roots: readonly Root[], targets: ReadonlySet<Edge> | null, options: BackwardOptions): Arrivals {
  const arrivals = new Arrivals();
  const edges = roots.map(({ tensor, grad }) => {
    const edge = edgeOf(tensor)!;
    arrivals.add(edge, grad);
    return edge;
  });
  const order = schedule(edges);
  withGradMode(options.createGraph, () => propagate(order, needed(order, targets), arrivals, options));
  return arrivals;
}

/** The gradient to start from: as given, or 1 for a single element. */
function rootOf(tensor: Tensor, grad: Tensor | null, position: number): Root {
  if (!tensor.requires_grad)
    throw new RuntimeError(
      `element ${position} of tensors does not require grad and does not have a grad_fn: nothing was recorded for it. Make an input with {requires_grad: true}, and compute outside of torch.no_grad().`,
    );
  if (grad === null) {
    if (tensor.numel() !== 1)
      throw new RuntimeError(
        `grad can be implicitly created only for scalar outputs: this tensor has shape ${formatShape(tensor.shape)}. Reduce it first, for example with .sum() or .mean(), or pass a gradient of that shape.`,
      );
    return {
      tensor,
      grad: withGradMode(false, () => tensor.detach().mul(0).add(1).to({ dtype: tensor.dtype })),
    };
  }
  if (!sameShape(grad.shape, tensor.shape))
    throw new RuntimeError(
      `Mismatch in shape: grad_output[${position}] has a shape of ${formatShape(grad.shape)} and output[${position}] has a shape of ${formatShape(tensor.shape)}. They must be the same.`,
    );
  return { tensor, grad };
}

/**
 * Adds the gradients of `tensors` to the leaves behind them.
 *
 * @throws RuntimeError when a tensor has no history, a gradient is missing or misshapen, or the graph was freed.
 */
export function runBackward(
  tensors: readonly Tensor[],
  grads: readonly (Tensor | null)[],
  options: BackwardOptions,
): void {
  const roots = tensors.map((tensor, position) => rootOf(tensor, grads[position] ?? null, position));
  const arrivals = run(roots, null, options);
  withGradMode(options.createGraph, () => {
    for (const [leaf, grad] of arrivals.leaves())
      accumulate(leaf.variable, runHooks(leaf.variable.hooks, grad), options);
  });
}

/**
 * The gradients of `outputs` with respect to `inputs`; `null` for an input that they do not depend on. No `grad` is touched.
 *
 * @throws RuntimeError as `runBackward`, and when an input does not require grad.
 */
export function gradientsOf(
  outputs: readonly Tensor[],
  inputs: readonly Tensor[],
  grads: readonly (Tensor | null)[],
  options: BackwardOptions,
): (Tensor | null)[] {
  const roots = outputs.map((tensor, position) => rootOf(tensor, grads[position] ?? null, position));
  const targets = inputs.map((tensor) => {
    const edge = edgeOf(tensor);
    if (edge === null)
      throw new RuntimeError(
        `One of the differentiated Tensors does not require grad: an input of shape ${formatShape(tensor.shape)}. Make it with {requires_grad: true} before it is used.`,
      );
    return edge;
  });
  const arrivals = run(roots, new Set(targets), options);
  return targets.map((edge) => arrivals.get(edge) ?? null);
}
