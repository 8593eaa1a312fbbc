/** Runs a computation graph backward. Source: `torch/csrc/autograd/engine.cpp`. */
import { writeElement } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { E, input } from "../expression.ts";
import { add } from "../ops/arithmetic.ts";
import { sumToShape } from "../ops/reduction.ts";
import { closeScope, disownSince, enterScopes, leaveScopes, openScope } from "../scope.ts";
import { allocate, duplicate, elementwise, elementwiseInto } from "../settle.ts";
import { formatShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { swapGradMode } from "./modes.ts";
import { AccumulateGrad, edgeOf, Output, type Edge, type Hook, type Node, type TensorFacts } from "./node.ts";
import { OwnedGradients } from "./ownership.ts";

const sum = E.add(input(0), input(1));

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

function nodeOf(edge: Node | Output): Node {
  return edge instanceof Output ? edge.node : edge;
}

/** Functions through which a gradient reaches one of `targets`; `order` has the latest first. */
function needed(order: readonly Node[], targets: ReadonlySet<Edge>): ReadonlySet<Node> {
  const result = new Set<Node>();
  for (const node of order.toReversed()) {
    const leads = node.edges.some(
      (edge) =>
        edge !== null &&
        (targets.has(edge) || (!(edge instanceof AccumulateGrad) && result.has(nodeOf(edge)))),
    );
    if (leads) result.add(node);
  }
  return result;
}

function runHooks(hooks: readonly Hook[], grad: Tensor): Tensor {
  return hooks.reduce<Tensor>((current, hook) => hook(current) ?? current, grad);
}

/** Adds to a tensor's `grad`. Without `create_graph` the sum is made outside of recording. */
function accumulate(tensor: Tensor, grad: Tensor, { createGraph }: BackwardOptions): void {
  if (tensor.grad === null) tensor.grad = createGraph ? grad.clone() : duplicate(grad);
  // As in PyTorch, whoever holds `tensor.grad` sees it grow.
  else if (!createGraph) tensor.grad.add_(grad);
  else tensor.grad = add(tensor.grad, grad);
}

let runs = 0;

/** One run of the engine: what it visits, and what has arrived where. */
class Run {
  readonly #id = ++runs;
  readonly #options: BackwardOptions;
  /** `null` where the run itself is recorded: then its gradients are saved for the next one. */
  readonly #owned: OwnedGradients | null;
  /** All functions behind the roots. */
  readonly #nodes: Node[] = [];
  /** Those of their results that are not the first. */
  readonly #outputs: Output[] = [];
  readonly #leaves: AccumulateGrad[] = [];
  /** What had arrived for a run that this one interrupts, from inside a hook or a derivative. */
  readonly #interrupted: { readonly edge: Edge; readonly visitedBy: number; readonly grad: Tensor }[] = [];

  constructor(options: BackwardOptions) {
    this.#options = options;
    this.#owned = options.createGraph ? null : new OwnedGradients();
  }

  /** Begins at a root with the gradient of whatever it leads to. */
  begin(root: Edge, grad: Tensor): void {
    this.#explore(root);
    root.arrived = root.arrived === null ? grad : add(root.arrived, grad);
  }

  #explore(root: Edge): void {
    if (root.visitedBy === this.#id) return;
    const stack: Edge[] = [root];
    while (stack.length > 0) {
      const edge = stack.pop()!;
      if (edge.visitedBy === this.#id) continue;
      this.#clear(edge);
      if (edge instanceof AccumulateGrad) this.#leaves.push(edge);
      else if (edge instanceof Output) stack.push(edge.node);
      else {
        this.#nodes.push(edge);
        for (const output of edge.others ?? []) if (output !== null) this.#clear(output);
        for (const next of edge.edges) if (next !== null && next.visitedBy !== this.#id) stack.push(next);
      }
    }
  }

  /** Nothing has arrived here in this run; what had arrived in another one is remembered. */
  #clear(edge: Edge): void {
    if (edge.visitedBy === this.#id) return;
    if (edge.arrived !== null)
      this.#interrupted.push({ edge, visitedBy: edge.visitedBy, grad: edge.arrived });
    edge.visitedBy = this.#id;
    edge.arrived = null;
    edge.summed = false;
    if (edge instanceof Output) this.#outputs.push(edge);
  }

  /** The functions, the latest first: each comes after everything that its gradient depends on. */
  #order(): readonly Node[] {
    const nodes = this.#nodes;
    for (let i = 1; i < nodes.length; i++)
      if (nodes[i - 1]!.sequence < nodes[i]!.sequence)
        return nodes.toSorted((a, b) => b.sequence - a.sequence);
    return nodes;
  }

  /** Passes each function's gradient on to its inputs. With targets, only through functions that lead to one. */
  propagate(targets: ReadonlySet<Edge> | null): void {
    const order = this.#order();
    const wanted = targets === null ? null : needed(order, targets);
    for (const node of order) {
      const grads = this.#receiveAll(node, targets);
      if (grads === null) continue;
      if (wanted === null || wanted.has(node)) {
        this.#apply(node, grads);
        if (!this.#options.retainGraph) node.release();
      }
      for (const each of grads) if (each !== null) this.#owned?.drop(each);
    }
  }

  /** Takes what has arrived at a function's result, and leaves it there where it is wanted. */
  #receive(at: Node | Output, arrived: Tensor, targets: ReadonlySet<Edge> | null): Tensor {
    const grad = this.#show(at, arrived);
    const isTarget = targets !== null && targets.has(at);
    if (isTarget) this.#owned?.disown(grad);
    at.arrived = isTarget ? grad : null;
    return grad;
  }

  /** The gradients of all results of a function; `null` when none has arrived. */
  #receiveAll(node: Node, targets: ReadonlySet<Edge> | null): readonly (Tensor | null)[] | null {
    const first = node.arrived === null ? null : this.#receive(node, node.arrived, targets);
    if (node.others === null) return first === null ? null : [first];
    const grads = [first];
    for (const output of node.others) {
      const arrived = output?.arrived ?? null;
      grads.push(arrived === null ? null : this.#receive(output!, arrived, targets));
    }
    return grads.some((grad) => grad !== null) ? grads : null;
  }

  /** Lets hooks see a gradient, and keeps it where somebody asked for that. */
  #show({ hooks, retained }: Node | Output, arrived: Tensor): Tensor {
    if (hooks === null && retained === null) return arrived;
    this.#owned?.disown(arrived);
    const grad = hooks === null ? arrived : runHooks(hooks, arrived);
    for (const tensor of retained ?? []) accumulate(tensor, grad, this.#options);
    return grad;
  }

  #apply(node: Node, grads: readonly (Tensor | null)[]): void {
    const scope = openScope();
    const arrived: Tensor[] = [];
    try {
      const results = node.apply(grads);
      for (let position = 0; position < results.length; position++) {
        const edge = node.edges[position]!;
        const result = results[position];
        if (edge !== null && result)
          arrived.push(this.#arrive(edge, fit(result, node.inputs[position]!), scope));
      }
    } finally {
      if (this.#owned === null) disownSince(scope);
      closeScope(scope, arrived);
    }
  }

  /** Adds a gradient to what has arrived, and gives the sum. */
  #arrive(edge: Edge, grad: Tensor, scope: number): Tensor {
    const before = edge.arrived;
    if (before === null) {
      edge.arrived = grad;
      this.#owned?.refer(grad, scope);
      return grad;
    }
    if (this.#owned === null) return (edge.arrived = add(before, grad));
    if (edge.summed || this.#owned.mayWrite(before, grad)) {
      elementwiseInto(before, sum, [before, grad]);
      return before;
    }
    edge.arrived = elementwise(sum, [before, grad]);
    edge.summed = true;
    this.#owned.refer(edge.arrived, scope);
    this.#owned.drop(before);
    return edge.arrived;
  }

  /** Adds what arrived at the leaves to their `grad`. A gradient that nobody else can refer to is taken as it is. */
  deliver(): void {
    for (const leaf of this.#leaves) {
      const { variable, arrived } = leaf;
      leaf.arrived = null;
      if (arrived === null) continue;
      if (variable.hooks !== null) {
        this.#owned?.disown(arrived);
        accumulate(variable, runHooks(variable.hooks, arrived), this.#options);
      } else if (variable.grad === null && (leaf.summed || this.#owned?.take(arrived))) {
        this.#owned?.disown(arrived);
        variable.grad = arrived;
      } else {
        accumulate(variable, arrived, this.#options);
        this.#owned?.drop(arrived);
      }
    }
  }

  /** Forgets what has arrived, and gives an interrupted run back what is its own. */
  end(): void {
    for (const node of this.#nodes) node.arrived = null;
    for (const output of this.#outputs) output.arrived = null;
    for (const leaf of this.#leaves) leaf.arrived = null;
    for (const { edge, visitedBy, grad } of this.#interrupted) {
      edge.visitedBy = visitedBy;
      edge.arrived = grad;
      edge.summed = false;
    }
  }
}

/** Runs backward from the roots, and gives what `finish` makes of what arrived. */
function run<T>(
  roots: readonly Root[],
  targets: ReadonlySet<Edge> | null,
  options: BackwardOptions,
  finish: (run: Run) => T,
): T {
  const current = new Run(options);
  const before = swapGradMode(options.createGraph);
  const outside = leaveScopes();
  try {
    for (const { tensor, grad } of roots) current.begin(edgeOf(tensor)!, grad);
    current.propagate(targets);
    return finish(current);
  } finally {
    current.end();
    enterScopes(outside);
    swapGradMode(before);
  }
}

/** A gradient of 1, of the tensor's shape and dtype. */
function one(tensor: Tensor): Tensor {
  const result = allocate(tensor.shape, tensor.dtype);
  writeElement(tensor.dtype, result.storage.data, 0, 1); // only floating-point tensors have gradients
  return result;
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
      grad: one(tensor),
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
  run(roots, null, options, (current) => current.deliver());
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
  return run(roots, new Set(targets), options, () => targets.map((edge) => edge.arrived));
}
