/** Runs a computation graph backward. Source: `torch/csrc/autograd/engine.cpp`. */
import { runPlaced } from "../operatorPlacement.ts";
import { allocateArray, writeElement } from "../dtype.ts";
import { RuntimeError } from "../errors/runtimeError.ts";
import { E, input } from "../expression.ts";
import { add } from "../ops/elementwise/arithmetic.ts";
import { sumToShape } from "../ops/reductions/reduction.ts";
import { accelerated, placedOn } from "../placement.ts";
import { closeScope, disownSince, enterScopes, leaveScopes, openScope, runOutside } from "../scope.ts";
import { duplicate, elementwise, elementwiseInto, fromArray, sentTo } from "../settle.ts";
import { formatShape, sameShape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { turns } from "../turns.ts";
import { isRecording, swapGradMode } from "./modes.ts";
import { checkNan, explain } from "./anomaly.ts";
import { runAfter, runBefore, runHooks } from "./hooks.ts";
import { AccumulateGrad, edgeOf, Output, type Edge, type Node, type TensorFacts } from "./node.ts";
import { OwnedGradients } from "./ownership.ts";

const sum = E.add(input(0), input(1));

/** What a run is asked to do. */
export interface BackwardOptions {
  /** Keep what the functions saved, for another run. `create_graph` when not given. */
  readonly retainGraph: boolean;
  /** Record the run itself, for derivatives of derivatives. */
  readonly createGraph: boolean;
  /** Give the gradients of the targets to the caller, instead of adding them to the leaves'. */
  readonly captures?: boolean;
}

/** A tensor to start from, with the gradient of whatever it leads to. */
export interface Root {
  readonly tensor: Tensor;
  readonly grad: Tensor;
}

/** Brings a gradient to the shape and dtype of the tensor that it belongs to: this is where broadcasting is undone, and nowhere else. */
function fit(grad: Tensor, facts: TensorFacts): Tensor {
  const summed = sameShape(grad.shape, facts.shape) ? grad : sumToShape(grad, facts.shape);
  if (summed.device !== facts.device) return moved(summed, facts);
  return summed.dtype === facts.dtype ? summed : summed.to({ dtype: facts.dtype });
}

/** A gradient on the device of the tensor that it belongs to. */
function moved(grad: Tensor, { device, dtype }: TensorFacts): Tensor {
  return isRecording() ? grad.to({ device, dtype }) : sentTo(device, grad, dtype);
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

/** Adds to a tensor's `grad`. Without `create_graph` the sum is made outside of recording. */
function accumulate(tensor: Tensor, grad: Tensor, { createGraph }: BackwardOptions): void {
  if (tensor.gradient === null) tensor.gradient = createGraph ? grad.clone() : duplicate(grad);
  // As in PyTorch, whoever holds `tensor.grad` sees it grow.
  else if (!createGraph) tensor.gradient.add_(grad);
  else tensor.gradient = add(tensor.gradient, grad);
}

/** Whether somebody wants to be told of a leaf's gradient. */
function isWatched({ variable, nodeHooks }: AccumulateGrad): boolean {
  return variable.hooks !== null || variable.afterAccumulation !== null || nodeHooks !== null;
}

/** How many edges lead to each leaf. */
function countEdges(nodes: readonly Node[]): Map<Edge, number> {
  const counts = new Map<Edge, number>();
  for (const node of nodes)
    for (const edge of node.edges)
      if (edge instanceof AccumulateGrad) counts.set(edge, (counts.get(edge) ?? 0) + 1);
  return counts;
}

let runs = 0;
let running = 0;

/** The number of the run that is under way, the innermost one; 0 outside of all. */
export function currentRun(): number {
  return running;
}

/** One run of the engine: what it visits, and what has arrived where. */
class Run {
  readonly id: number = ++runs;
  readonly #options: BackwardOptions;
  /** `null` where the run itself is recorded: then its gradients are saved for the next one. */
  readonly #owned: OwnedGradients | null;
  /** All functions behind the roots. */
  readonly #nodes: Node[] = [];
  /** Those of their results that are not the first. */
  readonly #outputs: Output[] = [];
  readonly #leaves: AccumulateGrad[] = [];
  /** Leaves whose hooks have run, where gradients are only asked for. */
  readonly #finished = new Set<AccumulateGrad>();
  /** What had arrived for a run that this one interrupts, from inside a hook or a derivative. */
  readonly #interrupted: { readonly edge: Edge; readonly visitedBy: number; readonly grad: Tensor }[] = [];

  /** The places whose gradients are asked for; `null` for all leaves. */
  readonly #targets: ReadonlySet<Edge> | null;

  constructor(options: BackwardOptions, targets: ReadonlySet<Edge> | null) {
    this.#options = options;
    this.#targets = targets;
    this.#owned = options.createGraph ? null : new OwnedGradients();
  }

  /** Begins at a root with the gradient of whatever it leads to. */
  begin(root: Edge, grad: Tensor): void {
    this.#explore(root);
    root.arrived = root.arrived === null ? grad : add(root.arrived, grad);
  }

  #explore(root: Edge): void {
    if (root.visitedBy === this.id) return;
    const stack: Edge[] = [root];
    while (stack.length > 0) {
      const edge = stack.pop()!;
      if (edge.visitedBy === this.id) continue;
      this.#clear(edge);
      if (edge instanceof AccumulateGrad) this.#leaves.push(edge);
      else if (edge instanceof Output) stack.push(edge.node);
      else {
        this.#nodes.push(edge);
        for (const output of edge.others ?? []) if (output !== null) this.#clear(output);
        for (const next of edge.edges) if (next !== null && next.visitedBy !== this.id) stack.push(next);
      }
    }
  }

  /** Nothing has arrived here in this run; what had arrived in another one is remembered. */
  #clear(edge: Edge): void {
    if (edge.visitedBy === this.id) return;
    if (edge.arrived !== null)
      this.#interrupted.push({ edge, visitedBy: edge.visitedBy, grad: edge.arrived });
    edge.visitedBy = this.id;
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
  propagate(): void {
    const order = this.#order();
    const wanted = this.#targets === null ? null : needed(order, this.#targets);
    // Whoever watches a leaf hears of its gradient as soon as that is complete.
    const missing = this.#leaves.some(isWatched) ? countEdges(order) : null;
    for (const node of order) {
      const runs = wanted === null || wanted.has(node);
      const grads = this.#receiveAll(node, runs);
      if (grads !== null) {
        if (runs) {
          this.#apply(node, grads);
          if (!this.#options.retainGraph) node.release();
        }
        for (const each of grads) if (each !== null) this.#owned?.drop(each);
      }
      if (missing !== null) this.#settleLeaves(node, missing);
    }
  }

  /** The gradients of all results of a function; `null` when none has arrived. */
  #receiveAll(node: Node, runs: boolean): readonly (Tensor | null)[] | null {
    const first = node.arrived === null ? null : this.#receive(node, node.arrived, runs);
    if (node.others === null) return first === null ? null : [first];
    const grads = [first];
    for (const output of node.others) {
      const arrived = output?.arrived ?? null;
      grads.push(arrived === null ? null : this.#receive(output!, arrived, runs));
    }
    return grads.some((grad) => grad !== null) ? grads : null;
  }

  /** Takes what has arrived at a function's result, and leaves it there where it is asked for. */
  #receive(at: Node | Output, arrived: Tensor, runs: boolean): Tensor {
    const grad = this.#show(at, arrived);
    const isTarget = this.#targets !== null && this.#targets.has(at);
    if (isTarget) {
      this.#owned?.disown(grad);
      this.#owned?.disown(arrived);
    }
    // PyTorch's `grad` shows what hooks made of a gradient only where it stops.
    at.arrived = isTarget ? (runs ? arrived : grad) : null;
    return grad;
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
      const results = this.#derive(node, grads, scope);
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

  /** Runs a function's derivative, and whatever users have attached to it. */
  #derive(node: Node, grads: readonly (Tensor | null)[], scope: number): readonly (Tensor | null)[] {
    try {
      if (node.nodeHooks !== null || node.isCustom) return this.#deriveOpenly(node, grads, scope);
      const results = accelerated ? runPlaced(node.label, grads, () => node.apply(grads)) : node.apply(grads);
      checkNan(node.label, results);
      return results;
    } catch (error) {
      explain(error, node);
      throw error;
    }
  }

  /** As `#derive`, where the user's own code sees the gradients and may keep them. */
  #deriveOpenly(node: Node, grads: readonly (Tensor | null)[], scope: number): readonly (Tensor | null)[] {
    for (const grad of grads) if (grad !== null) this.#owned?.disown(grad);
    const open = node.isCustom ? leaveScopes() : null;
    let results: readonly (Tensor | null)[];
    const given = node.nodeHooks === null ? grads : runOutside(() => runBefore(node.nodeHooks!, grads));
    try {
      results = node.apply(given);
    } finally {
      if (open !== null) enterScopes(open);
    }
    checkNan(node.label, results);
    if (node.nodeHooks === null) return results;
    disownSince(scope);
    const shown = results;
    return runOutside(() => runAfter(node.nodeHooks!, shown, given));
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

  /** Finishes the watched leaves whose gradients are complete after a function has run. */
  #settleLeaves(node: Node, missing: Map<Edge, number>): void {
    for (const edge of node.edges) {
      if (!(edge instanceof AccumulateGrad)) continue;
      const count = missing.get(edge)! - 1;
      missing.set(edge, count);
      if (count === 0 && isWatched(edge)) this.#finish(edge);
    }
  }

  /** Finishes the leaves: adds what arrived to their `grad`, or leaves it for whoever asked for it. */
  deliver(): void {
    for (const leaf of this.#leaves) this.#finish(leaf);
  }

  #finish(leaf: AccumulateGrad): void {
    const { variable, arrived } = leaf;
    if (arrived === null || this.#finished.has(leaf)) return;
    if (this.#targets !== null && !this.#targets.has(leaf)) return;
    if (this.#options.captures) {
      this.#owned?.disown(arrived);
      if (variable.hooks !== null) {
        this.#finished.add(leaf);
        leaf.arrived = runHooks(variable.hooks, arrived);
      }
      return;
    }
    leaf.arrived = null;
    if (isWatched(leaf)) this.#accumulateWatched(leaf, arrived);
    else if (variable.gradient === null && (leaf.summed || this.#owned?.take(arrived))) {
      // A gradient that nobody else can refer to is taken as it is.
      this.#owned?.disown(arrived);
      variable.gradient = arrived;
    } else {
      accumulate(variable, arrived, this.#options);
      this.#owned?.drop(arrived);
    }
  }

  #accumulateWatched({ variable, nodeHooks }: AccumulateGrad, arrived: Tensor): void {
    this.#owned?.disown(arrived);
    const shown = variable.hooks === null ? arrived : runHooks(variable.hooks, arrived);
    const [grad] = nodeHooks === null ? [shown] : runBefore(nodeHooks, [shown]);
    if (grad) accumulate(variable, grad, this.#options);
    if (nodeHooks !== null) runAfter(nodeHooks, [], [grad ?? null]);
    // A hook may remove itself.
    variable.afterAccumulation?.slice().forEach((hook) => hook(variable));
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

/** Runs backward from the roots, and gives what `finish` finds at the targets. */
function run<T>(
  roots: readonly Root[],
  targets: ReadonlySet<Edge> | null,
  options: BackwardOptions,
  finish: () => T,
): T {
  const current = new Run(options, targets);
  const before = swapGradMode(options.createGraph);
  const outside = leaveScopes();
  const around = running;
  running = current.id;
  turns.isBackward = true;
  try {
    for (const { tensor, grad } of roots) current.begin(edgeOf(tensor)!, grad);
    current.propagate();
    current.deliver();
    return finish();
  } finally {
    current.end();
    running = around;
    turns.isBackward = around !== 0;
    if (around === 0) turns.ended++;
    enterScopes(outside);
    swapGradMode(before);
  }
}

/** A gradient of 1, of the tensor's shape and dtype. */
function one(tensor: Tensor): Tensor {
  const data = allocateArray(tensor.dtype, 1);
  writeElement(tensor.dtype, data, 0, 1); // only floating-point tensors have gradients
  return placedOn(tensor.device, () => fromArray(data, tensor.dtype, tensor.shape));
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
      `Mismatch in shape: grad_output[${position}] has a shape of ${formatShape(grad.shape)} and output[${position}] has a shape of ${formatShape(tensor.shape)}. They must be the same: a gradient has the shape of what it belongs to.`,
    );
  return { tensor, grad: grad.dtype === tensor.dtype ? grad : grad.to({ dtype: tensor.dtype }) };
}

/** @throws RuntimeError when a tensor does not take part in differentiation. */
function targetsOf(inputs: readonly Tensor[]): readonly Edge[] {
  return inputs.map((tensor) => {
    const edge = edgeOf(tensor);
    if (edge === null)
      throw new RuntimeError(
        `One of the differentiated Tensors does not require grad: an input of shape ${formatShape(tensor.shape)}. Make it with {requires_grad: true} before it is used.`,
      );
    return edge;
  });
}

/**
 * Adds the gradients of `tensors` to the leaves behind them, or only to `inputs`.
 *
 * @throws RuntimeError when a tensor has no history, a gradient is missing or misshapen, or the graph was freed.
 */
export function runBackward(
  tensors: readonly Tensor[],
  grads: readonly (Tensor | null)[],
  options: BackwardOptions,
  inputs: readonly Tensor[] | null = null,
): void {
  const roots = tensors.map((tensor, position) => rootOf(tensor, grads[position] ?? null, position));
  run(roots, inputs === null ? null : new Set(targetsOf(inputs)), options, () => undefined);
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
  const targets = targetsOf(inputs);
  return run(roots, new Set(targets), { ...options, captures: true }, () =>
    targets.map((edge) => edge.arrived),
  );
}
