/** Tensors and their history as plain data, for those who draw them. */
import { AccumulateGrad, edgeOf, Output, type Edge, type Node } from "./autograd/node.ts";
import { RuntimeError } from "./errors/runtimeError.ts";
import type { Shape } from "./shape.ts";
import type {
  GraphEdge,
  GraphNode,
  GraphSnapshot,
  GraphTensor,
  TensorSnapshot,
  TensorStatistics,
} from "./snapshot.ts";
import { readValues, Tensor } from "./tensor.ts";

/** The largest tensor that a graph shows in full. */
const readableElements = 12;

function statisticsOf(values: ArrayLike<number> | ArrayLike<bigint>): TensorStatistics {
  let min: number | bigint | null = null;
  let max: number | bigint | null = null;
  let [sum, finite, nan, inf] = [0, 0, 0, 0];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const number = Number(value);
    if (Number.isNaN(number)) nan++;
    else if (!Number.isFinite(number)) inf++;
    else {
      finite++;
      sum += number;
      if (min === null || value < min) min = value;
      if (max === null || value > max) max = value;
    }
  }
  return { min, max, mean: finite === 0 ? null : sum / finite, nan, inf };
}

/**
 * A tensor as plain data: values, statistics, and what PyTorch prints. It keeps no history alive; the values are copied, so that later in-place writes do
 * not show.
 */
export function snapshot(tensor: Tensor): TensorSnapshot {
  const values = readValues(tensor.is_contiguous() ? tensor.clone() : tensor);
  return {
    kind: "tensor",
    dtype: tensor.dtype.name,
    shape: [...tensor.shape],
    device: tensor.device.toString(),
    requiresGrad: tensor.requires_grad,
    gradFn: tensor.grad_fn?.label ?? null,
    repr: tensor.toString(),
    values,
    statistics: statisticsOf(values),
  };
}

function readable(tensor: Tensor): string | null {
  return tensor.numel() <= readableElements ? tensor.toString() : null;
}

function describeTensor(tensor: Tensor): GraphTensor {
  const { gradient: grad } = tensor; // asking for `grad` would warn of a result's, which nobody asked for
  return {
    dtype: tensor.dtype.name,
    shape: [...tensor.shape],
    requiresGrad: tensor.requires_grad,
    repr: readable(tensor),
    grad: grad === null ? null : { shape: [...grad.shape], repr: readable(grad) },
  };
}

/** What `graph` takes by name. */
export interface GraphOptions {
  /** Names for tensors in the drawing: `{x, y}`. Leaves and the output get theirs; others are not looked for. */
  readonly names?: Readonly<Record<string, Tensor>>;
}

/** Collects nodes and edges, walking from the output towards the leaves. */
class Collector {
  readonly nodes: GraphNode[] = [];
  readonly edges: GraphEdge[] = [];
  readonly #ids = new Map<Node | AccumulateGrad, number>();
  readonly #names: ReadonlyMap<Tensor, string>;

  constructor(names: ReadonlyMap<Tensor, string>) {
    this.#names = names;
  }

  add(node: Omit<GraphNode, "id">): number {
    const id = this.nodes.length;
    this.nodes.push({ id, ...node });
    return id;
  }

  nameOf(tensor: Tensor): string | null {
    return this.#names.get(tensor) ?? null;
  }

  connect(target: Edge, to: number, shape: Shape): Node | null {
    const edge = target instanceof Output ? target.node : target;
    const known = this.#ids.get(edge);
    const from = known ?? this.#enter(edge);
    this.edges.push({ from, to, shape: [...shape] });
    return known === undefined && !(edge instanceof AccumulateGrad) ? edge : null;
  }

  idOf(node: Node): number {
    return this.#ids.get(node)!;
  }

  #enter(edge: Node | AccumulateGrad): number {
    const id =
      edge instanceof AccumulateGrad
        ? this.add({ kind: "leaf", name: this.nameOf(edge.variable), tensor: describeTensor(edge.variable) })
        : this.add({ kind: "function", name: edge.label, tensor: null });
    this.#ids.set(edge, id);
    return id;
  }
}

/**
 * The computation graph behind a tensor: the functions that made it, the leaves that it came from, and the shapes that flow between them. Show it by
 * making it a cell's last value.
 *
 * `graph(z)`, `graph(z, {names: {x, y, z}})`. Inputs for which no gradient is recorded do not appear, as autograd does not know them.
 *
 * @throws RuntimeError when nothing was recorded for the tensor.
 */
export function graph(output: Tensor, options: GraphOptions = {}): GraphSnapshot {
  if (!(output instanceof Tensor))
    throw new TypeError("graph(): argument 'output' must be a Tensor, the result of a computation.");
  const start = edgeOf(output);
  if (start === null)
    throw new RuntimeError(
      "graph: this tensor does not require grad, so nothing was recorded for it. Make an input with {requires_grad: true}, and compute outside of torch.no_grad().",
    );
  const collector = new Collector(
    new Map(Object.entries(options.names ?? {}).map(([name, tensor]) => [tensor, name])),
  );
  const root = collector.add({
    kind: "output",
    name: collector.nameOf(output),
    tensor: describeTensor(output),
  });
  // Breadth first, so that ids count from the output outwards.
  const queue: (Node | null)[] = [collector.connect(start, root, output.shape)];
  for (let node = queue.shift(); node !== undefined; node = queue.shift())
    node?.edges.forEach((edge, position) => {
      if (edge !== null)
        queue.push(collector.connect(edge, collector.idOf(node), node.inputs[position]!.shape));
    });
  return { kind: "graph", nodes: collector.nodes, edges: collector.edges };
}
